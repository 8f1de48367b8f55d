/// Where the names of a chart's lines stand: each beside its line, at the end if there is room,
/// clear of each other and of the other lines, or where that cannot be, of as much of them as can.
/// Lines that go up and down all the time have no side for a name.
struct LineLabels {
  /// A name's room on the paper, in pixels, and the side of it that its line is on.
  struct Label: Equatable {
    var box: CloudLabels.Box
    var isRightOfLine: Bool
  }

  /// A label for each line, or nil where names have no room beside their lines.
  private(set) var labels: [Label]?
  /// The room of each level's label.
  let levels: [CloudLabels.Box]
  private let layout: ChartLayout
  /// Points along each line, some pixels from each other, the last its end.
  private let dots: [[Chart.Point]]
  private var taken: [CloudLabels.Box]

  /// The piece of a line beside its name, and the room behind it.
  static let keyWidth = 14.0
  /// What a label may hide of other lines, in the measure of `cost`.
  private static let worst = 90.0
  /// What a place costs besides where another line passes through it or nearly so: more than any
  /// detour.
  private static let crossing = 100.0
  /// How near a line may pass, in pixels.
  private static let clearance = 3.0

  init(_ layout: ChartLayout) {
    self.layout = layout
    let paths = layout.chart.lines.map { layout.strokes($0).flatMap { $0 } }
    dots = paths.map(Self.dots)
    levels = layout.chart.levels.map { [dots] in Self.place($0, layout, clearOf: dots) }
    taken = levels + Self.marks(layout)
    if paths.contains(where: {
      Self.length($0) > 2 * (layout.chart.plotWidth + layout.chart.plotHeight)
    }) {
      return
    }
    let order = dots.indices.sorted { index, other in
      let ends = (dots[index].last?.y ?? 0, dots[other].last?.y ?? 0)
      return (ends.0, index) < (ends.1, other)
    }
    var found: [Int: Label] = [:]
    for index in order {
      guard let label = label(ofLine: index) else { return }
      found[index] = label
      taken.append(label.box)
    }
    labels = dots.indices.compactMap { found[$0] }
  }

  /// The room of the limits' labels and rings.
  private static func marks(_ layout: ChartLayout) -> [CloudLabels.Box] {
    func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> CloudLabels.Box {
      CloudLabels.Box(left: x, right: x + width, top: y, bottom: y + height)
    }
    let high = ChartLayout.lineHeight
    return layout.chart.limits.flatMap { limit in
      let (x, width) = (layout.x(limit.x), ChartLayout.width(limit.label))
      return [box(x - width / 2, layout.top - high - 6, width, high)]
        + (limit.y.map { [box(x - 7, layout.y($0) - 7, 14, 14)] } ?? [])
    }
  }

  /// Above or below the level, at its left or right: where the label hides least of the lines.
  private static func place(
    _ level: Chart.Level, _ layout: ChartLayout, clearOf dots: [[Chart.Point]]
  ) -> CloudLabels.Box {
    let (y, width) = (layout.y(level.y), ChartLayout.width(level.label))
    let high = ChartLayout.lineHeight
    let places = [y - high - 2, y + 2].flatMap { top in
      [layout.left + 8, layout.right - 8 - width].map { left in
        CloudLabels.Box(left: left, right: left + width, top: top, bottom: top + high)
      }
    }
    func hidden(_ box: CloudLabels.Box) -> Int {
      dots.reduce(0) { sum, line in sum + line.count { box.holds($0.x, $0.y) } }
    }
    let inside = places.filter { $0.bottom <= layout.bottom && $0.top >= layout.top }
    return inside.min { hidden($0) < hidden($1) } ?? places[0]
  }

  /// The best of the places that are tried, if it is good enough.
  private func label(ofLine index: Int) -> Label? {
    let own = dots[index]
    guard let end = own.last else { return nil }
    let width = Self.keyWidth + ChartLayout.width(layout.chart.lines[index].name)
    func label(_ anchor: Chart.Point, isRight: Bool, shift: Double = 0) -> Label {
      let left = isRight ? anchor.x + 8 : anchor.x - 8 - width
      let (middle, half) = (anchor.y + shift, ChartLayout.lineHeight / 2)
      return Label(
        box: .init(left: left, right: left + width, top: middle - half, bottom: middle + half),
        isRightOfLine: isRight)
    }
    var places: [(label: Label, detour: Double)] = []
    for shift in stride(from: 0.0, through: 48, by: 4) {
      places.append((label(end, isRight: true, shift: shift), shift / 2))
      places.append((label(end, isRight: true, shift: -shift), shift / 2))
    }
    places.append((label(end, isRight: false, shift: -12), 8))
    for place in stride(from: own.count - 1, through: 0, by: -max(1, own.count / 40)) {
      let detour = 20 + 20 * Double(own.count - 1 - place) / Double(own.count)
      places.append((label(own[place], isRight: true), detour))
      places.append((label(own[place], isRight: false), detour))
    }
    let costs = places.map { $0.detour + cost(of: $0.label.box, line: index) }
    let ranks = zip(places, costs).map { place, cost in
      cost + (isCrossed(place.label.box, besides: index) ? Self.crossing : 0)
    }
    guard let place = ranks.indices.min(by: { ranks[$0] < ranks[$1] }),
      costs[place] < Self.worst
    else { return nil }
    return places[place].label
  }

  /// Whether a line other than that at `line` passes through `box` or nearly so.
  private func isCrossed(_ box: CloudLabels.Box, besides line: Int) -> Bool {
    let room = CloudLabels.Box(
      left: box.left - Self.clearance, right: box.right + Self.clearance,
      top: box.top - Self.clearance, bottom: box.bottom + Self.clearance)
    return dots.indices.contains { other in
      other != line && dots[other].contains { room.holds($0.x, $0.y) }
    }
  }

  /// How much a name there hides; what is above, below or left of the plot is no place.
  private func cost(of box: CloudLabels.Box, line: Int) -> Double {
    let isOutside =
      box.left < layout.left || box.top < layout.top - ChartLayout.lineHeight / 2
      || box.bottom > layout.bottom + ChartLayout.lineHeight / 2
    if isOutside || taken.contains(where: box.touches) { return .infinity }
    let hidden = dots.indices.reduce(0.0) { sum, other in
      let count = dots[other].count { box.holds($0.x, $0.y) }
      return sum + Double(count) * (other == line ? 4 : 10)
    }
    let limits = layout.chart.limits.count { limit in
      let x = layout.x(limit.x)
      return box.left < x && x < box.right
    }
    return hidden + 15 * Double(limits)
  }

  /// The way along `corners`, across and down.
  private static func length(_ corners: [Chart.Point]) -> Double {
    zip(corners, corners.dropFirst()).reduce(0) { sum, ends in
      sum + abs(ends.1.x - ends.0.x) + abs(ends.1.y - ends.0.y)
    }
  }

  /// Points on the way along `corners`, about eight pixels apart and some hundred at most.
  private static func dots(along corners: [Chart.Point]) -> [Chart.Point] {
    guard var last = corners.first else { return [] }
    let room = max(8, length(corners) / 120)
    var dots = [last]
    for corner in corners.dropFirst() {
      let (across, down) = (corner.x - last.x, corner.y - last.y)
      let count = ((abs(across) + abs(down)) / room).rounded(.down)
      if count == 0 { continue }
      for step in 1...Int(count) {
        let share = Double(step) / count
        dots.append(Chart.Point(x: last.x + share * across, y: last.y + share * down))
      }
      last = corner
    }
    if let end = corners.last, end != dots.last { dots.append(end) }
    return dots
  }
}
