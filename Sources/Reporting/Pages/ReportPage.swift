import Formats

/// A report as one page that needs no network, for a desk or a phone: first the answer, its figures
/// and its picture; points tell their values, names hide their lines, tables sort.
enum ReportPage {
  static func html(_ report: Report) -> String {
    var body = "<p class=\"kicker\">servesim \(SVG.escaped(report.source.version))</p>\n"
    body += "<h1>\(SVG.escaped(report.question))</h1>\n"
    body += "<p class=\"answer\">\(SVG.escaped(report.answer))</p>\n"
    body += headline(report) + figures([report.lead].compactMap { $0 })
    body += report.remarks.map { "<p>\(SVG.escaped($0))</p>\n" }.joined()
    body += report.sections.prefix(1).map(section).joined()
    let others = report.figures.filter { $0 != report.lead }
    if !others.isEmpty { body += "<h2>Pictures</h2>\n" + figures(others) }
    body += "<p class=\"muted\">Point at a line or a bar for its values; click a name to hide what "
    body += "it names.</p>\n"
    body += report.sections.dropFirst().map(section).joined()
    body += definitions(report) + origin(report)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="servesim">
      <title>\(SVG.escaped(report.question))</title>
      \(styles)</head>
      <body>
      <main>
      \(body)</main>
      <div id="tip" role="status" hidden></div>
      <script>
      \(ReportPageScript.text)</script>
      </body>
      </html>

      """
  }

  private static let styles =
    ChartStyle.sheet + ChartStyle.cloudSheet + ChartStyle.barSheet + ReportPageStyle.sheet

  private static func headline(_ report: Report) -> String {
    let figures = (report.sections.first.map { Headline.figures($0.table) } ?? []).map { figure in
      "<div><b>\(SVG.escaped(figure.value))</b> \(SVG.escaped(figure.meaning))</div>\n"
    }
    return figures.isEmpty ? "" : "<div class=\"headline\">\n\(figures.joined())</div>\n"
  }

  private static func figures(_ figures: [Report.Figure]) -> String {
    "<div class=\"figures\">\n" + figures.map(figure).joined() + "</div>\n"
  }

  private static func section(_ section: Report.Section) -> String {
    let note = section.note.isEmpty ? "" : "<p class=\"muted\">\(SVG.escaped(section.note))</p>\n"
    return "<h2>\(SVG.escaped(section.heading))</h2>\n<div class=\"scroll\">\n"
      + table(section.table) + "</div>\n" + note + list(section.points)
  }

  private static func list(_ points: [String]) -> String {
    if points.isEmpty { return "" }
    return "<ul>\n" + points.map { "<li>\(SVG.escaped($0))</li>\n" }.joined() + "</ul>\n"
  }

  private static func table(_ table: Table) -> String {
    let head = table.columns.map { column in
      let parts = [("group", column.group), ("", column.heading), ("unit", column.unit)]
      let texts = parts.filter { !$0.1.isEmpty }.map {
        "<span class=\"\($0.0)\">\(SVG.escaped($0.1))</span>"
      }
      let style = column.isNumeric ? " class=\"number\"" : ""
      return "<th scope=\"col\" tabindex=\"0\"\(style)>\(texts.joined(separator: " "))</th>"
    }.joined()
    let rows = table.rows.enumerated().map { row, cells in
      let fields = cells.enumerated().map { column, cell in
        let isBest = table.isBest(row: row, column: column)
        let styles = (table.columns[column].isNumeric ? ["number"] : []) + (isBest ? ["best"] : [])
        let style = styles.isEmpty ? "" : " class=\"\(styles.joined(separator: " "))\""
        let value = cell.value.map { " data-value=\"\($0)\"" } ?? ""
        return "<td\(style)\(value)>\(SVG.escaped(cell.text))</td>"
      }
      return "<tr>\(fields.joined())</tr>\n"
    }.joined()
    return "<table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(rows)</tbody>\n</table>\n"
  }

  private static func figure(_ figure: Report.Figure) -> String {
    let caption = figure.caption.isEmpty ? "" : "\(SVG.escaped(figure.caption)) "
    let link = "<a href=\"\(SVG.escaped(figure.file))\">\(SVG.escaped(figure.file))</a>"
    let picture =
      switch figure.picture {
      case .lines(let chart): ReportPageChart(chart).html
      case .bars(let chart): bars(chart)
      }
    return "<figure>\n<h3>\(SVG.escaped(figure.title))</h3>\n\(picture)"
      + "<figcaption>\(caption)\(link)</figcaption>\n</figure>\n"
  }

  private static func bars(_ chart: BarChart) -> String {
    var narrow = chart
    narrow.plotWidth = 170
    return [("wide", chart), ("narrow", narrow)].map { width, chart in
      "<div class=\"\(width)\">\n\(BarChartDrawing(chart, isEmbedded: true).svg())</div>\n"
    }.joined()
  }

  private static func definitions(_ report: Report) -> String {
    let terms = report.definitions.map {
      "<dt>\(SVG.escaped($0.name))</dt><dd>\(SVG.escaped($0.meaning))</dd>\n"
    }
    return "<h2>What the words mean</h2>\n<dl>\n\(terms.joined())</dl>\n"
  }

  private static func origin(_ report: Report) -> String {
    let rows = ReportReadme.facts(report).map {
      "<dt>\(SVG.escaped($0.name))</dt><dd>\(SVG.escaped($0.value))</dd>\n"
    }
    return "<h2>Make it again</h2>\n<pre>\(SVG.escaped(report.source.command))</pre>\n"
      + "<dl class=\"facts\">\n\(rows.joined())</dl>\n"
  }
}

/// A chart in a page, one as wide as a desk and one as narrow as a phone, with the values that it
/// shows.
struct ReportPageChart {
  private let drawing: ChartDrawing
  private let narrow: ChartDrawing

  init(_ chart: Chart) {
    drawing = ChartDrawing(chart, isEmbedded: true)
    var narrow = chart
    (narrow.plotWidth, narrow.plotHeight) = (230, min(230, chart.plotHeight))
    for index in narrow.lines.indices { narrow.lines[index].note = "" }
    self.narrow = ChartDrawing(narrow, isEmbedded: true)
  }

  var html: String {
    let pictures = [("wide", drawing), ("narrow", narrow)].map { width, drawing in
      "<div class=\"\(width)\" data-plot='\(edges(drawing.layout))'>\n" + drawing.svg()
        + "</div>\n"
    }
    return pictures.joined() + "<script type=\"application/json\">\(data)</script>\n"
  }

  /// Where the plot is in the picture.
  private func edges(_ layout: ChartLayout) -> String {
    let edges = [
      ("left", layout.left), ("right", layout.right), ("top", layout.top),
      ("bottom", layout.bottom),
    ].map { "\"\($0.0)\":\(SVG.number($0.1))" }
    return "{\(edges.joined(separator: ","))}"
  }

  /// What the axes are, and the points of each line.
  private var data: String {
    let (chart, layout) = (drawing.chart, drawing.layout)
    let axes = [("x", chart.x, layout.xRange), ("y", chart.y, layout.yRange)].map {
      "\"\($0.0)\":\(axis($0.1, $0.2))"
    }
    let lines = chart.lines.map { line in
      let points = line.points.filter { layout.holds(layout.place($0)) }.map {
        "[\(number($0.x)),\(number($0.y))]"
      }
      return "{\"name\":\(text(line.name)),\"points\":[\(points.joined(separator: ","))]}"
    }
    return "{\(axes.joined(separator: ",")),\"lines\":[\(lines.joined(separator: ","))]}"
  }

  private func axis(_ axis: Chart.Axis, _ range: ClosedRange<Double>) -> String {
    "{\"title\":\(text(axis.title)),\"scale\":\"\(axis.scale)\",\"labels\":\"\(axis.labels)\","
      + "\"low\":\(range.lowerBound),\"high\":\(range.upperBound)}"
  }

  /// As many digits as a picture shows, or `null` where JSON has no such number.
  private func number(_ value: Double) -> String {
    let value = Float(value)
    return value.isFinite ? "\(value)" : "null"
  }

  /// A JSON string that ends no script.
  private func text(_ text: String) -> String {
    JSONValue.string(text).text(depth: 0).replacing("<", with: "\\u003c")
  }
}
