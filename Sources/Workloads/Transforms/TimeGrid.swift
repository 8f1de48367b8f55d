import Serving

/// The coarse grid that a source's clock put arrival times on.
public struct TimeGrid: Sendable, Equatable {
  /// From one time of the grid to the next.
  public var step: Nanoseconds
  /// Different times that there are.
  public var instants: Int

  /// The grid of `requests`, which stand in order of arrival; nil where their times are fine: fewer
  /// than one in twenty shares its time with the one before, or most gaps between those that do not
  /// are not alike, and not all times are multiples of a tenth of a second.
  public init?(_ requests: [Request]) {
    let gaps = zip(requests.dropFirst(), requests).map { $0.arrival - $1.arrival }.filter { $0 > 0 }
    guard let least = gaps.min(), let greatest = gaps.max() else { return nil }
    let tied = requests.count - 1 - gaps.count
    let divisor = gaps.reduce(0, Self.commonDivisor)
    let isWhole = divisor >= 100_000_000 && least < greatest
    // Clocks tremble, so that the steps of the grid are not quite alike.
    let steps = gaps.filter { $0 * 2 < least * 3 }.sorted()
    let isTied = tied * 20 >= requests.count && steps.count * 2 >= gaps.count
    guard isTied || isWhole else { return nil }
    step = max(divisor, steps[steps.count / 2])
    instants = gaps.count + 1
  }

  private static func commonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
