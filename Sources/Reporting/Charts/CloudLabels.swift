/// Where the names of a chart's clouds stand: near their points, clear of each other and of as many
/// points as can be.
struct CloudLabels {
  /// A rectangle on the paper, in pixels.
  struct Box: Equatable {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double

    func touches(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    func holds(_ x: Double, _ y: Double) -> Bool {
      left < x && x < right && top < y && y < bottom
    }
  }

  /// A name, its place, and the point of the cloud that it belongs to.
  struct Label: Equatable {
    var text: String
    var box: Box
    var anchor: Chart.Point
  }

  /// A label for each cloud; nil for one without points.
  private(set) var labels: [Label?] = []
  private let layout: ChartLayout
  /// The points of each cloud on the paper, in pixels.
  private let dots: [[Chart.Point]]

  init(_ layout: ChartLayout) {
    self.layout = layout
    dots = layout.chart.clouds.map { cloud in
      cloud.points.map(layout.place).filter(layout.holds)
        .sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    }
    for index in dots.indices { labels.append(label(ofCloud: index)) }
  }

  /// The best of the places that are tried.
  private func label(ofCloud index: Int) -> Label? {
    let cloud = layout.chart.clouds[index]
    let text = cloud.note.isEmpty ? cloud.name : "\(cloud.name), \(cloud.note)"
    let candidates = anchors(inCloud: index).flatMap { detour, anchor in
      Self.distances.flatMap { distance in
        [-1.0, 1].map { side in
          let box = box(text, anchor, distance: distance * side)
          return (cost: cost(of: box) + distance + detour, box: box, anchor: anchor)
        }
      }
    }
    return candidates.min { $0.cost < $1.cost }
      .map { Label(text: text, box: $0.box, anchor: $0.anchor) }
  }

  private static let distances = [14.0, 22, 32, 44, 58, 74, 92, 112, 134, 158]

  /// Points that a label may lead to, and how bad each is: far from the cloud's middle, or among
  /// points of other clouds.
  private func anchors(inCloud index: Int) -> [(detour: Double, anchor: Chart.Point)] {
    let own = dots[index]
    if own.isEmpty { return [] }
    return [0.5, 0.35, 0.65, 0.2, 0.8, 0.05, 0.95].map { share in
      let anchor = own[Int((Double(own.count - 1) * share).rounded())]
      let near = Box(
        left: anchor.x - 6, right: anchor.x + 6, top: anchor.y - 6, bottom: anchor.y + 6)
      let others = dots.indices.filter { $0 != index }
        .reduce(0) { sum, other in sum + dots[other].count { near.holds($0.x, $0.y) } }
      return (40 * abs(share - 0.5) + 3 * Double(min(20, others)), anchor)
    }
  }

  /// The room of `text` left of and above `anchor`, or, if `distance` is positive, right and below.
  private func box(_ text: String, _ anchor: Chart.Point, distance: Double) -> Box {
    let width = 18 + ChartLayout.width(text)
    let edge = anchor.x + distance
    let middle = anchor.y + distance * 0.6
    let left = distance < 0 ? edge - width : edge
    return Box(
      left: left, right: left + width, top: middle - ChartLayout.lineHeight / 2,
      bottom: middle + ChartLayout.lineHeight / 2)
  }

  /// How bad a place is, in pixels of distance that a better one is worth.
  private func cost(of box: Box) -> Double {
    let plot = Box(
      left: layout.left, right: layout.right, top: layout.top, bottom: layout.bottom)
    let isInside =
      plot.left <= box.left && box.right <= plot.right && plot.top <= box.top
      && box.bottom <= plot.bottom
    let touched = labels.count { $0.map { box.touches($0.box) } ?? false }
    let covered = dots.reduce(0) { sum, dots in sum + dots.count { box.holds($0.x, $0.y) } }
    return (isInside ? 0 : 10_000) + 5000 * Double(touched) + 10 * Double(covered)
  }
}
