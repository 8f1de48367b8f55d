/// Where on the paper everything of a chart lies, in pixels.
struct ChartLayout {
  /// How lines are named: each beside itself, or all in a legend.
  enum Names: Equatable {
    case beside([LineLabels.Label])
    case legend
  }

  static let lineHeight = 16.0

  let chart: Chart
  /// Whether the heading stands above the plot, and not in the page around it.
  let hasHeading: Bool
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>
  /// The upper left corner of the plot.
  let left: Double
  let top: Double
  /// How many rows of labels of limits there are above the plot, and which row each is in.
  let limitRows: [Int]
  private(set) var names = Names.legend
  /// The room of the label of each level.
  private(set) var levelLabels: [CloudLabels.Box] = []

  init(_ chart: Chart, hasHeading: Bool = true) {
    self.chart = chart
    self.hasHeading = hasHeading
    let points =
      chart.lines.flatMap { Self.shown($0.points, within: chart.y.range) }
      + chart.clouds.flatMap(\.points)
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
    let heading = !hasHeading ? 0 : chart.subtitle.isEmpty ? 34.0 : 54.0
    let guideRoom = chart.guides.count > 1 ? Self.lineHeight : 0
    top = heading + 10 + guideRoom + Double((limitRows.max() ?? -1) + 1) * Self.lineHeight
    let placed = LineLabels(self)
    levelLabels = placed.levels
    names = placed.labels.map(Names.beside) ?? .legend
  }

  var right: Double { left + chart.plotWidth }
  var bottom: Double { top + chart.plotHeight }

  /// The size of the paper.
  var width: Double {
    var ends: [Double] = chart.guides.map { right + 8 + Self.width($0.label) }
    for limit in chart.limits where xRange.contains(limit.x) {
      ends.append(x(limit.x) + Self.width(limit.label) / 2)
    }
    switch names {
    case .beside(let labels): ends += labels.map(\.box.right)
    case .legend:
      let texts = chart.lines.flatMap(legendTexts)
      ends += texts.map { legendCorner.x + 22 + Self.width($0) }
    }
    let headings = [Self.width(chart.title, size: 16), Self.width(chart.subtitle)]
    return (ends + (hasHeading ? headings : []) + [right + 16]).reduce(0, max).rounded(.up) + 16
  }

  var height: Double {
    let legend = chart.lines.reduce(0.0) { $0 + legendHeight($1) }
    return max(bottom + 52, names == .legend ? legendCorner.y - 4 + legend : 0).rounded(.up)
  }

  /// Where a legend begins: right of the plot or, where the paper is a phone, below it.
  var legendCorner: Chart.Point {
    chart.plotWidth < 400
      ? Chart.Point(x: 8, y: bottom + 64) : Chart.Point(x: right + 12, y: top + 4)
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

  /// How far along its axis `value` is, 0 to 1 between the ends.
  private static func share(
    _ value: Double, _ scale: ChartScale, _ range: ClosedRange<Double>
  ) -> Double {
    let (low, high) = (scale.position(range.lowerBound), scale.position(range.upperBound))
    let share = (scale.position(value) - low) / (high - low)
    return min(endless, max(-endless, share))
  }

  /// Where what is infinitely far along an axis is taken to be.
  private static let endless = 1e6

  /// Those of `points` that a line goes to before it is beyond `range`, or comes back from.
  private static func shown(
    _ points: [Chart.Point], within range: ClosedRange<Double>?
  ) -> [Chart.Point] {
    guard let range else { return points }
    return points.indices.filter { index in
      [index, max(0, index - 1)].contains { range.contains(points[$0].y) }
    }.map { points[$0] }
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
