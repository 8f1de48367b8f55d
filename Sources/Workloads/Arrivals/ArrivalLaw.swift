import Formats
import Serving

/// Arrivals that are drawn: gaps of one law, at a rate that may change, maybe as a coarse clock
/// shows them.
public struct ArrivalLaw: Sendable {
  var gaps: any GapLaw
  /// Nil for a constant rate.
  var course: (any RateCourse)?
  /// The steps of the clock that times are cut down to; nil for a fine one.
  var gridSeconds: Double?
  /// Whether all times are stretched alike, so that the last is at the count over the rate.
  var isExact = false

  /// The times of `count` arrivals at `rate` a second on average, the first after one gap.
  func seconds(count: Int, rate: Double, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed, named: gaps.stream)
    var clock = course?.started(rate: rate, seed: seed)
    var sum = 0.0
    var times = (0..<count).map { _ in
      let gap = gaps.gap(&random)
      if let time = clock?.time(after: gap / rate) { return time }
      sum += gap
      return sum / rate
    }
    if isExact, let last = times.last, last > 0 {
      let factor = Double(count) / rate / last
      for place in times.indices { times[place] *= factor }
    }
    if let step = gridSeconds {
      for place in times.indices { times[place] = (times[place] / step).rounded(.down) * step }
    }
    return times
  }

  /// Likewise as the clock has them; an error if the last is too late.
  func arrivals(count: Int, rate: Double, seed: UInt64) throws(InputError) -> [Nanoseconds] {
    // A rate that is none, or whose mean gap no clock shows, is told before anything is drawn.
    _ = try nanoseconds(count > 1 ? 1 : 0, atRate: rate)
    let times = seconds(count: count, rate: rate, seed: seed)
    _ = try nanoseconds((times.last ?? 0) * rate, atRate: rate)
    return times.map { Nanoseconds(($0 * 1e9).rounded()) }
  }
}
