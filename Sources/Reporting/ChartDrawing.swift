/// Draws a chart as SVG.
struct ChartDrawing {
  let chart: Chart
  let layout: ChartLayout

  init(_ chart: Chart) {
    self.chart = chart
    layout = ChartLayout(chart)
  }

  func svg() -> String {
    let (width, height) = (number(layout.width), number(layout.height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" role="img">
      <title>\(escaped(chart.title))</title>

      """ + ChartStyle.sheet
        + (chart.guides.isEmpty && chart.clouds.isEmpty ? "" : ChartStyle.cloudSheet)
        + "<rect class=\"paper\" width=\"\(width)\" height=\"\(height)\"/>\n"
        + headings() + horizontalAxis() + verticalAxis() + limits() + guides() + clouds() + lines()
        + names() + cloudNames() + "</svg>\n"
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
    return ticks + title + "text-anchor=\"middle\">\(escaped(chart.y.title))</text>\n"
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
      "<path class=\"\(ChartStyle.lineClass(index))\" d=\"\(path(line))\"/>\n"
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
      zip(chart.lines, heights).map { line, height in
        text(line.name, layout.right + 8, height + 4)
      }.joined()
    case .legend: legend()
    }
  }

  private func legend() -> String {
    var y = layout.top + 4
    var marks = ""
    for (index, line) in chart.lines.enumerated() {
      let x = layout.right + 12
      marks += segment(x, y, x + 16, y, ChartStyle.lineClass(index))
      for (row, part) in layout.legendTexts(line).enumerated() {
        let baseline = y + 4 + Double(row) * ChartLayout.lineHeight
        marks += text(part, x + 22, baseline, row == 0 ? "" : "muted")
      }
      y += layout.legendHeight(line)
    }
    return marks
  }

  func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String = "", anchor: String = ""
  ) -> String {
    let style = style.isEmpty ? "" : " class=\"\(style)\""
    let anchor = anchor.isEmpty ? "" : " text-anchor=\"\(anchor)\""
    return "<text x=\"\(number(x))\" y=\"\(number(y))\"\(style)\(anchor)>\(escaped(text))</text>\n"
  }

  func segment(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> String {
    let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)]
    let attributes = ends.map { "\($0.0)=\"\(number($0.1))\"" }.joined(separator: " ")
    return "<line class=\"\(style)\" \(attributes)/>\n"
  }

  /// A length in pixels with a decimal.
  func number(_ value: Double) -> String {
    let text = Numbers.fixed(value, decimals: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{0}"..<" ": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
