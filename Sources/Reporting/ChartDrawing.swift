/// Draws a chart as SVG.
struct ChartDrawing {
  let chart: Chart
  let layout: ChartLayout
  /// Whether it stands in a page that has the styles and lets lines be hidden by their names.
  let isEmbedded: Bool

  init(_ chart: Chart, isEmbedded: Bool = false) {
    self.chart = chart
    self.isEmbedded = isEmbedded
    layout = ChartLayout(chart)
  }

  func svg() -> String {
    let isPlain = chart.guides.isEmpty && chart.clouds.isEmpty && !chart.labelsEnds
    let styles = ChartStyle.sheet + (isPlain ? "" : ChartStyle.cloudSheet)
    return SVG.head(chart.title, layout.width, layout.height, styles: isEmbedded ? "" : styles)
      + headings() + horizontalAxis() + verticalAxis() + limits() + levels() + guides() + clouds()
      + lines() + names() + cloudNames() + "</svg>\n"
  }

  private func headings() -> String {
    let subtitle = chart.subtitle.isEmpty ? "" : text(chart.subtitle, 16, 48, "muted")
    return text(chart.title, 16, 28, "title") + subtitle
  }

  private func horizontalAxis() -> String {
    let ticks = chart.x.scale.ticks(in: layout.xRange).map { value in
      let x = layout.x(value)
      return segment(x, layout.top, x, layout.bottom, "grid")
        + text(chart.x.labels.text(value), x, layout.bottom + 18, "muted", anchor: "middle")
    }.joined()
    let middle = (layout.left + layout.right) / 2
    return ticks + segment(layout.left, layout.bottom, layout.right, layout.bottom, "axis")
      + text(chart.x.title, middle, layout.bottom + 40, anchor: "middle")
  }

  private func verticalAxis() -> String {
    let ticks = chart.y.scale.ticks(in: layout.yRange).map { value in
      let y = layout.y(value)
      return segment(layout.left, y, layout.right, y, "grid")
        + text(chart.y.labels.text(value), layout.left - 8, y + 4, "muted", anchor: "end")
    }.joined()
    let middle = (layout.top + layout.bottom) / 2
    let title = "<text transform=\"translate(24 \(number(middle))) rotate(-90)\" "
    return ticks + title + "text-anchor=\"middle\">\(SVG.escaped(chart.y.title))</text>\n"
  }

  private func limits() -> String {
    zip(chart.limits, layout.limitRows).map { limit, row in
      let x = layout.x(limit.x)
      let label = layout.top - 8 - Double(row) * ChartLayout.lineHeight
      let ring = limit.y.map { y in
        "<circle class=\"ring\" cx=\"\(number(x))\" cy=\"\(number(layout.y(y)))\" r=\"5\"/>\n"
      }
      return segment(x, layout.top - 4, x, layout.bottom, "limit")
        + text(limit.label, x, label, anchor: "middle") + (ring ?? "")
    }.joined()
  }

  private func lines() -> String {
    chart.lines.enumerated().filter { !$0.element.points.isEmpty }.map { index, line in
      let style = ChartStyle.lineClass(index)
      return part(index, "<path class=\"\(style)\" d=\"\(path(line))\"/>\n" + marks(line, style))
    }.joined()
  }

  private func path(_ line: Chart.Line) -> String {
    let points = line.points.map { (number(layout.x($0.x)), number(layout.y($0.y))) }
    if line.isStepped {
      return "M\(points[0].0) \(number(layout.y(0)))"
        + points.map { "H\($0.0)V\($0.1)" }.joined()
    }
    return "M" + points.map { "\($0.0) \($0.1)" }.joined(separator: "L")
  }

  private func names() -> String {
    switch layout.names {
    case .beside(let heights):
      zip(chart.lines.indices, heights).map { index, height in
        name(index, text(chart.lines[index].name, layout.right + 8, height + 4))
      }.joined()
    case .atEnds(let places):
      zip(chart.lines.indices, places).map { index, place in
        name(
          index,
          segment(place.x, place.y, place.x + 10, place.y, ChartStyle.lineClass(index))
            + text(
              chart.lines[index].name, place.x + ChartLayout.keyWidth, place.y + 4, "halo"))
      }.joined()
    case .legend: legend()
    }
  }

  private func legend() -> String {
    var y = layout.top + 4
    var marks = ""
    for (index, line) in chart.lines.enumerated() {
      let x = layout.right + 12
      var mark = segment(x, y, x + 16, y, ChartStyle.lineClass(index))
      for (row, part) in layout.legendTexts(line).enumerated() {
        let baseline = y + 4 + Double(row) * ChartLayout.lineHeight
        mark += text(part, x + 22, baseline, row == 0 ? "" : "muted")
      }
      marks += name(index, mark)
      y += layout.legendHeight(line)
    }
    return marks
  }

  func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String = "", anchor: String = ""
  ) -> String {
    SVG.text(text, x, y, style, anchor: anchor)
  }

  func segment(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> String {
    SVG.segment(x1, y1, x2, y2, style)
  }

  /// A length in pixels with a decimal.
  func number(_ value: Double) -> String { SVG.number(value) }
}
