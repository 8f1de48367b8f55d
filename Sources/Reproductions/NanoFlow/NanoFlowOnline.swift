import Serving
import Studies

/// Requests of a data set that arrive at random for five minutes, as NanoFlow's latencies were
/// measured (OSDI 2025, section 6.3), and how long a token of an output then takes.
struct NanoFlowOnline: Sendable {
  /// Seconds in which requests arrive.
  static let seconds = 300.0
  /// Seconds a token at which the rate is read off.
  static let limit = 0.2
  private static let seeds: [UInt64] = [1, 2, 3]
  /// The most requests a second that lengths are drawn for.
  private static let highestRate = 60.0

  /// Lengths, one draw a seed.
  private let draws: [Trace]
  /// What may serve them; at each rate the best of them does.
  private let services: [Service]

  /// - Parameters:
  ///   - lengths: those of the requests.
  ///   - services: what serves requests of which a draw is given.
  init(_ lengths: NanoFlowLengths, _ services: (Trace) throws -> [Service]) throws {
    draws = try Self.seeds.map { seed in
      try lengths.drawn(Int(1.2 * Self.highestRate * Self.seconds), seed: seed)
    }
    self.services = try services(draws[0])
  }

  /// The mean over requests of the seconds from arrival to end over the tokens of the output.
  func secondsPerToken(rate: Double) throws -> Double {
    try services.map { service in
      try draws.indices.reduce(0) { sum, draw in
        let sent = try draws[draw].poisson(rate: rate, seed: Self.seeds[draw])
        let last = sent.requests.prefix { $0.arrival < Nanoseconds(seconds: Self.seconds) }
        precondition(last.count < sent.count, "lengths are drawn for all who arrive")
        return try sum + service.replay(Trace(requests: Array(last))).secondsPerToken.seconds
      } / Double(draws.count)
    }.min() ?? .infinity
  }

  /// The requests a second at which a token takes as long as the limit, to a thousandth.
  func rateAtLimit() throws -> Double {
    var (low, high) = (0.5, Self.highestRate)
    while high - low > 1e-3 * low {
      let middle = (low + high) / 2
      if try secondsPerToken(rate: middle) <= Self.limit { low = middle } else { high = middle }
    }
    return low
  }
}
