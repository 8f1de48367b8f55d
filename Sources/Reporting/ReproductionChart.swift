import Studies

/// Published figures and ours as bars in pairs, a group of them a workload.
public struct ReproductionChart: Sendable {
  private let study: Reproduction
  private let workloads: [String]
  private static let bar = 18.0
  private static let left = 70.0
  private static let top = 84.0
  private static let plotHeight = 260.0

  public init(_ study: Reproduction) {
    self.study = study
    workloads = study.rows.reduce(into: []) { list, row in
      if !list.contains(row.workload) { list.append(row.workload) }
    }
  }

  /// The picture as SVG.
  public func svg() -> String {
    let places = places()
    let right = (places.last?.x ?? Self.left) + 2 * Self.bar + 16
    let subtitle = "\(study.source); \(unit)pale: published, full: ours"
    let texts = max(ChartLayout.width(study.title, size: 16), ChartLayout.width(subtitle))
    let width = max(right + 24, texts + 32, 520)
    let height = Self.bottom + 64
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))" height="\(number(height))" \
      viewBox="0 0 \(number(width)) \(number(height))" role="img">
      <title>\(study.study): \(study.title)</title>

      """ + ChartStyle.sheet + Self.sheet
        + "<rect class=\"paper\" width=\"\(number(width))\" height=\"\(number(height))\"/>\n"
        + text(study.title, 16, 28, "title")
        + text(subtitle, 16, 48, "muted")
        + axis(to: right) + places.map(bars).joined() + names(places) + legend() + "</svg>\n"
  }

  /// A row of the study, the place of its system among all, and where its bars stand.
  private struct Place {
    var row: Reproduction.Row
    var system: Int
    var x: Double
  }

  private static var bottom: Double { top + plotHeight }

  /// What the bars measure, if they all measure one thing.
  private var unit: String {
    guard let metric = study.rows.first?.metric, study.rows.allSatisfy({ $0.metric == metric })
    else { return "" }
    return ReproductionReport.words(metric) + "; "
  }

  private var systems: [String] {
    study.rows.reduce(into: []) { list, row in
      if !list.contains(row.system) { list.append(row.system) }
    }
  }

  private var scale: ClosedRange<Double> {
    ChartScale.linear.range(of: [0] + study.rows.flatMap { [$0.published, $0.ours] })
  }

  private func places() -> [Place] {
    var x = Self.left + 16
    var places: [Place] = []
    for workload in workloads {
      let rows = study.rows.filter { $0.workload == workload }
      let room = Double(rows.count) * (2 * Self.bar + 8) - 8
      let missing = max(0, ChartLayout.width(workload) - room - (systems.count == 1 ? 52 : 24))
      x += missing / 2
      for row in rows {
        places.append(Place(row: row, system: systems.firstIndex(of: row.system) ?? 0, x: x))
        x += 2 * Self.bar + 8
      }
      x += missing / 2 + (systems.count == 1 ? 56 : 28)
    }
    return places
  }

  private func y(_ value: Double) -> Double {
    Self.bottom - value / scale.upperBound * Self.plotHeight
  }

  private func bars(_ place: Place) -> String {
    func bar(_ value: Double, _ x: Double, _ kind: String) -> String {
      "<rect class=\"bar \(kind) b\(place.system % 7)\" x=\"\(number(x))\" "
        + "y=\"\(number(y(value)))\" "
        + "width=\"\(number(Self.bar))\" height=\"\(number(Self.bottom - y(value)))\"/>\n"
    }
    let sign = place.row.difference > 0 ? "+" : ""
    let difference = sign + Numbers.fixed(place.row.difference * 100, decimals: 1) + "%"
    let top = min(y(place.row.published), y(place.row.ours)) - 5
    return bar(place.row.published, place.x, "pale")
      + bar(place.row.ours, place.x + Self.bar, "full")
      + text(difference, place.x + Self.bar, top, "small", anchor: "middle")
  }

  private func axis(to right: Double) -> String {
    ChartScale.linear.ticks(in: scale).map { value in
      "<path class=\"grid\" d=\"M\(number(Self.left)) \(number(y(value)))H\(number(right))\"/>\n"
        + text(
          Numbers.rate(value), Self.left - 8, y(value) + 4, "muted", anchor: "end")
    }.joined()
  }

  private func names(_ places: [Place]) -> String {
    workloads.map { workload in
      let own = places.filter { $0.row.workload == workload }
      let middle = (own[0].x + own[own.count - 1].x) / 2 + Self.bar
      return text(workload, middle, Self.bottom + 18, "muted", anchor: "middle")
    }.joined()
  }

  private func legend() -> String {
    systems.enumerated().map { index, system in
      let x = Self.left + Double(index) * 140
      let y = Self.bottom + 34
      return "<rect class=\"bar full b\(index % 7)\" x=\"\(number(x))\" y=\"\(number(y))\" "
        + "width=\"12\" height=\"12\"/>\n" + text(system, x + 18, y + 10)
    }.joined()
  }

  private func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String = "", anchor: String = "start"
  ) -> String {
    "<text class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">"
      + "\(text)</text>\n"
  }

  private func number(_ value: Double) -> String { Numbers.fixed(value, decimals: 1) }

  private static let sheet = """
    <style>
    .small{font-size:9px}.pale{fill-opacity:.4}
    .b0{fill:#0072b2}.b1{fill:#d55e00}.b2{fill:#009e73}.b3{fill:#cc79a7}
    .b4{fill:#e69f00}.b5{fill:#56b4e9}.b6{fill:#57606a}
    </style>

    """
}
