import Metrics
import Serving

/// When the requests of a trace arrive, and how unevenly.
public struct ArrivalStatistics: Sendable, Equatable {
  /// How many arrive in windows of one length, which follow each other from the first arrival on;
  /// the last may be cut short.
  public struct Windows: Sendable, Equatable {
    public var length: Nanoseconds
    /// The variance of the counts over their mean; 1 for a Poisson process.
    public var dispersion: Double
    /// The most in one window.
    public var most: Int
  }

  /// The lengths of windows that are told, in nanoseconds: 1, 10 and 60 seconds.
  public static let windowLengths: [Nanoseconds] = [1, 10, 60].map { $0 * 1_000_000_000 }

  /// From the first arrival to the last.
  public var span: Nanoseconds
  /// Requests a second between the first and the last; nil where no time passes.
  public var rate: Double?
  /// The deviation of the gaps over their mean; nil where no time passes.
  public var gapVariation: Double?
  /// The longest time without an arrival.
  public var longestGap: Nanoseconds
  /// One a length of `windowLengths`.
  public var windows: [Windows]
  /// Different arrival times, and the most requests at one.
  public var instants: Int
  public var largestBatch: Int

  /// The arrivals of `requests`, of which there is one at least, in their order.
  public init(_ requests: [Request]) {
    precondition(!requests.isEmpty, "something arrives")
    let times = requests.map(\.arrival)
    let span = times[times.count - 1] - times[0]
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    self.span = span
    longestGap = gaps.max() ?? 0
    if span > 0 {
      rate = Double(gaps.count) / span.seconds
      let mean = Double(span) / Double(gaps.count)
      let squares = gaps.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      gapVariation = (squares / Double(gaps.count)).squareRoot() / mean
    }
    windows = Self.windowLengths.map { Self.windows(of: $0, times) }
    var (batch, largest, instants) = (1, 1, 1)
    for gap in gaps {
      batch = gap == 0 ? batch + 1 : 1
      largest = max(largest, batch)
      instants += gap == 0 ? 0 : 1
    }
    (self.instants, largestBatch) = (instants, largest)
  }

  private static func windows(of length: Nanoseconds, _ times: [Nanoseconds]) -> Windows {
    let number = (times[times.count - 1] - times[0]) / length + 1
    var (squares, most, count, window) = (0, 0, 0, 0)
    for time in times {
      let place = (time - times[0]) / length
      if place != window {
        squares += count * count
        (count, window) = (0, place)
      }
      count += 1
      most = max(most, count)
    }
    squares += count * count
    let mean = Double(times.count) / Double(number)
    let variance = Double(squares) / Double(number) - mean * mean
    return Windows(length: length, dispersion: variance / mean, most: most)
  }

  /// The figures by name.
  public var values: [NamedValue] {
    [
      NamedValue("arrivals", "span_seconds", unit: "s", .real(span.seconds)),
      NamedValue("arrivals", "requests_per_second", unit: "/s", .init(rate)),
      NamedValue("arrivals", "gap_variation", .init(gapVariation)),
      NamedValue("arrivals", "longest_gap_seconds", unit: "s", .real(longestGap.seconds)),
      NamedValue("arrivals", "instants", .count(instants)),
      NamedValue("arrivals", "largest_batch", .count(largestBatch)),
    ]
      + windows.flatMap { window in
        let name = "\(window.length / 1_000_000_000)s"
        return [
          NamedValue("arrivals", "dispersion_\(name)", .real(window.dispersion)),
          NamedValue("arrivals", "most_in_\(name)", .count(window.most)),
        ]
      }
  }
}
