import Metrics

/// One way to serve that was looked at.
public struct PlanCandidate: Sendable, Equatable {
  /// What came of it.
  public enum Outcome: Sendable, Equatable {
    /// It cannot be set up, whatever the number of replicas, and why.
    case impossible(String)
    /// A run could not go on, and why.
    case stopped(String)
    /// One judgement a seed, up to the first that does not keep the requirement.
    case judged([Judgement])
  }

  /// The place of its shape, how many copies of it each pool has, and GPUs in all.
  public let shape: Int
  public let counts: PoolCounts
  public let gpus: Int
  /// Nil where the price is not known.
  public let dollarsPerHour: Double?
  public internal(set) var outcome = Outcome.judged([])

  /// Copies of its shape, in all pools.
  public var replicas: Int { counts.replicas }

  /// Whether the requirement is kept under every seed.
  public var isKept: Bool {
    guard case .judged(let judgements) = outcome else { return false }
    return !judgements.isEmpty && judgements.allSatisfy(\.isKept)
  }

  /// The least share of requests that keep all limits, under the seeds that were tried; nil where
  /// there was no run.
  public var attainment: Double? { worst?.attainment }

  /// The judgement with the least attainment, the first of equals.
  public var worst: Judgement? { worstPlace.map { judgements[$0] } }

  /// Joules of an output token, idle time included, under that seed; nil where that is not known.
  public var joulesPerToken: Double? { worst?.energy?.joulesPerToken }

  /// The seed, by its place, under which the attainment is the least.
  public var worstPlace: Int? {
    let judged = judgements
    return judged.indices.min { (judged[$0].attainment, $0) < (judged[$1].attainment, $1) }
  }

  private var judgements: [Judgement] {
    if case .judged(let judgements) = outcome { judgements } else { [] }
  }
}
