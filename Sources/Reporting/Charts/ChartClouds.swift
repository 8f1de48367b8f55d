extension Chart {
  /// Points that no line joins, and what they are called.
  public struct Cloud: Sendable, Equatable {
    public var name: String
    /// What a reader wants to know of the points besides; empty for nothing.
    public var note: String
    /// All finite; what lies beyond the axes is not drawn.
    public var points: [Point]

    public init(_ name: String, note: String = "", _ points: [Point]) {
      precondition(points.allSatisfy { $0.x.isFinite && $0.y.isFinite }, "a point is on the paper")
      self.name = name
      self.note = note
      self.points = points
    }
  }

  /// A thin straight line to read points by; its label stands right of the plot.
  public struct Guide: Sendable, Equatable {
    public var label: String
    /// The two ends, from left to right.
    public var start: Point
    public var end: Point
    /// Whether the line is broken.
    public var isDashed: Bool

    public init(_ label: String, from start: Point, to end: Point, isDashed: Bool = false) {
      self.label = label
      self.start = start
      self.end = end
      self.isDashed = isDashed
    }
  }
}

/// Draws the points of a chart, their names and the lines to read them by.
extension ChartDrawing {
  /// The guides, with their labels above each other at the right.
  func guides() -> String {
    let order = chart.guides.sorted { a, b in
      (layout.y(a.end.y), layout.x(a.end.x)) < (layout.y(b.end.y), layout.x(b.end.x))
    }
    var height = -Double.infinity
    return order.map { guide in
      let (end, style) = (layout.y(guide.end.y), guide.isDashed ? "guide dashed" : "guide")
      let isFirst = height == -.infinity && order.count > 1
      height = max(isFirst ? end - ChartLayout.lineHeight : end, height + ChartLayout.lineHeight)
      return segment(
        layout.x(guide.start.x), layout.y(guide.start.y), layout.x(guide.end.x), end, style)
        + text(guide.label, layout.right + 8, height + 4, "muted")
    }.joined()
  }

  /// The points; the clouds with the most lie below the others.
  func clouds() -> String {
    chart.clouds.enumerated().filter { !$0.element.points.isEmpty }
      .sorted { ($1.element.points.count, $0.offset) < ($0.element.points.count, $1.offset) }
      .map { index, cloud in
        let dots = cloud.points.map(layout.place).filter(layout.holds).map { dot($0.x, $0.y) }
          .joined()
        return "<path class=\"\(ChartStyle.cloudClass(index))\" d=\"\(dots)\"/>\n"
      }.joined()
  }

  /// The names beside the points, each with a dot of their colour and a line that leads to them.
  func cloudNames() -> String {
    zip(chart.clouds.indices, CloudLabels(layout).labels).map { index, label in
      guard let label else { return "" }
      let middle = (label.box.top + label.box.bottom) / 2
      let isRight = label.anchor.x < label.box.left
      let (end, inwards) = isRight ? (label.box.left, 1.0) : (label.box.right, -1)
      let style = "\(ChartStyle.cloudClass(index)) swatch"
      return segment(label.anchor.x, label.anchor.y, end, middle, "guide")
        + "<path class=\"\(style)\" d=\"\(dot(end + 5 * inwards, middle))\"/>\n"
        + text(
          label.text, end + 13 * inwards, middle + 4, "halo", anchor: isRight ? "start" : "end")
    }.joined()
  }

  /// A line of no length, which is drawn as its round or square ends.
  private func dot(_ x: Double, _ y: Double) -> String { "M\(number(x)) \(number(y))h0" }
}
