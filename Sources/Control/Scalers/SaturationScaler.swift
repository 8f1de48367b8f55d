import Serving

/// llm-d's workload variant autoscaler by saturation: one replica more while those that are not
/// saturated have little to spare, and none starts; one less if all load on the others leaves as
/// much to spare.
///
/// llm-d-workload-variant-autoscaler b08b1c77, `docs/saturation-scaling-config.md`; with one
/// variant, so that there is no cheapest.
public struct SaturationScaler: Scaler {
  /// From which a replica is saturated, and what has to be to spare.
  public struct Limits: Sendable, Equatable {
    /// The share of the cache and the queue from which a replica is saturated.
    public var cache = 0.8
    public var queue = 5.0
    /// The least share of the cache and places in the queue below that.
    public var spareCache = 0.1
    public var spareQueue = 3.0

    /// Its defaults.
    public init() {}
  }

  private let limits: Limits
  public let period: Nanoseconds

  /// One that decides every `period`.
  public init(_ limits: Limits = Limits(), period: Nanoseconds = 30_000_000_000) {
    self.limits = limits
    self.period = period
  }

  public mutating func replicas(for view: FleetView) -> Int {
    let count = view.serving.count
    if count == 0 || view.starting > 0 { return view.ordered }
    let free = view.serving.filter {
      $0.cacheUsage < limits.cache && Double($0.waiting) < limits.queue
    }
    let cache = free.reduce(0.0) { $0 + $1.cacheUsage }
    let queue = free.reduce(0.0) { $0 + Double($1.waiting) }
    if free.isEmpty || !isEnough(cache, queue, over: free.count) { return count + 1 }
    let allCache = view.total(\.cacheUsage)
    let allQueue = view.total { Double($0.waiting) }
    return count > 1 && isEnough(allCache, allQueue, over: count - 1) ? count - 1 : count
  }

  /// Whether sums over so many replicas leave enough to spare.
  private func isEnough(_ cache: Double, _ queue: Double, over replicas: Int) -> Bool {
    limits.cache - cache / Double(replicas) >= limits.spareCache
      && limits.queue - queue / Double(replicas) >= limits.spareQueue
  }
}
