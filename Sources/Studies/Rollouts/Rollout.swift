import Metrics
import Serving

/// Answers that are generated in waves, as reinforcement learning does between two updates of the
/// weights: a wave may end before its longest answers do, which go on in the next.
///
/// What goes on lost its cache with the old weights: its prompt and the tokens that it has are
/// computed again (Ring-1T's C3PO++; APRIL, arXiv 2509.18521; MiniCPM4). Updates themselves take no
/// time here.
public struct Rollout: Sendable {
  /// What ends a wave.
  public enum End: Sendable, Equatable {
    /// All of its answers have ended.
    case all
    /// So many have (APRIL).
    case done(Int)
    /// So many tokens have come out, of all answers together (C3PO++).
    case tokens(Int)
    /// Each answer has ended, or so many tokens of it have come out (MiniCPM4).
    case cut(Int)
  }

  /// Answers that a wave begins or goes on with, at most.
  public var size: Int
  /// What ends it.
  public var end: End

  /// - Parameter size: at least 1.
  public init(size: Int, end: End) {
    precondition(size > 0, "a wave has an answer")
    self.size = size
    self.end = end
  }

  /// One wave.
  public struct Wave: Sendable, Equatable {
    /// Answers that it began or went on with, and those of them that it went on with.
    public var answers = 0
    public var carried = 0
    /// Answers that ended in it, those cut at the model's length among them, and prompts that
    /// never fit.
    public var finished = 0
    public var refused = 0
    /// Tokens that came out in it.
    public var tokens = 0
    /// Tokens of the answers that ended in it that came out in earlier waves, under other weights.
    public var offPolicyTokens = 0
    /// How long it took.
    public var duration: Nanoseconds = 0
  }

  /// An answer that is not finished.
  private struct Answer {
    var row: Int
    var emitted = 0
  }

  /// The waves in which `service` generates all answers of `trace`, in its order and whatever its
  /// arrivals are.
  public func waves(of trace: Trace, on service: Service) throws(RunError) -> [Wave] {
    var open: [Answer] = []
    var next = 0
    var waves: [Wave] = []
    while next < trace.count || !open.isEmpty {
      let carried = min(open.count, size)
      while open.count < size && next < trace.count {
        open.append(Answer(row: next))
        next += 1
      }
      var wave = Wave(answers: min(open.count, size), carried: carried)
      let rest = Array(open.dropFirst(size))
      var current = Array(open.prefix(size))
      try run(&wave, &current, trace, service)
      open = current + rest
      waves.append(wave)
    }
    return waves
  }

  /// Runs `wave` with `answers`, of which those that go on are left.
  private func run(
    _ wave: inout Wave, _ answers: inout [Answer], _ trace: Trace, _ service: Service
  ) throws(RunError) {
    let part = self.part(answers, of: trace)
    var simulation = service.simulation(of: part, from: nil, observing: [], for: nil)
    while !isOver(simulation, part), try simulation.step() {}
    wave.duration = simulation.now
    let emitted = Self.emitted(in: simulation, part)
    var left: [Answer] = []
    for (place, answer) in answers.enumerated() {
      let record = simulation.timeline.records[place]
      let whole = emitted[place] + answer.emitted
      wave.tokens += emitted[place]
      let isCut = record.isCompleted && record.emittedTokens == part.requests[place].outputTokens
      let wanted = trace.requests[answer.row].outputTokens
      if record.isCompleted && !(isCut && whole < wanted) {
        wave.finished += 1
        wave.offPolicyTokens += answer.emitted
      } else if service.engine.rules.canServe(part.requests[place]) {
        left.append(Answer(row: answer.row, emitted: whole))
      } else {
        wave.refused += 1
      }
    }
    answers = left
  }

  /// What a wave serves of `answers`.
  private func part(_ answers: [Answer], of trace: Trace) -> Trace {
    var most = Int.max
    if case .cut(let tokens) = end { most = tokens }
    let requests = answers.map { answer in
      let request = trace.requests[answer.row]
      return Request(
        arrival: 0, promptTokens: request.promptTokens + answer.emitted,
        outputTokens: min(request.outputTokens - answer.emitted, most))
    }
    var columns = Columns()
    if let hashes = trace.columns.prefixHashes {
      columns.prefixBlockTokens = trace.columns.prefixBlockTokens
      columns.prefixHashes = PrefixHashes(
        answers.map { answer in
          let tokens = trace.requests[answer.row].promptTokens
          return Array(hashes[answer.row].prefix(tokens / trace.columns.prefixBlockTokens))
        })
    }
    return Trace(requests: requests, columns: columns)
  }

  /// Whether the wave ends now.
  private func isOver(_ simulation: borrowing Simulation, _ part: Trace) -> Bool {
    switch end {
    case .all, .cut: return false
    case .done(let count): return simulation.timeline.settled >= min(count, part.count)
    case .tokens(let count):
      // No more can have come out: one a decode, and one a prompt and each time it is computed.
      let timeline = simulation.timeline
      guard timeline.occupancy.decodes + timeline.admissions + part.count >= count else {
        return false
      }
      return Self.emitted(in: simulation, part).reduce(0, +) >= count
    }
  }

  /// Tokens that each request of `part` has by now.
  private static func emitted(in simulation: borrowing Simulation, _ part: Trace) -> [Int] {
    var emitted = simulation.timeline.records.map { $0.isCompleted ? $0.emittedTokens : 0 }
    for replica in simulation.replicas {
      for list in [replica.running, replica.waiting, replica.swapped] {
        var next = list.first
        while let sequence = next {
          next = list.next(after: sequence)
          emitted[replica.request(of: sequence).index] = replica.emittedTokens(of: sequence)
        }
      }
    }
    return emitted
  }
}
