import Support

@testable import Serving

/// A batch costs what `LinearCost` says, some of it the host's.
struct HostedCost: CostModel {
  var linear: LinearCost

  func seconds(for batch: borrowing Batch) -> Double {
    linear.seconds(for: batch) + hostSeconds(for: batch)
  }

  func hostSeconds(for batch: borrowing Batch) -> Double {
    0.001 + 0.000_003 * Double(batch.sequences)
  }
}

/// Where latencies come from, kept the obvious way: every request is walked in every iteration.
struct ObviousAttribution {
  private struct State {
    var parts = Attribution()
    var hasBegun = false
    var preemptions = 0
    var isLost = false
    var wasSwapped = false
    var completedPrompt = false
    /// Tokens in the cache now, and when it was lost.
    var cached = 0
    var lost = 0
  }

  private let cost: any CostModel
  private let requests: [Request]
  private var states: [State]

  init(_ trace: Trace, _ cost: any CostModel) {
    self.cost = cost
    requests = trace.requests
    states = Array(repeating: State(), count: trace.count)
  }

  var attributions: [Attribution] { states.map(\.parts) }

  /// Books the iteration that `simulation` has begun.
  mutating func book(_ simulation: Simulation) {
    let replica = simulation.replicas[0]
    guard let iteration = simulation.timeline.iterations.last else { return }
    let decisions = replica.decisions ?? Decisions()
    let (host, decodes, prompts) = shares(of: iteration, decisions, replica.pastEnd)
    for id in replica.waiting.all + replica.running.all + replica.swapped.all {
      let sequence = replica.sequences[id]
      let row = sequence.request.index
      let work = decisions.work.first { $0.request == sequence.request }
      noteLosses(sequence, decodes: work?.isDecode ?? false)
      guard sequence.firstScheduled >= 0 else { continue }
      if !states[row].hasBegun {
        states[row].hasBegun = true
        states[row].parts.queue = iteration.start - requests[row].arrival
      }
      let chunk = work.flatMap { $0.isDecode ? nil : $0.tokens } ?? 0
      if states[row].isLost {
        states[row].parts.preemption += iteration.end - iteration.start
      } else {
        let own = chunk == 0 ? 0 : prompts * chunk / iteration.chunkTokens
        states[row].parts.host += host
        states[row].parts.prefill += own
        states[row].parts.othersPrefill += prompts - own
        if states[row].completedPrompt {
          states[row].parts.decode += decodes
        } else {
          states[row].parts.othersDecode += decodes
        }
      }
      if let work { advance(row, sequence, work, replica.rules) }
    }
  }

  /// What of the iteration is the host's, its decodes' and its prompts'; tokens past the end of
  /// answers are decodes.
  private func shares(
    of iteration: IterationRecord, _ decisions: Decisions, _ overrun: PastEndDecodes
  ) -> (host: Nanoseconds, decodes: Nanoseconds, prompts: Nanoseconds) {
    let contexts = decisions.work.filter(\.isDecode).map(\.context)
    func batch(_ prompts: [(tokens: Int, context: Int)]) -> Batch {
      Batch(
        decodes: contexts.count + overrun.count,
        decodeContext: contexts.reduce(0, +) + overrun.contextSum,
        decodeContextSquares: contexts.reduce(0) { $0 + $1 * $1 } + overrun.contextSquares,
        prompts: prompts)
    }
    let all = batch(decisions.work.filter { !$0.isDecode }.map { ($0.tokens, $0.context) })
    let host = Nanoseconds(seconds: cost.hostSeconds(for: all))
    let time = iteration.end - iteration.start
    if all.chunks.isEmpty { return (host, time - host, 0) }
    if all.decodes == 0 { return (host, 0, time - host) }
    let alone = batch([])
    let decodes = Nanoseconds(seconds: cost.seconds(for: alone) - cost.hostSeconds(for: alone))
    return (host, decodes, time - host - decodes)
  }

  private mutating func noteLosses(_ sequence: Sequence, decodes: Bool) {
    let row = sequence.request.index
    if sequence.preemptions > states[row].preemptions {
      if states[row].hasBegun && !states[row].isLost {
        states[row].isLost = true
        states[row].lost = states[row].cached
      }
      states[row].completedPrompt = false
      states[row].preemptions = sequence.preemptions
    }
    if sequence.phase == .swapped { states[row].wasSwapped = true }
    if states[row].wasSwapped && decodes {
      states[row].wasSwapped = false
      states[row].isLost = false
      states[row].completedPrompt = true
    }
  }

  private mutating func advance(
    _ row: Int, _ sequence: Sequence, _ work: Decisions.Work, _ rules: EngineRules
  ) {
    states[row].cached = work.context + work.tokens
    if work.isDecode { return }
    if states[row].cached >= states[row].lost { states[row].isLost = false }
    guard states[row].cached == sequence.target else { return }
    states[row].completedPrompt = true
    if !rules.outputs.emitsWithPrompt { states[row].cached -= 1 }
  }
}
