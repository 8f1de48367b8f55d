import Costs

/// How far off the cost model may be before a conclusion falls.
public struct Robustness: Sendable, Equatable {
  /// A kind of work that may take longer or shorter than modelled.
  public enum Part: String, CaseIterable, Sendable {
    case prefill, decode
  }

  /// The nearest factor, of those tried, on a part's time at which the conclusion falls.
  public struct BreakEven: Sendable, Equatable {
    public var part: Part
    /// Above 1 where the part is slower than modelled.
    public var factor: Double

    public init(_ part: Part, factor: Double) {
      self.part = part
      self.factor = factor
    }
  }

  /// How far factors were tried to either side of 1.
  public let reach: Double
  /// Where the conclusion flips, as far as tried: for prefill and decode, slower and faster.
  public let breakEvens: [BreakEven]

  /// Parts, each slower and faster.
  public static let directions = 2 * Part.allCases.count

  public init(reach: Double, breakEvens: [BreakEven]) {
    self.reach = reach
    self.breakEvens = breakEvens
  }

  /// Asks `holds` of each part, slower and faster by `reach`, and where that is not so, halves the
  /// way to 1 until it is known within `precision`.
  ///
  /// It takes for granted that what holds at one factor holds nearer to 1.
  ///
  /// - Parameters:
  ///   - jobs: threads, at most; their number changes no result.
  ///   - progress: told when one of the four directions, by its place, is known.
  public static func search<Failure: Error>(
    reach: Double = 0.2, precision: Double = 0.01, jobs: Int,
    progress: @Sendable (Int) -> Void = { _ in },
    holds: @Sendable (ScaledCost.Factors) throws(Failure) -> Bool
  ) throws(Failure) -> Robustness {
    let directions: [(part: Part, sign: Double)] = Part.allCases.flatMap { [($0, -1), ($0, 1)] }
    let found = try parallelMap(directions, jobs: jobs) {
      (place, direction) throws(Failure) -> BreakEven? in
      defer { progress(place) }
      func isKept(at distance: Double) throws(Failure) -> Bool {
        try holds(factors(direction.part, 1 + direction.sign * distance))
      }
      if try isKept(at: reach) { return nil }
      var (kept, fallen) = (0.0, reach)
      while fallen - kept > precision {
        let middle = (kept + fallen) / 2
        if try isKept(at: middle) { kept = middle } else { fallen = middle }
      }
      return BreakEven(direction.part, factor: 1 + direction.sign * fallen)
    }
    return Robustness(reach: reach, breakEvens: found.compactMap { $0 })
  }

  private static func factors(_ part: Part, _ factor: Double) -> ScaledCost.Factors {
    switch part {
    case .prefill: ScaledCost.Factors(prefill: factor)
    case .decode: ScaledCost.Factors(decode: factor)
    }
  }
}
