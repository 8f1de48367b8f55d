import Metrics

/// Who does best in one figure, and who can be told from the best: the one rule of "better" of all
/// studies.
///
/// A value is known within a range, which is a point where it is computed and a bracket where it
/// was searched for. Over several seeds, two are told apart where the interval of their paired
/// differences holds the true one 95 times in 100 (Student), is widened by what the ranges leave
/// open, and does not hold zero. Under one seed, where nothing is known of chance, they are told
/// apart where their ranges do not overlap and their values differ by more than a hundredth, of the
/// larger one or, where they are shares, of the whole.
public struct Ranking: Sendable, Equatable {
  /// What is known of one who takes part, a range a seed; nil where it has no value.
  public typealias Values = [ClosedRange<Double>]?

  /// The best, by its place.
  public let best: Int
  /// The others that cannot be told from the best, the better first.
  public let peers: [Int]
  /// Of those that can be told from the best, the best, and those that cannot be told from it.
  public let next: [Int]
  /// All others, the better first.
  public let rest: [Int]

  /// How much two values differ at least, as a share of the larger or of the whole, to be told
  /// apart under one seed.
  public static let leastDifference = 0.01

  /// Ranks `all` who take part by their `values`; nobody where none has one, or where more is
  /// better and no value is above zero.
  ///
  /// - Parameter isShare: whether the values are shares of a whole.
  public init?(
    _ all: some Sequence<Int>, isLowBest: Bool, isShare: Bool = false, _ values: (Int) -> Values
  ) {
    let known = all.map { (place: $0, values: values($0)) }
    let ranked = known.filter { !($0.values ?? []).isEmpty }.map { ($0.place, $0.values ?? []) }
      .sorted { first, second in
        let means = (Self.mean(first.1), Self.mean(second.1))
        if means.0 == means.1 { return first.0 < second.0 }
        return isLowBest ? means.0 < means.1 : means.0 > means.1
      }
    guard let best = ranked.first, isLowBest || Self.mean(best.1) > 0 else { return nil }
    func isApart(_ place: (Int, [ClosedRange<Double>]), from better: [ClosedRange<Double>]) -> Bool
    {
      Lead(of: better, over: place.1, isLowBest: isLowBest, isShare: isShare).isCertain
    }
    let others = ranked.dropFirst().filter { isApart($0, from: best.1) }
    let absent = known.filter { ($0.values ?? []).isEmpty }.map(\.place)
    self.best = best.0
    peers = ranked.dropFirst().map(\.0).filter { place in !others.contains { $0.0 == place } }
    if let second = others.first {
      let next = others.filter { !isApart($0, from: second.1) }.map(\.0)
      self.next = next
      rest = others.map(\.0).filter { !next.contains($0) } + absent
    } else {
      (next, rest) = (absent, [])
    }
  }

  /// Whether the best can be told from any other.
  public var decides: Bool { !next.isEmpty }

  /// The best, and those that cannot be told from it.
  public var leaders: [Int] { [best] + peers }

  static func mean(_ values: [ClosedRange<Double>]) -> Double {
    values.reduce(0) { $0 + $1.lowerBound } / Double(values.count)
  }
}

/// By how much one does better than another under the same seeds.
public struct Lead: Sendable, Equatable {
  /// The mean difference, above zero where it is better.
  public let mean: Double
  /// What the difference lies in, by chance and by what is known of the values; by the latter alone
  /// under one seed.
  public let low: Double
  public let high: Double
  /// Whether the difference is more than chance and more than is left open.
  public let isCertain: Bool

  /// - Parameters:
  ///   - better, other: a range a seed, as many of one as of the other and one at least.
  ///   - isShare: whether the values are shares of a whole.
  public init(
    of better: [ClosedRange<Double>], over other: [ClosedRange<Double>], isLowBest: Bool,
    isShare: Bool = false
  ) {
    precondition(better.count == other.count, "a value of each under every seed")
    let sign = isLowBest ? -1.0 : 1
    let pairs = zip(better, other)
    let difference = Estimate(pairs.map { sign * ($0.lowerBound - $1.lowerBound) })
    let chance = difference.halfWidth.isFinite ? difference.halfWidth : 0
    let ends = pairs.map { first, second in
      isLowBest
        ? (second.lowerBound - first.upperBound, second.upperBound - first.lowerBound)
        : (first.lowerBound - second.upperBound, first.upperBound - second.lowerBound)
    }
    let count = Double(ends.count)
    mean = difference.mean
    low = ends.reduce(0) { $0 + $1.0 } / count - chance
    high = ends.reduce(0) { $0 + $1.1 } / count + chance
    let larger = max(Ranking.mean(better).magnitude, Ranking.mean(other).magnitude)
    isCertain =
      difference.halfWidth.isFinite
      ? low > 0 : low >= 0 && mean > Ranking.leastDifference * (isShare ? 1 : larger)
  }
}
