/// Bars that each stack the same parts, in panels above each other, before they are drawn.
public struct BarChart: Sendable, Equatable {
  /// One bar.
  public struct Bar: Sendable, Equatable {
    public var name: String
    /// The length of each part in seconds, in their order; none negative.
    public var seconds: [Double]

    public init(_ name: String, seconds: [Double]) {
      precondition(seconds.allSatisfy { $0 >= 0 && $0.isFinite }, "a bar has a length")
      self.name = name
      self.seconds = seconds
    }

    /// The whole length in seconds.
    public var total: Double { seconds.reduce(0, +) }
  }

  /// Bars along an axis of their own.
  public struct Panel: Sendable, Equatable {
    public var title: String
    public var bars: [Bar]

    public init(_ title: String, _ bars: [Bar]) {
      self.title = title
      self.bars = bars
    }
  }

  /// The heading, and the line below it.
  public var title: String
  public var subtitle: String
  /// What the parts are called, from left to right.
  public var parts: [String]
  public var panels: [Panel]
  /// The length of the longest axis, in pixels.
  public var plotWidth = 620.0

  public init(_ title: String, subtitle: String = "", parts: [String], _ panels: [Panel]) {
    precondition(
      panels.allSatisfy { $0.bars.allSatisfy { $0.seconds.count == parts.count } },
      "every bar has every part")
    self.title = title
    self.subtitle = subtitle
    self.parts = parts
    self.panels = panels
  }

  /// The chart as SVG, light or dark as the reader prefers; equal charts are equal bytes.
  public func svg() -> String { BarChartDrawing(self).svg() }
}

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
    var (x, y) = (16.0, chart.subtitle.isEmpty ? 52.0 : 74.0)
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
    let width = max(left + chart.plotWidth + 84, 32 + ChartLayout.width(chart.subtitle))
    var drawing = SVG.head(
      chart.title, width, height, styles: isEmbedded ? "" : ChartStyle.sheet + ChartStyle.barSheet)
    drawing += SVG.text(chart.title, 16, 28, "title")
    if !chart.subtitle.isEmpty { drawing += SVG.text(chart.subtitle, 16, 48, "muted") }
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
    let range = scale.range(of: [0, panel.bars.map(\.total).max() ?? 0])
    let pixels = chart.plotWidth / range.upperBound
    let first = top + 18
    let bottom = first + Double(panel.bars.count) * Self.barRoom
    var drawing = SVG.text(panel.title, 16, top + 4, "panel")
    for tick in scale.ticks(in: range) {
      let x = left + tick * pixels
      drawing += SVG.segment(x, first, x, bottom, "grid")
      drawing += SVG.text(
        ChartScale.Labels.duration.text(tick), x, bottom + 18, "muted", anchor: "middle")
    }
    for (index, bar) in panel.bars.enumerated() {
      drawing += draw(bar, at: first + 4 + Double(index) * Self.barRoom, pixels: pixels)
    }
    return drawing + SVG.segment(left, first, left, bottom, "axis")
  }

  /// One bar, of which a second takes `pixels`.
  private func draw(_ bar: BarChart.Bar, at y: Double, pixels: Double) -> String {
    let baseline = y + Self.barHeight / 2 + 4
    var drawing = SVG.text(bar.name, left - 8, baseline, anchor: "end")
    var x = left
    for (index, seconds) in bar.seconds.enumerated() where seconds > 0 {
      let width = seconds * pixels
      let share = Numbers.percent(seconds / bar.total)
      let colour = index % ChartStyle.colours
      var part = rectangle(x, y, width, Self.barHeight, "bar f\(colour)")
      if width > ChartLayout.width(share, size: 11) + 6 {
        part += SVG.text(share, x + width / 2, baseline, "on on\(colour)", anchor: "middle")
      }
      let tip = "\(bar.name)\n\(chart.parts[index]): \(Numbers.duration(seconds)), \(share)"
      drawing += segment(part, index, width: width, tip)
      x += width
    }
    let total = SVG.text(Numbers.duration(bar.total), x + 8, baseline)
    return isEmbedded
      ? "<g data-bar=\"\">\n\(drawing)<g data-shift=\"\">\n\(total)</g>\n</g>\n" : drawing + total
  }

  /// `drawing` with what a page needs to know of it: its part, its length and what it tells.
  private func segment(_ drawing: String, _ part: Int, width: Double, _ tip: String) -> String {
    guard isEmbedded else { return drawing }
    let tip = tip.split(separator: "\n").map { SVG.escaped(String($0)) }.joined(separator: "&#10;")
    let attributes = "data-part=\"\(part)\" data-width=\"\(SVG.number(width))\""
    return "<g \(attributes) data-shift=\"\" data-tip=\"\(tip)\">\n\(drawing)</g>\n"
  }

  private func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String
  ) -> String {
    let sizes = [("x", x), ("y", y), ("width", width), ("height", height)]
    let attributes = sizes.map { "\($0.0)=\"\(SVG.number($0.1))\"" }.joined(separator: " ")
    return "<rect class=\"\(style)\" \(attributes)/>\n"
  }
}
