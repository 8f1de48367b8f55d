import Formats
import Metrics

/// One combination of a plan, and what came of its runs.
public struct PlanRow: LedgerRow, Equatable {
  /// The name of the combination, by all that decides what comes of it.
  public let key: String
  /// What came of it.
  public let outcome: PlanCandidate.Outcome

  /// The combination that goes by `key`.
  public init(key: String, _ outcome: PlanCandidate.Outcome) {
    (self.key, self.outcome) = (key, outcome)
  }

  /// What came of the combination, as a file keeps it.
  public var members: [JSONValue.Member] {
    switch outcome {
    case .impossible(let problem): [.init("impossible", .string(problem))]
    case .stopped(let problem): [.init("stopped", .string(problem))]
    case .judged(let judgements): [.init("judged", .array(judgements.map(\.json)))]
    }
  }

  public init?(key: String, members: [JSONValue.Member]) {
    guard let member = members.first, members.count == 1 else { return nil }
    switch (member.name, member.value) {
    case ("impossible", .string(let problem)): self.init(key: key, .impossible(problem))
    case ("stopped", .string(let problem)): self.init(key: key, .stopped(problem))
    case ("judged", .array(let values)):
      let judgements = values.compactMap(Judgement.init)
      guard judgements.count == values.count else { return nil }
      self.init(key: key, .judged(judgements))
    default: return nil
    }
  }
}

extension PlanSearch {
  /// What all combinations have in common that decides what comes of them.
  var commonFingerprint: Fingerprint {
    var fingerprint = fingerprint
    fingerprint.add("\(requirement.objective) \(requirement.attainment ?? 0) \(leavesRuns)")
    fingerprint.add("\(load.process.name)")
    for draw in draws {
      fingerprint.add(word: draw.seed)
      fingerprint.add(draw.trace)
    }
    return fingerprint
  }

  /// The name of `candidate` on `service` by all that decides what comes of it.
  func key(of candidate: PlanCandidate, on service: Service, _ base: Fingerprint) -> String {
    var fingerprint = base
    fingerprint.add(space.shapes[candidate.shape].deployment)
    fingerprint.add(service.engine.name)
    for setting in service.settings { fingerprint.add("\(setting.name)=\(setting.value)") }
    fingerprint.add(word: UInt64(candidate.replicas))
    if candidate.counts.isApart { fingerprint.add(candidate.counts.text) }
    return fingerprint.text
  }
}
