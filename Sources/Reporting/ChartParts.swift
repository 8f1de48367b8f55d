extension Chart {
  /// A dashed line across the chart at one value of `y`, such as a limit.
  public struct Level: Sendable, Equatable {
    public var y: Double
    /// Stands above the line, at the left.
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
    chart.levels.map { level in
      let y = layout.y(level.y)
      return segment(layout.left, y, layout.right, y, "limit")
        + text(level.label, layout.left + 8, y - 6, "halo")
    }.joined()
  }

  /// The points of `line`, where they are shown.
  func marks(_ line: Chart.Line, _ style: String) -> String {
    guard line.showsPoints else { return "" }
    return line.points.map { point in
      let (x, y) = (number(layout.x(point.x)), number(layout.y(point.y)))
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

extension ChartLayout {
  /// The piece of a line before its name, and the room behind it, in pixels.
  static let keyWidth = 14.0

  /// Names beside the ends of the lines wherever these are, each clear of those before.
  func namesAtEnds() -> [Chart.Point] {
    var taken: [(left: Double, right: Double, y: Double)] = []
    return chart.lines.map { line in
      let width = Self.keyWidth + Self.width(line.name)
      let end = line.points.last.map { Chart.Point(x: x($0.x) + 8, y: y($0.y)) }
      let left = end?.x ?? right + 8
      var best = end?.y ?? top
      func isFree(_ y: Double) -> Bool {
        !taken.contains {
          abs($0.y - y) < Self.lineHeight && $0.left < left + width && left < $0.right
        }
      }
      let offsets = (0...24).flatMap { [Double($0) * 4, Double(-$0) * 4] }
      best = offsets.map { best + $0 }.first { $0 >= top && isFree($0) } ?? best
      taken.append((left, left + width, best))
      return Chart.Point(x: left, y: best)
    }
  }
}
