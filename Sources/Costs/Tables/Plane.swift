/// An axis of a grid as bare memory, for loops in which a check of each access would be dear.
struct BareAxis {
  let knots: UnsafePointer<Double>
  /// One over the distance of each knot to the next.
  let inverseSpans: UnsafePointer<Double>
  let count: Int
  /// One over the distance of the inner knots, where all are as far apart; otherwise 0.
  let inverseStep: Double

  /// Where `coordinate` lies; beyond the ends it is taken to be at the end.
  @inline(__always)
  func place(_ coordinate: Double) -> Grid.Place {
    let last = count - 1
    // An empty batch has shapes that are no numbers; they are at the beginning too.
    if !(coordinate > knots[0]) || last == 0 { return Grid.Place(knot: 0, share: 0) }
    if coordinate >= knots[last] { return Grid.Place(knot: last - 1, share: 1) }
    if inverseStep > 0 {
      // The knot below, or its neighbour where rounding decides; the share is then 0 or 1.
      let inner = Int((coordinate - knots[1]) * inverseStep + 1)
      let low = min(max(inner, 0), last - 1)
      return Grid.Place(knot: low, share: (coordinate - knots[low]) * inverseSpans[low])
    }
    var low = 0
    var high = last
    while high - low > 1 {
      let middle = (low + high) / 2
      if knots[middle] <= coordinate { low = middle } else { high = middle }
    }
    return Grid.Place(knot: low, share: (coordinate - knots[low]) * inverseSpans[low])
  }
}

/// A table of two axes as bare memory: what `TimeTable` finds, in a fraction of the time.
struct Plane: ~Copyable, Sendable {
  /// The knots and inverse spans of both axes, and the values.
  private nonisolated(unsafe) let memory: UnsafeMutablePointer<Double>
  private nonisolated(unsafe) let rows: BareAxis
  private nonisolated(unsafe) let columns: BareAxis
  private nonisolated(unsafe) let values: UnsafePointer<Double>

  init(_ table: TimeTable) {
    precondition(table.grid.dimensions == 2, "a plane has two axes")
    let counts = [0, 1].map { axis in table.grid.withAxis(axis) { $0.count } }
    memory = .allocate(capacity: 2 * (counts[0] + counts[1]) + table.octaves.count)
    var end = memory
    func copy(_ source: UnsafePointer<Double>, _ count: Int) -> UnsafePointer<Double> {
      end.initialize(from: source, count: count)
      end += count
      return UnsafePointer(end - count)
    }
    func axis(_ number: Int) -> BareAxis {
      table.grid.withAxis(number) {
        BareAxis(
          knots: copy($0.knots, $0.count), inverseSpans: copy($0.inverseSpans, $0.count),
          count: $0.count, inverseStep: $0.inverseStep)
      }
    }
    rows = axis(0)
    columns = axis(1)
    values = table.octaves.withUnsafeBufferPointer { copy($0.baseAddress!, $0.count) }
  }

  deinit { memory.deallocate() }

  /// Where `x` lies on the first axis.
  @inline(__always)
  func place(_ x: Double) -> Grid.Place { rows.place(x) }

  /// The value at `place` on the first axis and `y` on the second.
  @inline(__always)
  func value(at place: Grid.Place, _ y: Double) -> Double {
    let across = columns.place(y)
    let low = values + (place.knot * columns.count + across.knot)
    return Self.between(low, columns.count, place, across)
  }

  /// The value between four cells: `low`, the next one, and those `stride` behind them.
  @inline(__always)
  static func between(
    _ low: UnsafePointer<Double>, _ stride: Int, _ place: Grid.Place, _ across: Grid.Place
  ) -> Double {
    let below = between(low, across.share)
    if place.share == 0 { return below }
    return below + place.share * (between(low + stride, across.share) - below)
  }

  @inline(__always)
  private static func between(_ low: UnsafePointer<Double>, _ share: Double) -> Double {
    share == 0 ? low[0] : low[0] + share * (low[1] - low[0])
  }
}
