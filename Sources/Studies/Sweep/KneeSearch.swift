import Foundation

/// Rates at which a latency curve is worth measuring: a few over the whole range, and the others
/// around its knee.
///
/// The knee is where the curve, with its latency in logarithms, lies farthest below the line from
/// its first point to its last (Satopää et al., "Finding a Kneedle in a haystack", ICDCS 2011).
public enum KneeSearch {
  /// A point of the curve: requests a second, and a latency in seconds.
  public struct Point: Sendable, Equatable {
    public var rate: Double
    public var latency: Double

    public init(rate: Double, latency: Double) {
      self.rate = rate
      self.latency = latency
    }
  }

  /// The most points of one curve.
  public static let most = 15
  /// Neighbours are no closer than this share of their rate.
  static let precision = 0.02
  private static let shares = [0.1, 0.3, 0.5, 0.7, 0.85, 1, 1.2]

  /// The rates to start with, where a queue that never empties is served at `capacity` a second.
  public static func start(capacity: Double) -> [Double] {
    shares.map { rounded($0 * capacity) }
  }

  /// The place of the knee in `points`, which ascend in rate; nil where the latency does not rise.
  public static func knee(_ points: [Point]) -> Int? {
    guard let first = points.first, let last = points.last, last.rate > first.rate,
      first.latency > 0, last.latency > first.latency
    else { return nil }
    let rise = log(last.latency / first.latency)
    func depth(_ point: Point) -> Double {
      (point.rate - first.rate) / (last.rate - first.rate)
        - log(point.latency / first.latency) / rise
    }
    return points.indices.max { depth(points[$0]) < depth(points[$1]) }
  }

  /// The rates to measure next: halfway from the knee to its neighbours, as long as those are apart
  /// and there are fewer points than the most.
  public static func next(_ points: [Point]) -> [Double] {
    guard points.count < most, let knee = knee(points) else { return [] }
    let gaps = [knee - 1, knee].filter { $0 >= 0 && $0 + 1 < points.count }
    return gaps.compactMap { gap in
      let (low, high) = (points[gap].rate, points[gap + 1].rate)
      let middle = rounded((low + high) / 2)
      let isApart = min(middle - low, high - middle) >= precision * middle
      return isApart ? middle : nil
    }
  }

  /// `rate` to three significant digits, so that it can be read and given again.
  static func rounded(_ rate: Double) -> Double {
    guard rate > 0 else { return rate }
    var scale = 1.0
    while rate * scale < 100 { scale *= 10 }
    while rate * scale >= 1000 { scale /= 10 }
    return (rate * scale).rounded() / scale
  }
}
