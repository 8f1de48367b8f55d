import Formats

/// Draws a chart of bars as SVG.
struct BarChartDrawing {
  let chart: BarChart
  /// Whether it stands in a page that has the styles and lets parts be hidden by their names.
  let isEmbedded: Bool
  private let left: Double
  private let legend: [(x: Double, y: Double)]
  private let top: Double

  private static let barHeight = 22.0
  private static let barRoom = 30.0
  private static let panelRoom = 84.0

  init(_ chart: BarChart, isEmbedded: Bool = false) {
    self.chart = chart
    self.isEmbedded = isEmbedded
    let names = chart.panels.flatMap { $0.bars.map { ChartLayout.width($0.name) } }
    left = 28 + (names.max() ?? 0)
    var places: [(x: Double, y: Double)] = []
    var (x, y) = (16.0, isEmbedded ? 18.0 : chart.subtitle.isEmpty ? 52 : 74)
    for part in chart.parts {
      let room = 34 + ChartLayout.width(part)
      if x + room > left + chart.plotWidth && x > 16 { (x, y) = (16, y + 20) }
      places.append((x, y))
      x += room
    }
    legend = places
    top = y + 30
  }

  func svg() -> String {
    let bars = chart.panels.reduce(0) { $0 + Double($1.bars.count) * Self.barRoom }
    let height = top + bars + Double(chart.panels.count) * Self.panelRoom - 12
    let subtitle = isEmbedded ? "" : chart.subtitle
    let width = max(left + chart.plotWidth + 120, 32 + ChartLayout.width(subtitle))
    var drawing = SVG.head(
      chart.title, width, height, styles: isEmbedded ? "" : ChartStyle.sheet + ChartStyle.barSheet)
    if !isEmbedded { drawing += SVG.text(chart.title, 16, 28, "title") }
    if !subtitle.isEmpty { drawing += SVG.text(subtitle, 16, 48, "muted") }
    drawing += partNames()
    var y = top
    for panel in chart.panels {
      drawing += draw(panel, at: y)
      y += Double(panel.bars.count) * Self.barRoom + Self.panelRoom
    }
    return drawing + "</svg>\n"
  }

  private func partNames() -> String {
    zip(chart.parts.indices, legend).map { index, place in
      let mark =
        rectangle(place.x, place.y - 10, 12, 12, "bar f\(index % ChartStyle.colours)")
        + SVG.text(chart.parts[index], place.x + 17, place.y)
      guard isEmbedded else { return mark }
      return "<g data-toggle=\"\(index)\" tabindex=\"0\" role=\"button\">\n\(mark)</g>\n"
    }.joined()
  }

  private func draw(_ panel: BarChart.Panel, at top: Double) -> String {
    let scale = ChartScale.linear
    let range = scale.range(of: [0, Self.longest(panel.bars.map(\.total))])
    let pixels = chart.plotWidth / range.upperBound
    let first = top + 18
    let bottom = first + Double(panel.bars.count) * Self.barRoom
    var drawing = SVG.text(panel.title, 16, top + 4, "panel")
    drawing += SVG.ticks(
      scale.ticks(in: range).map { (left + $0 * pixels, ChartScale.Labels.duration.text($0)) },
      first, bottom)
    for (index, bar) in panel.bars.enumerated() {
      drawing += draw(bar, at: first + 4 + Double(index) * Self.barRoom, pixels: pixels)
    }
    return drawing + SVG.segment(left, first, left, bottom, "axis")
  }

  /// The longest of `totals` that the others can be seen beside: at most six times the middle one.
  private static func longest(_ totals: [Double]) -> Double {
    let sorted = totals.sorted()
    guard let last = sorted.last else { return 0 }
    let middle = sorted[(sorted.count - 1) / 2]
    return sorted.last { $0 <= 6 * middle } ?? last
  }

  /// One bar, of which a second takes `pixels`; what is too long for the axis is cut off.
  private func draw(_ bar: BarChart.Bar, at y: Double, pixels: Double) -> String {
    let baseline = y + Self.barHeight / 2 + 4
    let isCut = bar.total * pixels > chart.plotWidth + 0.5
    var parts = ""
    var x = left
    for (index, seconds) in bar.seconds.enumerated() where seconds > 0 {
      let width = seconds * pixels
      let shown = min(width, left + chart.plotWidth - x)
      if shown > 0 || isEmbedded {
        parts += part(index, of: bar, x, y, width: width, shown: max(0, shown))
      }
      x += width
    }
    let end = min(x, left + chart.plotWidth)
    let total = Numbers.duration(bar.total) + (isCut ? ", cut off" : "")
    let label = SVG.text(total, end + 10, baseline)
    let drawing = SVG.text(bar.name, left - 8, baseline, anchor: "end")
    let mark = isCut ? cut(end, y) : ""
    guard isEmbedded else { return drawing + parts + mark + label }
    let room = "data-bar=\"\(SVG.number(chart.plotWidth))\""
    let clip =
      "<svg x=\"\(SVG.number(left))\" y=\"\(SVG.number(y))\" "
      + "width=\"\(SVG.number(chart.plotWidth))\" height=\"\(SVG.number(Self.barHeight))\" "
      + "viewBox=\"\(SVG.number(left)) \(SVG.number(y)) \(SVG.number(chart.plotWidth)) "
      + "\(SVG.number(Self.barHeight))\">\n"
    return
      "\(drawing)<g \(room)>\n\(clip)\(parts)</svg>\n<g data-end=\"\">\n\(mark)\(label)</g>\n</g>\n"
  }

  /// One part of a bar, `width` long, of which `shown` is on the paper.
  private func part(
    _ index: Int, of bar: BarChart.Bar, _ x: Double, _ y: Double, width: Double, shown: Double
  ) -> String {
    let share = Numbers.percent(bar.seconds[index] / bar.total)
    let colour = index % ChartStyle.colours
    var drawing = rectangle(
      x, y, isEmbedded ? width : shown, Self.barHeight, "bar f\(colour)")
    if shown > ChartLayout.width(share, size: 11) + 6 {
      drawing += SVG.text(
        share, x + shown / 2, y + Self.barHeight / 2 + 4, "on on\(colour)", anchor: "middle")
    }
    guard isEmbedded else { return drawing }
    let tip =
      SVG.escaped(bar.name) + "&#10;" + SVG.escaped(chart.parts[index])
      + ": \(Numbers.duration(bar.seconds[index])), \(share)"
    let attributes =
      "data-part=\"\(index)\" data-width=\"\(SVG.number(width))\" "
      + "data-seconds=\"\(Float(bar.seconds[index]))\""
    return "<g \(attributes) data-tip=\"\(tip)\">\n\(drawing)</g>\n"
  }

  /// Two slanted strokes where a bar is cut off.
  private func cut(_ x: Double, _ y: Double) -> String {
    [-14.0, -8].map { offset in
      SVG.segment(
        x + offset, y + Self.barHeight + 3, x + offset + 6, y - 3, "cut")
    }.joined()
  }

  private func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String
  ) -> String {
    let sizes = [("x", x), ("y", y), ("width", width), ("height", height)]
    let attributes = sizes.map { "\($0.0)=\"\(SVG.number($0.1))\"" }.joined(separator: " ")
    return "<rect class=\"\(style)\" \(attributes)/>\n"
  }
}
