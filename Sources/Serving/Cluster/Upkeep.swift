/// What becomes of replicas while they serve: faults, and orders of more or fewer.
public struct Upkeep: Sendable {
  /// What fails, if anything does.
  public var faults: Faults?
  /// How the number of replicas follows the load, if it does.
  public var scaling: Scaling?

  /// Replicas with these faults, of which `scaling` orders more or fewer.
  public init(faults: Faults? = nil, scaling: Scaling? = nil) {
    self.faults = faults
    self.scaling = scaling
  }
}

/// Replicas that fail or are slow, at times that are given or at random.
public struct Faults: Sendable, Equatable {
  /// What is wrong with a replica.
  public enum Kind: Sendable, Equatable {
    /// It is gone, with its cache and all that it had begun.
    case down
    /// An iteration that begins then takes so many times as long.
    case slow(Double)
  }

  /// A replica with which something is wrong for a while.
  public struct Span: Sendable, Equatable {
    /// Counted from 0.
    public var replica: Int
    public var kind: Kind
    /// When it begins and ends; nil for no end.
    public var start: Nanoseconds
    public var end: Nanoseconds?

    /// What is wrong with `replica`, counted from 0, and when.
    public init(_ kind: Kind, of replica: Int, from start: Nanoseconds, to end: Nanoseconds?) {
      precondition(end.map { $0 > start } ?? true, "a fault lasts for some time")
      if case .slow(let factor) = kind { precondition(factor > 0, "an iteration takes time") }
      self.replica = replica
      self.kind = kind
      self.start = start
      self.end = end
    }
  }

  /// Failures at random, apart for each replica: exponential times from a repair to the next
  /// failure, and to the repair.
  public struct MeanTimes: Sendable, Equatable {
    /// The mean time from a repair to the next failure (MTBF without the repair).
    public var toFailure: Nanoseconds
    /// The mean time to repair (MTTR).
    public var toRepair: Nanoseconds
    /// The beginning of their random numbers.
    public var seed: UInt64

    /// Failures with these mean times.
    public init(toFailure: Nanoseconds, toRepair: Nanoseconds, seed: UInt64 = 0) {
      precondition(toFailure > 0 && toRepair > 0, "failures and repairs take time")
      self.toFailure = toFailure
      self.toRepair = toRepair
      self.seed = seed
    }
  }

  /// Those at given times; no two of a kind at once on one replica.
  public var spans: [Span]
  /// Those at random, if there are any.
  public var meanTimes: MeanTimes?
  /// Whether another replica goes on with what was begun, whose prompt and answer so far it
  /// computes anew; else that is lost, or sent again by its client from the beginning.
  public var resumes: Bool

  /// - Parameter spans: no two of a kind at once on one replica.
  public init(_ spans: [Span], meanTimes: MeanTimes? = nil, resumes: Bool = false) {
    self.spans = spans
    self.meanTimes = meanTimes
    self.resumes = resumes
    precondition(conflict == nil, "a replica fails once at a time")
  }

  /// Two of the spans that are of a kind, on one replica, and meet.
  public var conflict: (Span, Span)? { Self.conflict(in: spans) }

  /// Two of `spans` that are of a kind, on one replica, and meet.
  public static func conflict(in spans: [Span]) -> (Span, Span)? {
    for (index, one) in spans.enumerated() {
      for other in spans[..<index]
      where one.replica == other.replica && (one.kind == .down) == (other.kind == .down) {
        if one.start < other.end ?? Int.max && other.start < one.end ?? Int.max {
          return (other, one)
        }
      }
    }
    return nil
  }
}

/// Replicas that are ordered and given back as the load asks for it.
public struct Scaling: Sendable {
  /// The rule.
  public var scaler: any Scaler
  /// The fewest and the most that may be ordered at once.
  public var range: ClosedRange<Int>
  /// How many serve at the beginning.
  public var initial: Int
  /// From the order of a replica to its first request.
  public var startUp: Nanoseconds

  /// Replicas in `range`, of which `initial` serve at the beginning.
  public init(
    _ scaler: any Scaler, in range: ClosedRange<Int>, from initial: Int, startUp: Nanoseconds
  ) {
    precondition(range.lowerBound > 0 && range.contains(initial), "the beginning is in the range")
    precondition(EngineRange.time.contains(startUp), "a start takes a time on the clock")
    self.scaler = scaler
    self.range = range
    self.initial = initial
    self.startUp = startUp
  }
}

/// What became of replicas, and of requests by them.
public struct UpkeepCounts: Sendable, Equatable {
  /// How often a replica failed that served.
  public internal(set) var failures = 0
  /// Requests that were lost with a replica for good, and how often another went on with one.
  public internal(set) var lost = 0
  public internal(set) var resumed = 0
  /// How often a replica was ordered, and given back, after the beginning.
  public internal(set) var orders = 0
  public internal(set) var returns = 0
  /// The most replicas that were ordered at once.
  public internal(set) var most = 0
  /// The time for which replicas were ordered, from the order to the last request that one served,
  /// summed over replicas; those that are being repaired count.
  public internal(set) var ordered: TotalNanoseconds = 0
  /// The time for which replicas were down, likewise.
  public internal(set) var down: TotalNanoseconds = 0
}
