import Formats
import Metrics

/// Queue, batch and cache over time, a line a scheduler.
enum LoadChart {
  static func figures(_ entries: [RunsReport.Entry], subtitle: String) -> [Report.Figure] {
    let stretch = entries.map(\.load.stretchSeconds).max() ?? 0
    let caption = "Means over stretches of \(Numbers.duration(stretch)) or less."
    func figure(
      _ file: String, _ title: String, _ axis: Chart.Axis,
      _ value: @escaping (LoadTimeline.Sample) -> Double
    ) -> Report.Figure {
      Report.Figure(
        file, caption: caption, .lines(chart(entries, title, subtitle, axis, value)))
    }
    return [
      figure(
        "queue.svg", "Requests waiting", countAxis("Requests waiting", entries, \.waiting),
        \.waiting),
      figure("batch.svg", "Sequences in a batch", Chart.Axis("Sequences in a batch"), \.batch),
      figure(
        "cache.svg", "KV cache in use",
        Chart.Axis("KV blocks in use", labels: .percent, range: 0...1), \.cache),
    ]
  }

  private static func chart(
    _ entries: [RunsReport.Entry], _ title: String, _ subtitle: String, _ axis: Chart.Axis,
    _ value: (LoadTimeline.Sample) -> Double
  ) -> Chart {
    let lines = entries.map { entry in
      Chart.Line(
        entry.run.scheduler, entry.load.samples.map { Chart.Point(x: $0.seconds, y: value($0)) })
    }
    var chart = Chart(
      title, subtitle: subtitle, x: Chart.Axis("Time since the start of the trace (s)"), y: axis,
      lines: lines)
    chart.plotHeight = 240
    return chart
  }

  /// A logarithmic axis from 0.1 up where one scheduler's peak is far above another's; else a
  /// linear one.
  private static func countAxis(
    _ title: String, _ entries: [RunsReport.Entry], _ value: (LoadTimeline.Sample) -> Double
  ) -> Chart.Axis {
    let peaks = entries.map { $0.load.samples.map(value).max() ?? 0 }
    guard let least = peaks.min(), let greatest = peaks.max(), greatest > 20,
      greatest > 20 * least
    else { return Chart.Axis(title) }
    let range = ChartScale.log10.range(of: [0.1, greatest])
    return Chart.Axis("\(title), 0.1 and more", scale: .log10, range: range)
  }
}
