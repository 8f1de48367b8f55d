import Formats
import Serving

/// The list of rules at the door; it drives the command line and the tests.
public enum Admissions {
  /// Every rule.
  public static let all: [PolicyEntry<any Admission>] = [
    PolicyEntry(
      "token-bucket", "While a bucket has the prompt's tokens, which fills at a rate.",
      options: [
        PolicyOption("capacity", 10_000, in: 1...1e12), PolicyOption("refill", 1000, in: 0...1e12),
      ]
    ) { TokenBucket(capacity: $0["capacity"], refill: $0["refill"]) },
    PolicyEntry(
      "tier-shed", "The less urgent turned away while queues are longer than a threshold.",
      options: [
        PolicyOption("threshold", 0),
        PolicyOption("max-priority", 0, in: -1e9...1e9, isWhole: true),
      ]
    ) { TierShed(threshold: $0["threshold"], maxPriority: Int($0["max-priority"])) },
    PolicyEntry(
      "saturation", "The less urgent turned away while replicas are saturated on average.",
      options: [
        PolicyOption("queue", 5, in: 1e-9...1e9), PolicyOption("kv", 0.8, in: 1e-9...1),
        PolicyOption("max-priority", 0, in: -1e9...1e9, isWhole: true),
      ]
    ) {
      SaturationShed(
        queue: $0["queue"], cache: $0["kv"], maxPriority: Int($0["max-priority"]))
    },
  ]
}

/// A bucket of tokens that fills at a rate and is full at the beginning: a request is let in that
/// finds the tokens of its prompt there, and takes them; one that is larger than the bucket never
/// is (BLIS f90a1e3a).
public struct TokenBucket: Admission {
  private let capacity: Double
  private let refill: Double
  private var level: Double
  private var time: Nanoseconds = 0

  /// A bucket of `capacity` tokens into which `refill` flow a second.
  public init(capacity: Double = 10_000, refill: Double = 1000) {
    self.capacity = capacity
    self.refill = refill
    level = capacity
  }

  public mutating func admits(
    _ request: RoutedRequest, priority: Int, _ reports: [ReplicaReport]
  ) -> Bool {
    level = min(capacity, level + (request.time - time).seconds * refill)
    time = request.time
    guard Double(request.promptTokens) <= level else { return false }
    level -= Double(request.promptTokens)
    return true
  }
}

/// Requests are turned away that are less urgent than some while replicas have longer queues, on
/// average, than a threshold (BLIS f90a1e3a, `tier-shed`, whose urgent tiers have greater numbers).
public struct TierShed: Admission {
  private let threshold: Double
  private let maxPriority: Int

  /// - Parameter maxPriority: the least urgent that is always let in; smaller numbers are more
  ///   urgent.
  public init(threshold: Double = 0, maxPriority: Int = 0) {
    self.threshold = threshold
    self.maxPriority = maxPriority
  }

  public var readsReports: Bool { true }

  public mutating func admits(
    _ request: RoutedRequest, priority: Int, _ reports: [ReplicaReport]
  ) -> Bool {
    let waiting = reports.reduce(0) { $0 + $1.waiting }
    return priority <= maxPriority || Double(waiting) <= threshold * Double(reports.count)
  }
}

/// Requests are turned away that are less urgent than some while replicas are saturated: their
/// queues over a limit, or their caches over another, whichever is more, at 1 or above on average
/// (gateway-api-inference-extension 84436a96).
public struct SaturationShed: Admission {
  private let queue: Double
  private let cache: Double
  private let maxPriority: Int

  /// - Parameter maxPriority: the least urgent that is always let in; smaller numbers are more
  ///   urgent.
  public init(queue: Double = 5, cache: Double = 0.8, maxPriority: Int = 0) {
    self.queue = queue
    self.cache = cache
    self.maxPriority = maxPriority
  }

  public var readsReports: Bool { true }

  public mutating func admits(
    _ request: RoutedRequest, priority: Int, _ reports: [ReplicaReport]
  ) -> Bool {
    priority <= maxPriority || saturation(reports) < 1
  }

  /// How saturated the replicas are that say `reports`, on average; 1 where there are none.
  public func saturation(_ reports: [ReplicaReport]) -> Double {
    if reports.isEmpty { return 1 }
    let sum = reports.reduce(0.0) {
      $0 + max(Double($1.waiting) / queue, $1.cacheUsage / cache)
    }
    return sum / Double(reports.count)
  }
}
