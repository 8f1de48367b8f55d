import Serving

/// Dynamo's load loop on the use of the KV cache: one replica more where the mean is at a
/// threshold; one less where it is below another and all load on the others would stay below a
/// share of the first. Nothing while a replica starts.
///
/// Without the second rule two replicas at 0.7 become one at 1.4, and two again (dynamo PR 9294).
///
/// ai-dynamo 1.6.1, `components/planner`, the load loop.
public struct ConsolidatingScaler: Scaler {
  private let up: Double
  private let down: Double
  private let sensitivity: Double?
  public let period: Nanoseconds

  /// - Parameters:
  ///   - up: the mean from which there is one more.
  ///   - down: the mean up to which there may be one less.
  ///   - sensitivity: the share of `up` below which the load on the others has to stay; nil for no
  ///     such rule.
  public init(
    up: Double = 1, down: Double = 0.6, sensitivity: Double? = 0.8,
    period: Nanoseconds = 5_000_000_000
  ) {
    self.up = up
    self.down = down
    self.sensitivity = sensitivity
    self.period = period
  }

  public mutating func replicas(for view: FleetView) -> Int {
    let count = view.serving.count
    if count == 0 || view.starting > 0 { return view.ordered }
    let total = view.total(\.cacheUsage)
    let mean = total / Double(count)
    if mean >= up { return count + 1 }
    guard count > 1, mean <= down else { return count }
    if let sensitivity, total / Double(count - 1) >= sensitivity * up { return count }
    return count - 1
  }
}
