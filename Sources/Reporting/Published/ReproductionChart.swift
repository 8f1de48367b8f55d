import Formats
import Studies

/// Published figures and ours as bars in pairs, a panel a metric, the rows of a workload together.
public struct ReproductionChart: Sendable {
  private let study: Reproduction
  private let systems: [String]
  private let panels: [Panel]
  private let systemLeft: Double
  private let left: Double

  private static let margin = 16.0
  private static let top = 74.0
  private static let bar = 11.0
  private static let rowRoom = 30.0
  private static let panelRoom = 66.0
  private static let plotWidth = 420.0
  private static let valueRoom = 130.0

  /// Rows of one unit.
  private struct Panel {
    var metric: String
    var rows: [Reproduction.Row]
  }

  public init(_ study: Reproduction) {
    self.study = study
    systems = Self.distinct(study.rows.map(\.system))
    panels = Self.distinct(study.rows.map(\.metric)).map { metric in
      let rows = study.rows.filter { $0.metric == metric }
      let workloads = Self.distinct(rows.map(\.workload))
      return Panel(
        metric: metric, rows: workloads.flatMap { name in rows.filter { $0.workload == name } })
    }
    let names = study.rows.map { ChartLayout.width($0.workload) }
    systemLeft = Self.margin + (names.max() ?? 0) + 16
    left = systemLeft + (systems.map { ChartLayout.width($0) }.max() ?? 0) + 12
  }

  /// The picture as SVG, light or dark as the reader prefers.
  public func svg() -> String {
    let subtitle = "\(study.source); pale: published, full: ours"
    let titles = [ChartLayout.width(study.title, size: 16), ChartLayout.width(subtitle)]
    let width = max(
      left + Self.plotWidth + Self.valueRoom, (titles.max() ?? 0) + 2 * Self.margin)
    var y = Self.top
    let drawing = panels.map { panel in
      defer { y += Double(panel.rows.count) * Self.rowRoom + Self.panelRoom }
      return draw(panel, at: y)
    }
    let head = SVG.head(
      "\(study.study): \(study.title)", width, y - 12, styles: ChartStyle.sheet + Self.sheet)
    return head + SVG.text(study.title, Self.margin, 28, "title")
      + SVG.text(subtitle, Self.margin, 48, "muted") + drawing.joined() + "</svg>\n"
  }

  private func draw(_ panel: Panel, at top: Double) -> String {
    let scale = ChartScale.linear
    let range = scale.range(of: [0] + panel.rows.flatMap { [$0.published, $0.ours] })
    let pixels = Self.plotWidth / range.upperBound
    let first = top + 14
    let bottom = first + Double(panel.rows.count) * Self.rowRoom
    let grid = scale.ticks(in: range).map { value in
      let x = left + value * pixels
      return SVG.segment(x, first, x, bottom, "grid")
        + SVG.text(
          ChartScale.Labels.number.text(value), x, bottom + 18, "muted", anchor: "middle")
    }
    let rows = panel.rows.enumerated().map { index, row in
      let isFirst = index == 0 || panel.rows[index - 1].workload != row.workload
      return draw(
        row, at: first + Double(index) * Self.rowRoom, pixels: pixels, namesWorkload: isFirst)
    }
    return SVG.text(ReproductionReport.words(panel.metric), Self.margin, top + 4, "panel")
      + grid.joined() + rows.joined() + SVG.segment(left, first, left, bottom, "axis")
  }

  private func draw(
    _ row: Reproduction.Row, at top: Double, pixels: Double, namesWorkload: Bool
  ) -> String {
    let colour = "bar f\((systems.firstIndex(of: row.system) ?? 0) % ChartStyle.colours)"
    let sign = row.difference > 0 ? "+" : ""
    let value = "\(Numbers.rate(row.ours)) (\(sign)\(Numbers.percent(row.difference)))"
    let end = left + max(row.published, row.ours) * pixels
    return (namesWorkload ? SVG.text(row.workload, Self.margin, top + 19) : "")
      + SVG.text(row.system, systemLeft, top + 19, "muted")
      + rectangle(row.published * pixels, at: top + 4, "\(colour) pale")
      + rectangle(row.ours * pixels, at: top + 4 + Self.bar, colour)
      + SVG.text(value, end + 8, top + 19)
  }

  private func rectangle(_ width: Double, at y: Double, _ style: String) -> String {
    "<rect class=\"\(style)\" x=\"\(SVG.number(left))\" y=\"\(SVG.number(y))\" "
      + "width=\"\(SVG.number(width))\" height=\"\(SVG.number(Self.bar))\"/>\n"
  }

  private static func distinct(_ values: [String]) -> [String] {
    values.reduce(into: []) { list, value in if !list.contains(value) { list.append(value) } }
  }

  private static let sheet = ChartStyle.barSheet + "<style>.pale{fill-opacity:.4}</style>\n"
}
