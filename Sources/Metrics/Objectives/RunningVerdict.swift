import Serving

/// What is certain of a requirement while its run is still on the way: that it is not kept,
/// whatever comes.
///
/// Only what is over is counted: requests that were refused, and those that were answered too late.
/// With M requests that may miss a limit, the requirement is lost with the miss after those. A
/// percentile of at most n samples lies above its limit once more samples do than stand above its
/// rank among n; a maximum with the first; a mean once their sum is the limit times n. Fewer
/// samples in the end only lower these counts. Clients wait for ever here, and requests for no
/// others.
public struct RunningVerdict: Sendable {
  private let requirement: Requirement
  private let requests: [Request]
  private let isServed: [Bool]
  private let priorities: [Int]?
  /// By clause: the requests that it judges and that are served.
  private let judged: [Int]
  /// What users see later than it happens.
  private let delay: Nanoseconds
  /// Requests that never fit, and the most misses.
  private let refused: Int
  private let mostMisses: Int?
  /// The most gaps between tokens that there can be; nil where that is not known.
  private let mostGaps: Int?
  /// Rows of requests that have arrived and are not over.
  private var open: [Int] = []
  private var arrived = 0
  /// Requests that were over at the last look, and how often there was one.
  private var settled = 0
  private var looks = 0
  /// Requests that are certain to miss a limit, refused ones included.
  private var misses: Int
  /// By clause: the requests whose own latency breaks it, and the sum of these latencies.
  private var broken: [Int]
  private var sums: [Double]
  /// The clause that is certain to be broken.
  private var lost: ServiceLevelObjective.Clause?

  /// Nothing is seen yet of `trace`, served under `rules`.
  ///
  /// - Parameter delay: what users see later than it happens, as through a front end.
  public init(
    _ requirement: Requirement, on trace: Trace, _ rules: EngineRules, delay: Nanoseconds = 0
  ) {
    self.requirement = requirement
    self.delay = delay
    requests = trace.requests
    isServed = trace.requests.map(rules.canServe)
    let (isServed, priorities) = (isServed, trace.columns.priorities)
    self.priorities = priorities
    let refused = isServed.count { !$0 }
    self.refused = refused
    judged = requirement.objective.clauses.map { clause in
      clause.priority == nil
        ? isServed.count - refused
        : isServed.indices.count { isServed[$0] && priorities?[$0] == clause.priority }
    }
    mostMisses = requirement.mostMisses(of: trace.count)
    mostGaps =
      rules.outputs.restartsAnswers
      ? nil : zip(requests, isServed).reduce(0) { $0 + ($1.1 ? $1.0.outputTokens : 0) }
    misses = refused
    broken = Array(repeating: 0, count: requirement.objective.clauses.count)
    sums = Array(repeating: 0, count: requirement.objective.clauses.count)
  }

  /// Whether it is certain, before anything is served, that the requirement is not kept.
  public var isLostAtOnce: Bool { mostMisses.map { refused > $0 } ?? false }

  /// Whether it is certain by now that the requirement is not kept; so cheap that it may be asked
  /// at every instant, for it looks only where many requests are over since it last did.
  public mutating func isLost(in simulation: borrowing Simulation) -> Bool {
    guard (simulation.timeline.settled - settled) * Self.patience > open.count else { return false }
    settled = simulation.timeline.settled
    while arrived < simulation.arrived {
      if isServed[arrived] { open.append(arrived) }
      arrived += 1
    }
    var kept = 0
    for row in open {
      var record = simulation.timeline.records[row]
      guard record.isCompleted else {
        open[kept] = row
        kept += 1
        continue
      }
      record.delay(by: delay)
      judge(record, of: requests[row], priorities?[row])
    }
    open.removeLast(open.count - kept)
    looks += 1
    // All gaps are looked at each time, so that is done more and more seldom.
    if looks & (looks - 1) == 0 { lookAtGaps(simulation) }
    if let mostMisses, misses > mostMisses { return true }
    return lost != nil
  }

  /// The judgement where it is certain that the requirement is not kept.
  public var judgement: Judgement {
    let count = requests.count
    let most = broken.max() ?? 0
    let worst =
      most > 0 ? broken.firstIndex(of: most).map { requirement.objective.clauses[$0] } : nil
    return Judgement(
      left: lost ?? worst, attainment: Double(count - misses) / Double(max(1, count)),
      refused: refused)
  }

  /// Requests that are looked at for each that is over, at most.
  private static let patience = 16

  private mutating func judge(
    _ record: RequestRecord, of request: Request, _ priority: Int?
  ) {
    var isMissed = false
    for (index, clause) in requirement.objective.clauses.enumerated() {
      guard let value = clause.nanoseconds(of: record, for: request, priority) else {
        continue
      }
      sums[index] += value
      if clause.allows(value) { continue }
      isMissed = true
      broken[index] += 1
    }
    if !isMissed { return }
    misses += 1
    for (index, clause) in requirement.objective.clauses.enumerated() {
      switch clause.statistic {
      case .max where broken[index] > 0: lost = lost ?? clause
      case .mean where clause.metric != .tbt:
        // Sums are rounded, by far less than this.
        let limit = Double(clause.limit) * Double(judged[index]) * (1 + 1e-9)
        if sums[index] > limit { lost = lost ?? clause }
      case .percentile(let share) where clause.metric != .tbt:
        if broken[index] > Self.mostAbove(share, of: judged[index]) { lost = lost ?? clause }
      case .max, .mean, .percentile, nil: break
      }
    }
  }

  /// Gaps are of all requests together, those that are not over too.
  private mutating func lookAtGaps(_ simulation: borrowing Simulation) {
    guard let mostGaps, lost == nil else { return }
    for clause in requirement.objective.clauses
    where clause.metric == .tbt && clause.priority == nil {
      guard case .percentile(let share) = clause.statistic else { continue }
      var above = 0
      simulation.timeline.gaps.visit { gap, weight in
        if !clause.allows(Double(gap)) { above += weight }
      }
      if above > Self.mostAbove(share, of: mostGaps) { lost = clause }
    }
  }

  /// The most of `count` samples that lie above a percentile of them, and one more for rounding.
  private static func mostAbove(_ share: Double, of count: Int) -> Int {
    count == 0 ? 0 : count - PercentileRank(share, of: count).lower + 1
  }
}
