/// Where on the paper everything of a chart lies, in pixels.
struct ChartLayout {
  /// A value in pixels for every label of a line, or none where a legend names the lines.
  enum Names: Equatable {
    /// The height of each line's name, beside its end.
    case beside([Double])
    case legend
    /// The left end of the middle of each line's name.
    case atEnds([Chart.Point])
  }

  static let lineHeight = 16.0

  let chart: Chart
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>
  /// The upper left corner of the plot.
  let left: Double
  let top: Double
  /// How many rows of labels of limits there are above the plot, and which row each is in.
  let limitRows: [Int]
  private(set) var names = Names.legend

  init(_ chart: Chart) {
    self.chart = chart
    let points = chart.lines.flatMap(\.points) + chart.clouds.flatMap(\.points)
    xRange = chart.x.range ?? chart.x.scale.range(of: points.map(\.x) + chart.limits.map(\.x))
    yRange =
      chart.y.range ?? chart.y.scale.range(of: points.map(\.y) + chart.levels.map(\.y))
    let labels = chart.y.scale.ticks(in: yRange).map(chart.y.labels.text)
    left = 44 + (labels.map { Self.width($0) }.max() ?? 0)
    let (scale, range) = (chart.x.scale, xRange)
    limitRows = Self.rows(
      chart.limits.map { limit in
        let middle = Self.share(limit.x, scale, range) * chart.plotWidth
        return (middle - Self.width(limit.label) / 2, middle + Self.width(limit.label) / 2)
      })
    let heading = chart.subtitle.isEmpty ? 34.0 : 54.0
    let guideRoom = chart.guides.count > 1 ? Self.lineHeight : 0
    top = heading + 10 + guideRoom + Double((limitRows.max() ?? -1) + 1) * Self.lineHeight
    names = chart.labelsEnds ? .atEnds(namesAtEnds()) : namesBesideLines() ?? .legend
  }

  var right: Double { left + chart.plotWidth }
  var bottom: Double { top + chart.plotHeight }

  /// The size of the paper.
  var width: Double {
    let side = names == .legend ? 32 : 8.0
    let texts =
      chart.lines.flatMap { line in
        names == .legend ? legendTexts(line) : [line.name]
      } + chart.guides.map(\.label)
    if case .atEnds(let places) = names {
      let ends = zip(chart.lines, places).map { $1.x + Self.keyWidth + Self.width($0.name) }
      return max(ends.max() ?? 0, right, Self.width(chart.title, size: 16)).rounded(.up) + 16
    }
    let named = right + side + (texts.map { Self.width($0) }.max() ?? 0) + 16
    return max(named, 16 + Self.width(chart.title, size: 16), 16 + Self.width(chart.subtitle))
      .rounded(.up)
  }

  var height: Double {
    let legend = chart.lines.reduce(0.0) { $0 + legendHeight($1) }
    return max(bottom + 52, names == .legend ? top + legend : 0).rounded(.up)
  }

  func x(_ value: Double) -> Double {
    left + Self.share(value, chart.x.scale, xRange) * chart.plotWidth
  }

  func y(_ value: Double) -> Double {
    bottom - Self.share(value, chart.y.scale, yRange) * chart.plotHeight
  }

  /// What a legend says of `line`, row by row: a long name is cut before its options.
  func legendTexts(_ line: Chart.Line) -> [String] {
    var texts = [line.name]
    if line.name.count > 26, let colon = line.name.firstIndex(of: ":") {
      texts = [String(line.name[...colon]), String(line.name[line.name.index(after: colon)...])]
    }
    return line.note.isEmpty ? texts : texts + [line.note]
  }

  /// The room of `line` in a legend.
  func legendHeight(_ line: Chart.Line) -> Double {
    Double(legendTexts(line).count) * Self.lineHeight + 8
  }

  /// About as wide as `text` is, whatever the reader's font.
  static func width(_ text: String, size: Double = 12) -> Double {
    Double(text.count) * size * 0.58
  }

  /// How far along its axis `value` is, 0 to 1; what lies beyond an end is drawn at that end.
  private static func share(
    _ value: Double, _ scale: ChartScale, _ range: ClosedRange<Double>
  ) -> Double {
    let (low, high) = (scale.position(range.lowerBound), scale.position(range.upperBound))
    return min(1, max(0, (scale.position(value) - low) / (high - low)))
  }

  /// Names beside the ends of the lines, if none has to be moved far to be clear of the others.
  private func namesBesideLines() -> Names? {
    guard chart.lines.allSatisfy({ $0.note.isEmpty && $0.name.count <= 26 }) else { return nil }
    let ends = chart.lines.map { line in line.points.last.map { y($0.y) } ?? bottom }
    var heights = ends
    var lowest = -Double.infinity
    for index in ends.indices.sorted(by: { (ends[$0], $0) < (ends[$1], $1) }) {
      heights[index] = max(ends[index], lowest + Self.lineHeight)
      lowest = heights[index]
    }
    let isNear = zip(ends, heights).allSatisfy { $1 - $0 <= Self.lineHeight }
    let isAtEdge = chart.lines.allSatisfy { line in
      line.points.last.map { right - x($0.x) < chart.plotWidth * 0.1 } ?? false
    }
    return isNear && isAtEdge ? .beside(heights) : nil
  }

  /// The first row in which each span touches none before it.
  private static func rows(_ spans: [(Double, Double)]) -> [Int] {
    var rows: [Int] = []
    for (index, span) in spans.enumerated() {
      let taken = spans[..<index].enumerated().filter { _, other in
        other.0 < span.1 + 8 && span.0 < other.1 + 8
      }.map { rows[$0.offset] }
      rows.append((0...index).first { !taken.contains($0) } ?? index)
    }
    return rows
  }
}
