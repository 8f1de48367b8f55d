import Studies

/// Published curves and ours in small multiples: a panel a workload and metric, a colour a system.
///
/// What was published is hollow points on a dashed line, ours a full line.
public struct ReproductionCurves: Sendable {
  private let study: Reproduction
  private let systems: [String]
  private let panels: [Panel]
  private let xScale: ChartScale
  private let plotWidth: Double
  private let plotHeight: Double
  private let columns: Int
  private let cellWidth: Double

  private static let margin = 16.0
  private static let gap = 20.0
  private static let titleRoom = 44.0
  private static let axisRoom = 46.0

  /// Figures of one workload in one unit.
  private struct Panel {
    var workload: String
    var metric: String
    var rows: [Reproduction.Row]
  }

  /// - Parameter study: has an axis; rows without a place on it are not drawn.
  public init(_ study: Reproduction) {
    self.study = study
    systems = Self.distinct(study.rows.map(\.system))
    let placed = study.rows.filter { $0.at != nil }
    panels = Self.distinct(placed.map { [$0.workload, $0.metric] }).map { name in
      Panel(
        workload: name[0], metric: name[1],
        rows: placed.filter { $0.workload == name[0] && $0.metric == name[1] })
    }
    let places = placed.compactMap(\.at)
    let (least, greatest) = (places.min() ?? 0, places.max() ?? 0)
    xScale = least > 0 && greatest >= 100 * least ? .log10 : .linear
    columns = panels.count < 4 ? max(1, panels.count) : panels.count == 4 ? 2 : 4
    (plotWidth, plotHeight) = columns > 2 ? (220, 150) : (360, 240)
    let titles = panels.flatMap { [$0.workload, ReproductionReport.words($0.metric)] }
    cellWidth = max(plotWidth + 56, titles.map { ChartLayout.width($0) }.max() ?? 0) + Self.gap
  }

  /// The picture as SVG, light or dark as the reader prefers.
  public func svg() -> String {
    let legend = legend()
    let cellHeight = Self.titleRoom + plotHeight + Self.axisRoom
    let lines = (panels.count + columns - 1) / columns
    let height = legend.bottom + 18 + Double(lines) * (cellHeight + Self.gap)
    let title = "\(study.study): \(study.title)"
    let cells = panels.enumerated().map { index, panel in
      draw(
        panel, left: Self.margin + Double(index % columns) * cellWidth,
        top: legend.bottom + 18 + Double(index / columns) * (cellHeight + Self.gap))
    }
    return SVG.head(title, width, height, styles: ChartStyle.sheet + ChartStyle.panelSheet)
      + SVG.text(study.title, Self.margin, 28, "title")
      + SVG.text(subtitle, Self.margin, 48, "muted") + legend.drawing + cells.joined()
      + "</svg>\n"
  }

  private var subtitle: String {
    let unplaced = study.rows.filter { $0.at == nil }.count
    return study.source + (unplaced == 0 ? "" : "; \(unplaced) more figures are in the table")
  }

  private var width: Double {
    let texts = ChartLayout.width(subtitle)
    let title = ChartLayout.width(study.title, size: 16)
    return max(Double(columns) * cellWidth, texts, title, 480) + 2 * Self.margin
  }

  /// What colours and lines mean, in as many rows as the names need.
  private func legend() -> (drawing: String, bottom: Double) {
    var (x, y) = (Self.margin, 74.0)
    let entries =
      systems.indices.map { (ChartStyle.lineClass($0), systems[$0], false) }
      + [("axis dashed", "published", true), ("axis", "ours", false)]
    let drawing = entries.map { style, name, isPublished in
      let room = 48 + ChartLayout.width(name)
      if x + room > width && x > Self.margin { (x, y) = (Self.margin, y + 20) }
      defer { x += room }
      return SVG.segment(x, y, x + 24, y, style)
        + (isPublished ? mark(x + 12, y, style: "axis") : "") + SVG.text(name, x + 30, y + 4)
    }.joined()
    return (drawing, y)
  }

  private func draw(_ panel: Panel, left: Double, top: Double) -> String {
    let y = ChartScale.linear
    let yRange = y.range(of: [0] + panel.rows.flatMap { [$0.published, $0.ours] })
    let labels = y.ticks(in: yRange).map(ChartScale.Labels.number.text)
    let places = panel.rows.compactMap(\.at)
    let plot = Plot(
      left: left + 12 + (labels.map { ChartLayout.width($0) }.max() ?? 0),
      top: top + Self.titleRoom, width: plotWidth, height: plotHeight, xScale: xScale,
      xRange: xScale.range(of: places), yRange: yRange)
    return SVG.text(panel.workload, left, top + 14, "panel")
      + SVG.text(ReproductionReport.words(panel.metric), left, top + 32, "muted")
      + axes(plot) + systems.indices.map { curves(panel, of: $0, on: plot) }.joined()
  }

  private func axes(_ plot: Plot) -> String {
    let yTicks = ChartScale.linear.ticks(in: plot.yRange).map { value in
      let height = plot.y(value)
      return SVG.segment(plot.left, height, plot.right, height, "grid")
        + SVG.text(
          ChartScale.Labels.number.text(value), plot.left - 6, height + 4, "muted", anchor: "end")
    }
    let xTicks = xScale.ticks(in: plot.xRange).map { value in
      let place = plot.x(value)
      return SVG.segment(place, plot.bottom, place, plot.bottom + 4, "axis")
        + SVG.text(
          ChartScale.Labels.number.text(value), place, plot.bottom + 18, "muted", anchor: "middle")
    }
    let middle = (plot.left + plot.right) / 2
    return yTicks.joined() + xTicks.joined()
      + SVG.segment(plot.left, plot.bottom, plot.right, plot.bottom, "axis")
      + SVG.text(study.axis ?? "", middle, plot.bottom + 36, anchor: "middle")
  }

  private func curves(_ panel: Panel, of system: Int, on plot: Plot) -> String {
    let rows = panel.rows.filter { $0.system == systems[system] }
      .sorted { ($0.at ?? 0) < ($1.at ?? 0) }
    guard !rows.isEmpty else { return "" }
    let colour = "line c\(system % ChartStyle.colours)"
    func path(_ value: (Reproduction.Row) -> Double) -> String {
      "M"
        + rows.map { row in
          "\(SVG.number(plot.x(row.at ?? 0))) \(SVG.number(plot.y(value(row))))"
        }.joined(separator: "L")
    }
    let marks = rows.map { mark(plot.x($0.at ?? 0), plot.y($0.published), style: colour) }
    let ours =
      rows.count > 1
      ? "<path class=\"\(colour)\" d=\"\(path(\.ours))\"/>\n"
      : "<path class=\"\(colour) point\" d=\"\(path(\.ours))h0\"/>\n"
    return "<path class=\"\(colour) dashed thin\" d=\"\(path(\.published))\"/>\n" + ours
      + marks.joined()
  }

  /// A hollow point.
  private func mark(_ x: Double, _ y: Double, style: String) -> String {
    "<circle class=\"\(style) mark thin\" cx=\"\(SVG.number(x))\" cy=\"\(SVG.number(y))\" "
      + "r=\"3\"/>\n"
  }

  private static func distinct<Value: Equatable>(_ values: [Value]) -> [Value] {
    values.reduce(into: []) { list, value in if !list.contains(value) { list.append(value) } }
  }
}

/// Where the values of a panel lie on the paper, in pixels.
private struct Plot {
  var left: Double
  var top: Double
  var width: Double
  var height: Double
  var xScale: ChartScale
  var xRange: ClosedRange<Double>
  var yRange: ClosedRange<Double>

  var right: Double { left + width }
  var bottom: Double { top + height }

  func x(_ value: Double) -> Double {
    let (low, high) = (xScale.position(xRange.lowerBound), xScale.position(xRange.upperBound))
    return left + (xScale.position(value) - low) / (high - low) * width
  }

  func y(_ value: Double) -> Double {
    bottom - (value - yRange.lowerBound) / (yRange.upperBound - yRange.lowerBound) * height
  }
}
