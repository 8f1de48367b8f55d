/// Draws a chart as SVG.
struct ChartDrawing {
  let chart: Chart
  let layout: ChartLayout
  /// Whether it stands in a page that has the styles and lets lines be hidden by their names.
  let isEmbedded: Bool

  init(_ chart: Chart, isEmbedded: Bool = false) {
    self.chart = chart
    self.isEmbedded = isEmbedded
    layout = ChartLayout(chart, hasHeading: !isEmbedded)
  }

  func svg() -> String {
    let isPlain = chart.guides.isEmpty && chart.clouds.isEmpty && layout.names == .legend
    let styles = ChartStyle.sheet + (isPlain ? "" : ChartStyle.cloudSheet)
    return SVG.head(chart.title, layout.width, layout.height, styles: isEmbedded ? "" : styles)
      + headings() + horizontalAxis() + verticalAxis() + limits() + levels() + guides() + clouds()
      + lines() + names() + cloudNames() + "</svg>\n"
  }

  private func headings() -> String {
    if !layout.hasHeading { return "" }
    let subtitle = chart.subtitle.isEmpty ? "" : text(chart.subtitle, 16, 48, "muted")
    return text(chart.title, 16, 28, "title") + subtitle
  }

  private func horizontalAxis() -> String {
    let ticks = SVG.ticks(
      chart.x.scale.ticks(in: layout.xRange).map { (layout.x($0), chart.x.labels.text($0)) },
      layout.top, layout.bottom)
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
      guard layout.xRange.contains(limit.x) else { return "" }
      let ring = limit.y.flatMap { layout.yRange.contains($0) ? $0 : nil }.map { y in
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
    layout.strokes(line).map { stroke in
      let points = stroke.map { (x: number($0.x), y: number($0.y)) }
      return "M\(points[0].x) \(points[0].y)"
        + zip(points, points.dropFirst()).map { from, to in
          from.x == to.x ? "V\(to.y)" : from.y == to.y ? "H\(to.x)" : "L\(to.x) \(to.y)"
        }.joined()
    }.joined()
  }

  private func names() -> String {
    switch layout.names {
    case .beside(let labels):
      zip(chart.lines.indices, labels).map { index, label in
        let (side, middle) = (label.isRightOfLine, (label.box.top + label.box.bottom) / 2)
        let key = side ? label.box.left : label.box.right - 10
        return name(
          index,
          segment(key, middle, key + 10, middle, ChartStyle.lineClass(index))
            + text(
              chart.lines[index].name,
              side ? key + LineLabels.keyWidth : key + 10 - LineLabels.keyWidth, middle + 4,
              "halo", anchor: side ? "" : "end"))
      }.joined()
    case .legend: legend()
    }
  }

  private func legend() -> String {
    var y = layout.legendCorner.y
    var marks = ""
    for (index, line) in chart.lines.enumerated() {
      let x = layout.legendCorner.x
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
