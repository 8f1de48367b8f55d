@testable import Serving

/// What users of the obvious engine saw.
extension ReferenceEngine {
  /// What every request's user saw.
  var records: [RequestRecord] {
    states.map { state in
      let isDone = state.output > 0 && state.tokens.count == state.output
      if let timeout, state.tokensWhenLetGo != nil || isDone {
        let deadline = state.arrival + timeout
        if !isDone || state.tokens.last! > deadline || state.tokensWhenLetGo != nil {
          return timedOut(state, at: deadline)
        }
      }
      guard isDone else { return .refused }
      let gaps = zip(state.tokens.dropFirst(), state.tokens).map { $0 - $1 }
      return RequestRecord(
        firstScheduled: state.firstScheduled, firstToken: state.tokens[0],
        finish: state.tokens.last!, longestGap: gaps.max() ?? 0,
        emittedTokens: state.tokens.count, preemptions: state.preemptions)
    }
  }

  private func timedOut(_ state: State, at deadline: Nanoseconds) -> RequestRecord {
    RequestRecord(
      timedOutAt: deadline,
      RequestRecord(
        firstScheduled: state.firstScheduled, firstToken: state.tokens.first ?? -1, finish: -1,
        longestGap: 0, emittedTokens: state.tokensWhenLetGo ?? state.tokens.count,
        preemptions: state.preemptions))
  }

  /// Every time between consecutive tokens, from the shortest.
  var gaps: [Nanoseconds] {
    states.flatMap { state in zip(state.tokens.dropFirst(), state.tokens).map { $0 - $1 } }.sorted()
  }
}
