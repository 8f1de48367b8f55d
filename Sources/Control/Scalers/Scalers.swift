import Formats
import Serving

/// The list of autoscalers; it drives the command line and the tests.
public enum Scalers {
  /// Every autoscaler.
  public static let all: [PolicyEntry<any Scaler>] = [
    PolicyEntry(
      "hpa", "Kubernetes' horizontal pod autoscaler on the requests of a replica.",
      options: [
        PolicyOption("target", 16, in: 1e-9...1e9), PolicyOption("tolerance", 0.1, in: 0...1),
        PolicyOption("window", 300), PolicyOption("period", 15, in: 1e-3...1e6),
      ]
    ) { pods(.concurrency, $0) },
    PolicyEntry(
      "keda", "KEDA on vLLM's queue, as production-stack sets it up.",
      options: [
        PolicyOption("threshold", 5, in: 1e-9...1e9), PolicyOption("window", 300),
        PolicyOption("polling-interval", 15, in: 1e-3...1e6),
      ]
    ) {
      HorizontalPods(
        .waiting, target: $0["threshold"], window: Nanoseconds(seconds: $0["window"]),
        period: Nanoseconds(seconds: $0["polling-interval"]))
    },
    PolicyEntry(
      "llm-d-wva", "llm-d's autoscaler by what replicas have to spare.",
      options: [
        PolicyOption("kv", 0.8, in: 0...1), PolicyOption("queue", 5),
        PolicyOption("spare-kv", 0.1, in: 0...1), PolicyOption("spare-queue", 3),
        PolicyOption("period", 30, in: 1e-3...1e6),
      ]
    ) {
      var limits = SaturationScaler.Limits()
      (limits.cache, limits.queue) = ($0["kv"], $0["queue"])
      (limits.spareCache, limits.spareQueue) = ($0["spare-kv"], $0["spare-queue"])
      return SaturationScaler(limits, period: Nanoseconds(seconds: $0["period"]))
    },
    PolicyEntry(
      "aibrix-kpa", "AIBrix's autoscaler on the use of the cache, with panics.",
      options: [
        PolicyOption("target", 0.5, in: 1e-9...1), PolicyOption("stable-window", 180),
        PolicyOption("panic-window", 60), PolicyOption("period", 10, in: 1e-3...1e6),
      ]
    ) {
      PanicScaler(
        target: $0["target"], stable: Nanoseconds(seconds: $0["stable-window"]),
        panic: Nanoseconds(seconds: $0["panic-window"]),
        period: Nanoseconds(seconds: $0["period"]))
    },
    PolicyEntry(
      "dynamo-load", "Dynamo's load loop on the use of the cache, aware of consolidation.",
      options: [
        PolicyOption("up", 1, in: 0...1), PolicyOption("down", 0.6, in: 0...1),
        PolicyOption("sensitivity", 0.8, in: 0...1), PolicyOption("period", 5, in: 1e-3...1e6),
      ]
    ) {
      ConsolidatingScaler(
        up: $0["up"], down: $0["down"], sensitivity: $0["sensitivity"],
        period: Nanoseconds(seconds: $0["period"]))
    },
  ]

  private static func pods(_ metric: ScalingMetric, _ options: PolicyOptions) -> HorizontalPods {
    HorizontalPods(
      metric, target: options["target"], tolerance: options["tolerance"],
      window: Nanoseconds(seconds: options["window"]),
      period: Nanoseconds(seconds: options["period"]))
  }
}
