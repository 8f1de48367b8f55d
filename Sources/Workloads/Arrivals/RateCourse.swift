import Serving

/// How the rate of arrivals changes, as a factor of the rate that is asked for.
public protocol RateCourse: Sendable {
  /// The course from the start of a trace on, at `rate` requests a second.
  func started(rate: Double, seed: UInt64) -> any RateClock
}

/// A course that has begun.
public protocol RateClock {
  /// The time in seconds at which so many seconds' `work` at the mean rate is done since the last
  /// arrival, which is the time of the next.
  mutating func time(after work: Double) -> Double
}

/// A course whose factor is constant over one stretch of time after the other.
struct StretchClock: RateClock {
  /// The length in seconds and the factor of the next stretch.
  private let next: () -> (seconds: Double, factor: Double)
  private var now = 0.0
  private var end: Double
  private var factor: Double
  private var stretches = 0
  /// After so many, no arrival comes any more.
  private static let mostStretches = 20_000_000

  init(_ next: @escaping () -> (seconds: Double, factor: Double)) {
    self.next = next
    (end, factor) = next()
  }

  mutating func time(after work: Double) -> Double {
    var work = work
    while work > (end - now) * factor {
      work -= (end - now) * factor
      now = end
      stretches += 1
      if stretches > Self.mostStretches { return .infinity }
      let stretch = next()
      end += stretch.seconds
      factor = stretch.factor
    }
    now += work / factor
    return now
  }
}
