/// Bars that each stack the same parts, in panels above each other, before they are drawn.
public struct BarChart: Sendable, Equatable {
  /// One bar.
  public struct Bar: Sendable, Equatable {
    public var name: String
    /// The length of each part in seconds, in their order; none negative.
    public var seconds: [Double]

    public init(_ name: String, seconds: [Double]) {
      precondition(seconds.allSatisfy { $0 >= 0 && $0.isFinite }, "a bar has a length")
      self.name = name
      self.seconds = seconds
    }

    /// The whole length in seconds.
    public var total: Double { seconds.reduce(0, +) }
  }

  /// Bars along an axis of their own.
  public struct Panel: Sendable, Equatable {
    public var title: String
    public var bars: [Bar]

    public init(_ title: String, _ bars: [Bar]) {
      self.title = title
      self.bars = bars
    }
  }

  /// The heading, and the line below it.
  public var title: String
  public var subtitle: String
  /// What the parts are called, from left to right.
  public var parts: [String]
  public var panels: [Panel]
  /// The length of the longest axis, in pixels.
  public var plotWidth = 620.0

  public init(_ title: String, subtitle: String = "", parts: [String], _ panels: [Panel]) {
    precondition(
      panels.allSatisfy { $0.bars.allSatisfy { $0.seconds.count == parts.count } },
      "every bar has every part")
    self.title = title
    self.subtitle = subtitle
    self.parts = parts
    self.panels = panels
  }

  /// The chart as SVG, light or dark as the reader prefers; equal charts are equal bytes.
  public func svg() -> String { BarChartDrawing(self).svg() }
}
