/// A front end that makes tokens of prompts before its engine has them: of all that are there at
/// once, as vLLM's does in threads and SGLang's in processes. They are handed over in the order in
/// which clients sent them.
struct TokenizerQueue: Sendable {
  /// Time of each token of a prompt.
  private let timePerToken: Nanoseconds
  /// When all that was sent is handed over.
  private var last: Nanoseconds = 0
  /// By row: when each request was sent; those that were not yet, as the trace has it.
  private(set) var sent: [Nanoseconds]
  /// Requests that were sent.
  private var count = 0

  init(_ timePerToken: Nanoseconds, _ requests: [Request]) {
    self.timePerToken = timePerToken
    sent = requests.map(\.arrival)
  }

  /// When the engine has the next of `requests`, which is sent at `time`, no earlier than those
  /// before; never where there is none.
  mutating func send(_ requests: [Request], at time: Nanoseconds) -> Nanoseconds {
    if count == sent.count { return Simulation.never }
    sent[count] = time
    last = max(last, time + requests[count].promptTokens * timePerToken)
    count += 1
    return last
  }
}
