/// Lines or points over two axes, before they are drawn.
public struct Chart: Sendable, Equatable {
  /// One of the two axes.
  public struct Axis: Sendable, Equatable {
    /// What is measured, with its unit where the labels do not carry it.
    public var title: String
    public var scale: ChartScale
    public var labels: ChartScale.Labels
    /// The smallest and the largest value shown; nil to show all there are.
    public var range: ClosedRange<Double>?

    public init(
      _ title: String, scale: ChartScale = .linear, labels: ChartScale.Labels = .number,
      range: ClosedRange<Double>? = nil
    ) {
      self.title = title
      self.scale = scale
      self.labels = labels
      self.range = range
    }
  }

  /// A point in the units of the axes.
  public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// One line and what it is called.
  public struct Line: Sendable, Equatable {
    public var name: String
    /// What a reader wants to know of the line besides, in a legend; empty for nothing.
    public var note: String
    /// From left to right, all finite; the line ends where it leaves the axes.
    public var points: [Point]
    /// Whether the line rises at its points only, as a cumulative distribution does, from zero.
    public var isStepped: Bool
    /// Whether each point is marked.
    public var showsPoints = false

    public init(_ name: String, note: String = "", _ points: [Point], isStepped: Bool = false) {
      precondition(points.allSatisfy { $0.x.isFinite && $0.y.isFinite }, "a point is on the paper")
      self.name = name
      self.note = note
      self.points = points
      self.isStepped = isStepped
    }
  }

  /// A dashed line across the chart at one value of `x`, such as a limit.
  public struct Limit: Sendable, Equatable {
    public var x: Double
    public var label: String
    /// Where on the line a ring is drawn, or nil for none.
    public var y: Double?

    public init(_ label: String, x: Double, y: Double? = nil) {
      self.x = x
      self.label = label
      self.y = y
    }
  }

  /// The heading, and the line below it.
  public var title: String
  public var subtitle: String
  /// The axes, the lines between them and the limits across them.
  public var x: Axis
  public var y: Axis
  public var lines: [Line]
  public var limits: [Limit]
  /// Points without lines between them, and thin lines to read them by.
  public var clouds: [Cloud] = []
  public var guides: [Guide] = []
  /// Limits that lie across the chart from left to right.
  public var levels: [Level] = []
  /// The size of the plot between the axes, in pixels.
  public var plotWidth = 600.0
  public var plotHeight = 340.0

  public init(
    _ title: String, subtitle: String = "", x: Axis, y: Axis, lines: [Line], limits: [Limit] = []
  ) {
    self.title = title
    self.subtitle = subtitle
    self.x = x
    self.y = y
    self.lines = lines
    self.limits = limits
  }

  /// The chart as SVG, light or dark as the reader prefers; equal charts are equal bytes.
  public func svg() -> String {
    ChartDrawing(self).svg()
  }
}
