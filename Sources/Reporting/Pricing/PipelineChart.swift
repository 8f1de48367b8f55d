import Formats
import Studies

/// One period of a pipeline as a picture: a row a queue, with a box for each operation, coloured by
/// nano-batch and filled as high as the operation is fast; below, how much of the GPU's arithmetic,
/// memory and link is used.
public struct PipelineChart: Sendable, Equatable {
  /// The heading, and the line below it.
  public var title: String
  public var subtitle: String
  /// What is drawn.
  public var layer: PipelineReport.Layer

  public init(_ title: String, subtitle: String = "", _ layer: PipelineReport.Layer) {
    self.title = title
    self.subtitle = subtitle
    self.layer = layer
  }

  /// The picture of the first kind of layers of `report`.
  public init(_ report: PipelineReport) {
    func setting(_ name: String) -> String {
      report.settings.first { $0.name == name }?.value ?? ""
    }
    let last = report.times.last { $0.name != "bound" } ?? report.times[0]
    let gain = report.times[0].iterationSeconds / last.iterationSeconds
    self.init(
      "One layer of \(setting("model")) on \(setting("tensor_parallel_size")) x \(setting("gpu"))",
      subtitle: "\(Numbers.grouped(report.tokens)) tokens, "
        + "\(Numbers.grouped(report.decodes)) of them decodes; "
        + (gain == 1
          ? "no split is as fast" : "\(Numbers.fixed(gain, decimals: 2)) times as fast")
        + " as one operation after the other",
      report.layers[0])
  }

  /// The picture as SVG, light or dark as the reader prefers; equal pictures are equal bytes.
  public func svg() -> String { PipelineDrawing(self).svg() }
}

/// Draws the picture.
private struct PipelineDrawing {
  let chart: PipelineChart
  private let left = 92.0
  private let width = 880.0
  private let top = 100.0
  private let rowHeight = 46.0
  private let stripHeight = 40.0
  private let gap = 14.0

  init(_ chart: PipelineChart) { self.chart = chart }

  private var layer: PipelineReport.Layer { chart.layer }
  private var stripTop: Double { top + 3 * (rowHeight + gap) + 22 }
  private var bottom: Double { stripTop + 3 * (stripHeight + gap) - gap }
  private var right: Double { left + width }

  func svg() -> String {
    let (wide, high) = (number(right + 64), number(bottom + 54))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(wide)" height="\(high)" \
      viewBox="0 0 \(wide) \(high)" role="img">
      <title>\(SVG.escaped(chart.title))</title>

      """ + ChartStyle.sheet + Self.sheet
        + "<rect class=\"paper\" width=\"\(wide)\" height=\"\(high)\"/>\n"
        + text(chart.title, 16, 28, "title") + text(chart.subtitle, 16, 48, "muted") + legend()
        + axis() + rows.map(row).joined() + rows.map(strip).joined()
        + "</svg>\n"
  }

  private static let sheet = """
    <style>
    .n0{fill:#0072b2}.n1{fill:#d55e00}.n2{fill:#009e73}.n3{fill:#cc79a7}
    .whole{fill-opacity:.22}
    .other .whole{fill-opacity:.10}.other .part{fill-opacity:.45}
    .paperline{stroke:#ffffff;stroke-width:1.5}
    .row{fill:#eef1f4}
    .box{font-size:11px;text-anchor:middle;paint-order:stroke;stroke:#ffffff;stroke-width:3;\
    stroke-linejoin:round}
    .use{fill:#57606a;fill-opacity:.75}
    @media (prefers-color-scheme:dark){
    .n0{fill:#2f8fd0}.row{fill:#161b22}.box{stroke:#0d1117}.use{fill:#9198a1}
    }
    </style>

    """

  private let rows = [0, 1, 2]

  private func x(_ seconds: Double) -> Double { left + width * seconds / layer.seconds }

  private func y(_ row: Int) -> Double { top + Double(row) * (rowHeight + gap) }

  private func legend() -> String {
    let batches = Set(layer.operations.map(\.nanoBatch)).sorted()
    var x = left
    var marks = ""
    for batch in batches {
      let tokens = layer.operations.filter { $0.nanoBatch == batch }.map(\.tokens)
      let first = tokens.map(\.lowerBound).min() ?? 0
      let last = tokens.map(\.upperBound).max() ?? 0
      let name =
        batches.count == 1
        ? "all \(last) tokens" : "nano-batch \(batch + 1): tokens \(first) to \(last)"
      marks += rectangle("n\(batch % 4)", x, 66, 12, 12) + text(name, x + 18, 76)
      x += 36 + 6.2 * Double(name.count)
    }
    return marks
      + text("filled as high as it is fast; paler: the layer before or after", x, 76, "muted")
  }

  private func axis() -> String {
    let ticks = ChartScale.linear.ticks(in: 0...layer.seconds).map { value in
      line(x(value), top - 4, x(value), bottom, "grid")
        + text(
          ChartScale.Labels.duration.text(value), x(value), bottom + 18, "muted", anchor: "middle")
    }.joined()
    return ticks
      + text("time within one period", (left + right) / 2, bottom + 40, anchor: "middle")
      + text("Share of peak", left, stripTop - 10, "muted")
  }

  private func row(_ row: Int) -> String {
    let boxes = layer.boxes.filter { $0.row == row }.map { box in
      let operation = layer.operations[box.operation]
      let colour = "n\(operation.nanoBatch % 4)"
      let (from, to) = (x(box.start), x(box.end))
      let parts = box.parts.map { part in
        let high = rowHeight * min(1, part.rate)
        return rectangle(
          "part \(colour)", x(part.start), y(row) + rowHeight - high,
          x(part.end) - x(part.start), high)
      }.joined()
      let label = operation.labels.first { to - from > 6.2 * Double($0.count) + 3 }.map {
        text($0, (from + to) / 2, y(row) + rowHeight / 2 + 4, "box")
      }
      let times =
        "\(operation.name), layer \(box.layer >= 0 ? "+" : "")\(box.layer): "
        + "\(Numbers.duration(box.end - box.start)), "
        + "alone \(Numbers.duration(operation.aloneSeconds))"
      return "<g\(box.layer == 0 ? "" : " class=\"other\"")><title>"
        + "\(SVG.escaped(times))</title>"
        + rectangle("whole \(colour)", from, y(row), to - from, rowHeight) + parts
        + line(from, y(row), from, y(row) + rowHeight, "paperline") + (label ?? "") + "</g>\n"
    }.joined()
    return rectangle("row", left, y(row), width, rowHeight)
      + names(row, y(row) + rowHeight / 2 + 4)
      + boxes
  }

  private func strip(_ row: Int) -> String {
    let top = stripTop + Double(row) * (stripHeight + gap)
    let steps = layer.spans.map { span in
      let high = stripHeight * min(1, span.uses[row])
      return rectangle(
        "use", x(span.start), top + stripHeight - high, x(span.end) - x(span.start), high)
    }.joined()
    return rectangle("row", left, top, width, stripHeight) + steps
      + text(Self.resource(row), left - 10, top + stripHeight / 2 + 4, anchor: "end")
      + text(
        Numbers.percent(layer.uses[row]), right + 6, top + stripHeight / 2 + 4, "muted")
  }

  private func names(_ row: Int, _ y: Double) -> String {
    switch row {
    case 0: text("products", left - 10, y, anchor: "end")
    case 1: text("attention", left - 10, y, anchor: "end")
    default:
      text("collectives,", left - 10, y - 7, anchor: "end")
        + text("norms", left - 10, y + 8, anchor: "end")
    }
  }

  private static func resource(_ row: Int) -> String {
    switch row {
    case 0: "arithmetic"
    case 1: "memory"
    default: "link"
    }
  }

  private func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String = "", anchor: String = ""
  ) -> String {
    let style = style.isEmpty ? "" : " class=\"\(style)\""
    let anchor = anchor.isEmpty ? "" : " text-anchor=\"\(anchor)\""
    return "<text x=\"\(number(x))\" y=\"\(number(y))\"\(style)\(anchor)>"
      + "\(SVG.escaped(text))</text>\n"
  }

  private func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> String {
    "<line class=\"\(style)\" x1=\"\(number(x1))\" y1=\"\(number(y1))\" "
      + "x2=\"\(number(x2))\" y2=\"\(number(y2))\"/>\n"
  }

  private func rectangle(
    _ style: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double
  ) -> String {
    "<rect class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\" "
      + "width=\"\(number(width))\" height=\"\(number(height))\"/>\n"
  }

  private func number(_ value: Double) -> String { Numbers.fixed(value, decimals: 2) }
}
