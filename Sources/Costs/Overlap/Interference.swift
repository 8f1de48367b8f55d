/// How fast an operation runs with a share R of a GPU, while matrix products have the rest: P(R),
/// a part of its speed when it has the GPU to itself.
///
/// R is defined through the products: where one runs at 0.4 of its own speed, the operation beside
/// it holds 0.6 (NanoFlow, OSDI 2025, section 4.1.3). Between points a curve is linear.
public struct InterferenceCurve: Sendable, Equatable {
  /// From R = 0 to R = 1, with the speed there.
  let points: [Point]

  struct Point: Sendable, Equatable {
    var share: Double
    var speed: Double
  }

  /// The curve through `points` and through (0, 0) and (1, 1).
  ///
  /// - Parameter points: shares between 0 and 1 in rising order, and speeds up to 1 that never
  ///   fall and are nowhere below the share.
  public init(_ points: [(share: Double, speed: Double)]) {
    let all = [(share: 0, speed: 0)] + points + [(share: 1, speed: 1)]
    for (low, high) in zip(all, all.dropFirst()) {
      precondition(low.share < high.share, "shares rise from 0 to 1")
      precondition(low.speed <= high.speed, "more of the GPU is never slower")
      precondition(high.speed >= high.share, "an operation is as fast as its share, at least")
    }
    self.points = all.map { Point(share: $0.share, speed: $0.speed) }
  }

  /// Shares `points`, of which the first may rise from nothing at once.
  private init(raw points: [Point]) { self.points = points }

  /// Beside products an operation is as fast as its share: overlapping gains nothing.
  public static let proportional = InterferenceCurve([])

  /// An operation is as fast beside products as alone, however little it has.
  public static let free = InterferenceCurve(
    raw: [Point(share: 0, speed: 1), Point(share: 1, speed: 1)])

  /// The speed with `share` of the GPU, as a part of that with all of it.
  public func speed(_ share: Double) -> Double {
    guard share > 0 else { return 0 }
    guard share < 1 else { return 1 }
    var index = 1
    while points[index].share < share { index += 1 }
    let (low, high) = (points[index - 1], points[index])
    return low.speed + (high.speed - low.speed) * (share - low.share) / (high.share - low.share)
  }
}

/// How operations of different kinds get on beside matrix products on one GPU.
public struct Interference: Sendable, Equatable {
  /// What waits for memory: decode attention and work on single elements.
  public var memory: InterferenceCurve
  /// Collectives.
  public var network: InterferenceCurve

  public init(memory: InterferenceCurve, network: InterferenceCurve) {
    self.memory = memory
    self.network = network
  }

  /// A100 SXM, as NanoFlow's search takes it.
  ///
  /// Source: `autosearch/trace/gemv_interference.csv` and `net_interference.csv` of
  /// github.com/efeslab/Nanoflow at d1bbe27 (Apache-2.0). The latter ends at R = 0.5; from there
  /// its speed is taken to rise evenly to 1.
  public static let nanoFlow = Interference(
    memory: InterferenceCurve([
      (0.1, 0.25), (0.2, 0.4), (0.3, 0.5), (0.4, 0.6), (0.5, 0.7), (0.6, 0.8), (0.7, 0.85),
      (0.8, 0.9), (0.9, 0.95),
    ]),
    network: InterferenceCurve([(0.1, 0.4), (0.2, 0.6), (0.3, 0.7), (0.4, 0.8), (0.5, 0.9)]))

  /// A100 SXM, as NanoFlow's paper prints it.
  ///
  /// Source: OSDI 2025, Table 3, and for memory at R = 0.4 the text of section 4.1.4.
  public static let nanoFlowPaper = Interference(
    memory: InterferenceCurve([
      (0.1, 0.2), (0.2, 0.3), (0.4, 0.8), (0.8, 0.85), (0.9, 0.95),
    ]),
    network: InterferenceCurve([(0.1, 0.3), (0.2, 0.5), (0.8, 0.9), (0.9, 1)]))

  /// Sharing a GPU gains nothing.
  public static let proportional = Interference(memory: .proportional, network: .proportional)

  /// Nothing gets in the way of anything.
  public static let free = Interference(memory: .free, network: .free)
}
