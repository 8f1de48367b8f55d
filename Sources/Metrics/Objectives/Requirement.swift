import Formats
import Serving

/// What a deployment must keep: limits on the run, or by how many of its requests.
///
/// Clauses with a statistic are kept by the run, as `Verdict` has it. An attainment is kept where
/// at least that share of all requests, refused ones included, keeps the limits of all clauses
/// together, each by its own latencies. Where both are there, both are to be kept.
public struct Requirement: Sendable, Equatable {
  /// The limits.
  public let objective: ServiceLevelObjective
  /// The least share of requests, above 0 and at most 1; nil where the run's statistics alone
  /// decide.
  public let attainment: Double?

  /// The share that holds where no clause judges runs and none is given.
  public static let standardAttainment = 0.99

  /// - Parameter attainment: 99 % unless given, where no clause judges runs.
  public init(_ objective: ServiceLevelObjective, attainment: Double? = nil) {
    precondition(attainment.map { $0 > 0 && $0 <= 1 } ?? true, "a share of the requests")
    self.objective = objective
    let judgesRuns = objective.clauses.contains { $0.statistic != nil }
    self.attainment = attainment ?? (judgesRuns ? nil : Self.standardAttainment)
  }

  /// What has to be kept, in short.
  public var words: String {
    attainment.map { "\(objective) for \(Numbers.trimmed($0 * 100)) % of the requests" }
      ?? objective.description
  }

  /// When it is kept, as a clause.
  public var definition: String {
    let judgesRuns = objective.clauses.contains { $0.statistic != nil }
    let run = judgesRuns ? "every statistic of a run meets its limit, as in replay" : nil
    let share = attainment.map {
      "at least \(Numbers.trimmed($0 * 100)) % of all requests, refused ones included, keep all "
        + "limits together"
    }
    return "Kept is where " + [run, share].compactMap { $0 }.joined(separator: ", and ")
  }

  /// Whether a run that came to `verdict` keeps it.
  public func isKept(by verdict: Verdict) -> Bool {
    (verdict.isMet ?? true) && (attainment.map { (verdict.attainment ?? 0) >= $0 } ?? true)
  }

  /// The most of `count` requests that may miss a limit; nil where none need keep them.
  func mostMisses(of count: Int) -> Int? {
    guard let attainment else { return nil }
    // As the attainment itself is compared, so that the two never differ by rounding.
    var misses = min(count, Int((1 - attainment) * Double(count)) + 1)
    while misses > 0, Double(count - misses) / Double(count) < attainment { misses -= 1 }
    return misses
  }
}

extension Requirement {
  /// The largest figure of a whole run as a multiple of its limit, up to a million; nil where there
  /// is none.
  ///
  /// Where a share of the requests is to keep the limits, the least multiple of them within which
  /// such a share stays is one of the figures, so that the requirement is kept below 1.
  ///
  /// - Parameter clauses: what became of those of the objective.
  func load(
    _ clauses: [Verdict.ClauseVerdict], _ trace: Trace, _ timeline: Timeline
  ) -> Double? {
    var loads = clauses.compactMap { judged in
      judged.valueSeconds.map { $0 / judged.clause.limit.seconds }
        ?? (judged.isMet == false ? .infinity : nil)
    }
    if let attainment {
      loads += [multiple(keptBy: attainment, trace, timeline)].compactMap { $0 }
    }
    return loads.max().map { min($0, 1e6) }
  }

  /// The least multiple of the limits within which a share of the requests keeps all of them; nil
  /// for an empty trace.
  private func multiple(
    keptBy share: Double, _ trace: Trace, _ timeline: Timeline
  ) -> Double? {
    let multiples = timeline.records.indices.map { row -> Double in
      let record = timeline.records[row]
      guard record.isCompleted else { return .infinity }
      return objective.clauses.reduce(0) { most, clause in
        let value = clause.nanoseconds(
          of: record, for: trace.requests[row], trace.columns.priorities?[row])
        return max(most, (value ?? 0) / Double(clause.limit))
      }
    }.sorted()
    let place = Int((share * Double(multiples.count)).rounded(.up)) - 1
    return multiples.isEmpty ? nil : multiples[min(max(0, place), multiples.count - 1)]
  }
}

/// What became of a requirement in one run.
public struct Judgement: Sendable, Equatable {
  /// Whether the requirement is kept.
  public var isKept: Bool
  /// The share of requests that keep all limits; the most that it can come to where the run was
  /// left before its end.
  public var attainment: Double
  /// Whether the run went to its end, or was left when it was certain not to keep the requirement.
  public var isWhole: Bool
  /// The clause that is in the way: the first that the run breaks, or the one that most requests
  /// miss; nil where the requirement is kept.
  public var broken: ServiceLevelObjective.Clause?
  /// How near the run came, as `Requirement.load` has it; nil where the run was left.
  public var load: Double?
  /// Requests that were turned away on arrival because they could never fit.
  public var refused: Int
  /// How much was served; nil where the run was left.
  public var throughput: Throughput?
  /// Prompt tokens that were found in the prefix cache.
  public var cachedTokens = 0
  /// What the GPUs took; nil where the run was left, or it is not known what they draw.
  public var energy: Energy?

  /// The judgement on a run that was left, because `broken` is certain to be.
  public init(
    left broken: ServiceLevelObjective.Clause?, attainment: Double, refused: Int
  ) {
    (isKept, isWhole, load, throughput) = (false, false, nil, nil)
    (self.attainment, self.broken, self.refused) = (attainment, broken, refused)
  }

  /// The judgement on a whole run.
  public init(_ requirement: Requirement, _ run: Run, on trace: Trace, _ timeline: Timeline) {
    let objective = requirement.objective
    let verdict = run.verdict ?? objective.verdict(on: trace, timeline, run.metrics)
    isKept = requirement.isKept(by: verdict)
    attainment = verdict.attainment ?? 1
    isWhole = true
    refused = run.metrics.requests.refused
    throughput = run.metrics.throughput
    cachedTokens = timeline.cachedTokens
    energy = run.energy
    load =
      requirement == Requirement(objective)
      ? verdict.load : requirement.load(verdict.clauses, trace, timeline)
    if isKept { return }
    broken =
      verdict.clauses.first { $0.isMet == false }?.clause
      ?? Self.mostMissed(objective, trace, timeline)
  }

  private static func mostMissed(
    _ objective: ServiceLevelObjective, _ trace: Trace, _ timeline: Timeline
  ) -> ServiceLevelObjective.Clause? {
    let misses = objective.clauses.map { clause in
      clause.nanoseconds(on: trace, timeline.records).count { !clause.allows($0) }
    }
    guard let most = misses.max(), most > 0 else { return nil }
    return misses.firstIndex(of: most).map { objective.clauses[$0] }
  }
}
