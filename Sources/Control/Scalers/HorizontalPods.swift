import Serving

/// Kubernetes' horizontal pod autoscaler on one metric: as many replicas as bring its mean to the
/// target, with a tolerance; up at once, by as many again or four at most; down to the most that
/// was asked for within the last five minutes. KEDA feeds one.
///
/// A replica that starts counts as one that has nothing to do on the way up, and as one that is at
/// the target on the way down.
///
/// Kubernetes documentation, "Horizontal Pod Autoscaling", algorithm details and default behaviour.
public struct HorizontalPods: Scaler {
  private let metric: ScalingMetric
  private let target: Double
  private let tolerance: Double
  private let window: Nanoseconds
  public let period: Nanoseconds
  private var asked: [(time: Nanoseconds, replicas: Int)] = []

  /// - Parameters:
  ///   - target: the mean of `metric` over replicas to be kept.
  ///   - tolerance: how far the mean may be from it, as a share.
  ///   - window: for how long the most that was asked for holds.
  public init(
    _ metric: ScalingMetric, target: Double, tolerance: Double = 0.1,
    window: Nanoseconds = 300_000_000_000, period: Nanoseconds = 15_000_000_000
  ) {
    precondition(target > 0 && period > 0, "there is a target, looked at now and then")
    self.metric = metric
    self.target = target
    self.tolerance = tolerance
    self.window = window
    self.period = period
  }

  public mutating func replicas(for view: FleetView) -> Int {
    let wanted = wanted(view)
    if asked.isEmpty { asked.append((view.time, view.ordered)) }
    asked.append((view.time, wanted))
    asked.removeAll { $0.time + window < view.time }
    if wanted > view.ordered { return min(wanted, max(2 * view.ordered, view.ordered + 4)) }
    return min(view.ordered, asked.map(\.replicas).max() ?? wanted)
  }

  private func wanted(_ view: FleetView) -> Int {
    if view.serving.isEmpty { return view.ordered }
    let total = view.total(metric.value)
    let ratio = total / (Double(view.serving.count) * target)
    if abs(ratio - 1) <= tolerance { return view.ordered }
    let assumed = ratio > 1 ? total : total + Double(view.starting) * target
    let whole = assumed / (Double(view.ordered) * target)
    // What starts turns the direction.
    if abs(whole - 1) <= tolerance || (ratio > 1) != (whole > 1) { return view.ordered }
    return Int((assumed / target).rounded(.up))
  }
}

/// What autoscalers read of a replica.
public enum ScalingMetric: String, CaseIterable, Sendable {
  /// Requests in the queue.
  case waiting
  /// Admitted requests.
  case running
  /// Both.
  case concurrency
  /// The share of the cache that is in use.
  case cache

  /// Its value in `report`.
  func value(_ report: ReplicaReport) -> Double {
    switch self {
    case .waiting: Double(report.waiting)
    case .running: Double(report.running)
    case .concurrency: Double(report.waiting + report.running)
    case .cache: report.cacheUsage
    }
  }
}
