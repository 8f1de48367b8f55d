import Metrics
import Reporting
import Serving
import Studies

extension Replay {
  /// This replay's line in a chart of `metric`; none where nothing was measured.
  func chartEntries(of metric: LatencyMetric) -> [LatencyDistributionChart.Entry] {
    CumulativeDistribution(of: metric, trace: trace, timeline: timeline).map {
      [LatencyDistributionChart.Entry(run.scheduler, $0, run.metrics[metric])]
    } ?? []
  }
}
