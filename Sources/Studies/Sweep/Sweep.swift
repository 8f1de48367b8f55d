import Serving

/// Points on many curves, measured in parallel and in rounds: what a round finds decides which
/// points the next one measures, and how many threads there are decides nothing.
public struct Sweep: Sendable {
  /// Where on a curve points are wanted.
  public enum Loads: Sendable, Equatable {
    /// One point, at the arrivals that there are.
    case given
    /// These rates, in requests a second.
    case rates([Double])
    /// Rates that are chosen around the curve's knee.
    case auto
  }

  /// One point: the curve, by its place, and the requests a second, where the curve has rates.
  public struct Point: Sendable, Equatable {
    public var curve: Int
    public var rate: Double?

    public init(curve: Int, rate: Double?) {
      self.curve = curve
      self.rate = rate
    }
  }

  /// In the order in which results are shown.
  public var curves: [Loads]

  public init(_ curves: [Loads]) { self.curves = curves }

  /// The most points that there will be.
  public var mostPoints: Int {
    curves.reduce(0) { sum, loads in
      switch loads {
      case .given: sum + 1
      case .rates(let rates): sum + rates.count
      case .auto: sum + KneeSearch.most + 1
      }
    }
  }

  /// Measures all points, on at most `jobs` threads, and returns them by curve and rate.
  ///
  /// - Parameters:
  ///   - capacity: the requests a second at which a curve's queue is served that never empties.
  ///   - measure: what is to be known of a point; the same for the same point.
  ///   - latency: the latency in seconds whose knee is looked for.
  public func run<Row: Sendable>(
    jobs: Int, capacity: @Sendable (Int) throws -> Double,
    measure: @Sendable (Point) throws -> Row, latency: (Row) -> Double?
  ) throws -> [(point: Point, row: Row)] {
    var found: [[(point: Point, row: Row)]] = curves.map { _ in [] }
    var wanted = try firstPoints(jobs: jobs, capacity)
    while !wanted.isEmpty {
      let rows = try parallelMap(wanted, jobs: jobs) { _, point in try measure(point) }
      for (point, row) in zip(wanted, rows) { found[point.curve].append((point, row)) }
      for curve in curves.indices where curves[curve] == .auto {
        found[curve].sort { ($0.point.rate ?? 0) < ($1.point.rate ?? 0) }
      }
      wanted = curves.indices.filter { curves[$0] == .auto }.flatMap { curve -> [Point] in
        guard found[curve].count < KneeSearch.most else { return [] }
        let points = found[curve].compactMap { entry in
          latency(entry.row).map { KneeSearch.Point(rate: entry.point.rate ?? 0, latency: $0) }
        }
        return KneeSearch.next(points).map { Point(curve: curve, rate: $0) }
      }
    }
    return found.flatMap { $0 }
  }

  private func firstPoints(
    jobs: Int, _ capacity: @Sendable (Int) throws -> Double
  ) throws -> [Point] {
    let searched = curves.indices.filter { curves[$0] == .auto }
    let guesses = try parallelMap(searched, jobs: jobs) { _, curve in try capacity(curve) }
    return curves.indices.flatMap { curve -> [Point] in
      switch curves[curve] {
      case .given: return [Point(curve: curve, rate: nil)]
      case .rates(let rates): return rates.map { Point(curve: curve, rate: $0) }
      case .auto:
        let guess = zip(searched, guesses).first { $0.0 == curve }?.1 ?? 0
        return KneeSearch.start(capacity: guess).map { Point(curve: curve, rate: $0) }
      }
    }
  }
}
