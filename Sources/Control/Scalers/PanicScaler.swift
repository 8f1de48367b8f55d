import Serving

/// AIBrix's pod autoscaler after Knative's: as many replicas as bring the mean of a metric over a
/// stable window to the target; in a panic, which a short window that asks for twice what there is
/// begins, as many as that asks for and never fewer, until a stable window has passed without.
///
/// aibrix e3e10f9e, `pkg/controller/podautoscaler/algorithm/kpa.go`.
public struct PanicScaler: Scaler {
  private let metric: ScalingMetric
  private let target: Double
  private let stable: Nanoseconds
  private let panic: Nanoseconds
  private let rate = 2.0
  private let tolerance = 0.1
  public let period: Nanoseconds
  private var samples: [(time: Nanoseconds, total: Double)] = []
  private var panicked: (time: Nanoseconds, replicas: Int)?

  /// - Parameters:
  ///   - target: the mean of `metric` over replicas to be kept.
  ///   - stable: the stable window.
  ///   - panic: the short window.
  public init(
    _ metric: ScalingMetric = .cache, target: Double = 0.5,
    stable: Nanoseconds = 180_000_000_000, panic: Nanoseconds = 60_000_000_000,
    period: Nanoseconds = 10_000_000_000
  ) {
    precondition(target > 0 && period > 0, "there is a target, looked at now and then")
    self.metric = metric
    self.target = target
    self.stable = stable
    self.panic = panic
    self.period = period
  }

  public mutating func replicas(for view: FleetView) -> Int {
    let count = view.serving.count
    if count == 0 { return view.ordered }
    samples.append((view.time, view.total(metric.value)))
    samples.removeAll { $0.time + stable <= view.time }
    let short = wanted(since: view.time - panic, count)
    if Double(short) >= 2 * Double(count) {
      panicked = (view.time, max(short, panicked?.replicas ?? 0))
    } else if let panicked, panicked.time + stable <= view.time {
      self.panicked = nil
    }
    if let panicked {
      self.panicked?.replicas = max(panicked.replicas, short)
      return max(view.ordered, max(panicked.replicas, short))
    }
    let long = wanted(since: view.time - stable, count)
    if long > count { return max(view.ordered, long) }
    return abs(Double(long) / Double(count) - 1) <= tolerance ? view.ordered : long
  }

  /// What the samples after `time` ask for, within twice and half of `count`.
  private func wanted(since time: Nanoseconds, _ count: Int) -> Int {
    let recent = samples.filter { $0.time > time }
    let mean = recent.reduce(0) { $0 + $1.total } / Double(max(1, recent.count))
    let most = Int((Double(count) * rate).rounded(.up))
    let least = Int((Double(count) / rate).rounded(.down))
    return min(max(Int((mean / target).rounded(.up)), least), most)
  }
}
