import Formats

/// Predicted against measured seconds on logarithmic axes, a colour a series, such as an operation.
///
/// On the line through the corners a prediction is right; dashed lines are a tenth above and below.
public struct CalibrationChart: Sendable, Equatable {
  /// One prediction and what it is held against, in seconds.
  public struct Pair: Sendable, Equatable {
    public var measuredSeconds: Double
    public var predictedSeconds: Double

    public init(measuredSeconds: Double, predictedSeconds: Double) {
      self.measuredSeconds = measuredSeconds
      self.predictedSeconds = predictedSeconds
    }

    /// The prediction as a multiple of the measurement.
    var ratio: Double { predictedSeconds / measuredSeconds }
  }

  /// Pairs of one kind and what they are called.
  public struct Series: Sendable, Equatable {
    public var name: String
    /// Times that are finite and greater than zero.
    public var pairs: [Pair]

    public init(_ name: String, _ pairs: [Pair]) {
      precondition(
        pairs.allSatisfy {
          $0.measuredSeconds > 0 && $0.predictedSeconds > 0 && $0.measuredSeconds.isFinite
            && $0.predictedSeconds.isFinite
        }, "a time is finite and greater than zero")
      self.name = name
      self.pairs = pairs
    }

    /// The median of how far predictions are off, as shares of the measurements; nil for none.
    public var medianError: Double? {
      let errors = pairs.map { abs($0.ratio - 1) }.sorted()
      if errors.isEmpty { return nil }
      return (errors[(errors.count - 1) / 2] + errors[errors.count / 2]) / 2
    }
  }

  /// The heading, and the line below it, such as the GPU and the source of the measurements.
  public var title: String
  public var subtitle: String
  public var series: [Series]
  /// The most points that are drawn, about; series are thinned alike.
  public var maxPoints = 4000

  public init(_ title: String, subtitle: String = "", _ series: [Series]) {
    self.title = title
    self.subtitle = subtitle
    self.series = series
  }

  /// The chart, ready to be drawn.
  public var chart: Chart {
    let range = range
    let clouds = series.map { series in
      Chart.Cloud(
        series.name, note: series.medianError.map(Numbers.percent) ?? "",
        thinned(series).map { Chart.Point(x: $0.measuredSeconds, y: $0.predictedSeconds) })
    }
    var chart = Chart(
      title, subtitle: subtitle(drawn: clouds.reduce(0) { $0 + $1.points.count }),
      x: Chart.Axis("Measured time", scale: .log10, labels: .duration, range: range),
      y: Chart.Axis("Predicted time", scale: .log10, labels: .duration, range: range), lines: [])
    chart.clouds = clouds
    chart.guides = guides(over: range)
    chart.plotWidth = 520
    chart.plotHeight = 520
    return chart
  }

  private var range: ClosedRange<Double> {
    ChartScale.log10.range(
      of: series.flatMap(\.pairs).flatMap { [$0.measuredSeconds, $0.predictedSeconds] })
  }

  private func guides(over range: ClosedRange<Double>) -> [Chart.Guide] {
    let (low, high) = (range.lowerBound, range.upperBound)
    return [
      Chart.Guide(
        "10 % too long", from: Chart.Point(x: low, y: low * 1.1),
        to: Chart.Point(x: high / 1.1, y: high), isDashed: true),
      Chart.Guide(
        "as measured", from: Chart.Point(x: low, y: low), to: Chart.Point(x: high, y: high)),
      Chart.Guide(
        "10 % too short", from: Chart.Point(x: low / 0.9, y: low),
        to: Chart.Point(x: high, y: high * 0.9), isDashed: true),
    ]
  }

  private func subtitle(drawn: Int) -> String {
    let count = series.reduce(0) { $0 + $1.pairs.count }
    let points =
      drawn < count
      ? "\(Numbers.grouped(drawn)) of \(Numbers.grouped(count)) points"
      : "\(Numbers.grouped(count)) point\(count == 1 ? "" : "s")"
    let legend = "\(points); beside each name its median error"
    return subtitle.isEmpty ? legend : "\(subtitle); \(legend)"
  }

  /// As many pairs as `series` has of `maxPoints`, evenly from the most underestimated to the most
  /// overestimated, both of which are kept.
  private func thinned(_ series: Series) -> [Pair] {
    let count = series.pairs.count
    let all = self.series.reduce(0) { $0 + $1.pairs.count }
    if all <= maxPoints { return series.pairs }
    let kept = max(2, Int(Double(maxPoints) * Double(count) / Double(all)))
    if count <= kept { return series.pairs }
    let sorted = series.pairs.sorted {
      ($0.ratio, $0.measuredSeconds) < ($1.ratio, $1.measuredSeconds)
    }
    return (0..<kept).map { sorted[$0 * (count - 1) / (kept - 1)] }
  }
}
