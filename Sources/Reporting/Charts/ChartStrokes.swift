/// What of a chart's lines lies on its plot.
extension ChartLayout {
  /// The pieces of `line` in the plot, in pixels: a line that leaves the plot ends at its edge.
  func strokes(_ line: Chart.Line) -> [[Chart.Point]] {
    let corners = corners(line)
    guard corners.count > 1 else { return corners.filter(holds).map { [$0] } }
    var strokes: [[Chart.Point]] = []
    for (start, end) in zip(corners, corners.dropFirst()) {
      guard let (start, end) = inside(start, end) else { continue }
      if strokes.last?.last == start {
        strokes[strokes.count - 1].append(end)
      } else {
        strokes.append([start, end])
      }
    }
    return strokes
  }

  /// Where `point`, in the units of the axes, lies.
  func place(_ point: Chart.Point) -> Chart.Point { Chart.Point(x: x(point.x), y: y(point.y)) }

  /// Whether `point`, in pixels, is on the plot.
  func holds(_ point: Chart.Point) -> Bool {
    (left...right).contains(point.x) && (top...bottom).contains(point.y)
  }

  /// Where a pen that draws all of `line` turns, beyond the plot too.
  private func corners(_ line: Chart.Line) -> [Chart.Point] {
    let points = line.points.map(place)
    guard line.isStepped, let first = points.first else { return points }
    var corners = [Chart.Point(x: first.x, y: y(0))]
    for point in points {
      for corner in [Chart.Point(x: point.x, y: corners[corners.count - 1].y), point]
      where corner != corners[corners.count - 1] { corners.append(corner) }
    }
    return corners
  }

  /// The part of the way from `start` to `end` that is on the plot, if there is any (Liang and
  /// Barsky 1984).
  private func inside(
    _ start: Chart.Point, _ end: Chart.Point
  ) -> (start: Chart.Point, end: Chart.Point)? {
    let (across, down) = (end.x - start.x, end.y - start.y)
    var (from, to) = (0.0, 1.0)
    for (step, room) in [
      (-across, start.x - left), (across, right - start.x), (-down, start.y - top),
      (down, bottom - start.y),
    ] {
      if step == 0 && room < 0 { return nil }
      if step < 0 { from = max(from, room / step) }
      if step > 0 { to = min(to, room / step) }
    }
    func point(_ share: Double) -> Chart.Point {
      share == 0
        ? start
        : share == 1 ? end : Chart.Point(x: start.x + share * across, y: start.y + share * down)
    }
    return from < to ? (point(from), point(to)) : nil
  }
}
