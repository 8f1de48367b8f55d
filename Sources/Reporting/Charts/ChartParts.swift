extension Chart {
  /// A dashed line across the chart at one value of `y`, such as a limit.
  public struct Level: Sendable, Equatable {
    public var y: Double
    /// Stands above or below the line, at its left or right.
    public var label: String

    public init(_ label: String, y: Double) {
      self.y = y
      self.label = label
    }
  }
}

/// Draws what only some charts have, and marks what belongs to a line in a page.
extension ChartDrawing {
  /// The levels with their labels.
  func levels() -> String {
    zip(chart.levels, layout.levelLabels).map { level, box in
      guard layout.yRange.contains(level.y) else { return "" }
      let y = layout.y(level.y)
      return segment(layout.left, y, layout.right, y, "limit")
        + text(level.label, box.left, box.bottom - 4, "halo")
    }.joined()
  }

  /// The points of `line`, where they are shown.
  func marks(_ line: Chart.Line, _ style: String) -> String {
    guard line.showsPoints else { return "" }
    return line.points.map(layout.place).filter(layout.holds).map { point in
      let (x, y) = (number(point.x), number(point.y))
      return "<circle class=\"\(style) mark\" cx=\"\(x)\" cy=\"\(y)\" r=\"3\"/>\n"
    }.joined()
  }

  /// `drawing`, which belongs to the line at `index`.
  func part(_ index: Int, _ drawing: String) -> String {
    isEmbedded ? "<g data-part=\"\(index)\">\n\(drawing)</g>\n" : drawing
  }

  /// `drawing`, which names the line at `index`.
  func name(_ index: Int, _ drawing: String) -> String {
    let attributes = "data-toggle=\"\(index)\" tabindex=\"0\" role=\"button\""
    return isEmbedded ? "<g \(attributes)>\n\(drawing)</g>\n" : drawing
  }
}
