import Formats
import Serving

/// How the arrival times of a run come about: the trace's own, or drawn by a law that is named with
/// its options, such as `gamma:shape=0.5+diurnal:period=86400,peak-to-trough=3`.
public struct ArrivalProcess: Sendable, Equatable {
  /// As it is named.
  public let name: String
  /// What draws them; nil where the trace's own are kept.
  private let law: ArrivalLaw?

  /// The trace's own times, stretched alike where a rate is asked for.
  public static let trace = ArrivalProcess(name: "trace", law: nil)
  /// Times drawn anew, with exponential gaps.
  public static let poisson = ArrivalProcess(
    name: "poisson", law: ArrivalLaw(gaps: ExponentialGaps()))

  /// Gamma-distributed gaps of shape `burstiness`, which may be infinite, whose last arrival is at
  /// the count over the rate, as in vLLM's benchmark.
  public static func burstiness(_ burstiness: Double) -> ArrivalProcess {
    let gaps: any GapLaw =
      burstiness.isInfinite ? ConstantGaps() : GammaGaps(shape: burstiness)
    let name = burstiness.isInfinite ? "constant" : "gamma:shape=\(burstiness)"
    return ArrivalProcess(name: name + "+exact", law: ArrivalLaw(gaps: gaps, isExact: true))
  }

  init(name: String, law: ArrivalLaw?) {
    self.name = name
    self.law = law
  }

  public static func == (a: ArrivalProcess, b: ArrivalProcess) -> Bool { a.name == b.name }

  /// Whether arrivals are drawn, so that another seed gives others.
  public var isDrawn: Bool { law != nil }

  /// The times in seconds of `count` arrivals at `rate` a second, where they are drawn.
  func seconds(count: Int, rate: Double, seed: UInt64) -> [Double] {
    (law ?? ArrivalLaw(gaps: ExponentialGaps())).seconds(count: count, rate: rate, seed: seed)
  }

  /// Likewise as the clock has them; an error if the last is too late.
  func times(count: Int, rate: Double, seed: UInt64) throws(InputError) -> [Nanoseconds] {
    try (law ?? ArrivalLaw(gaps: ExponentialGaps()))
      .arrivals(count: count, rate: rate, seed: seed)
  }

  /// `trace` with the arrivals of this process, at `rate` requests a second on average or, where
  /// that is nil, at the trace's own mean rate; of requests that wait for no others, where some do,
  /// and those follow them.
  public func arrivals(
    of trace: Trace, rate: Double?, seed: UInt64
  ) throws(InputError) -> Trace {
    if law == nil && rate == nil { return trace }
    return trace.arriving(at: try arrivalTimes(of: trace, rate: rate, seed: seed))
  }

  /// Likewise, by row.
  private func arrivalTimes(
    of trace: Trace, rate: Double?, seed: UInt64
  ) throws(InputError) -> [Nanoseconds] {
    let samples = trace.columns.samples
    if samples > 1 {
      return try arrivalTimes(of: trace.firstSamples, rate: rate, seed: seed).flatMap { time in
        Array(repeating: time, count: samples)
      }
    }
    if let waits = trace.columns.waits {
      var times = trace.requests.map(\.arrival)
      let own = try arrivalTimes(of: trace.unwaiting, rate: rate, seed: seed)
      for (row, time) in zip(trace.rowsUnwaiting, own) { times[row] = time }
      times = waits.times(times)
      if let last = times.max(), last > EngineRange.time.upperBound { throw tooLate(rate ?? 0) }
      return times
    }
    guard let law else {
      guard let rate else { return trace.requests.map(\.arrival) }
      return try trace.stretched(toMeanRate: rate).requests.map(\.arrival)
    }
    guard let rate = rate ?? trace.meanRate else {
      throw InputError(
        "arrivals", problem: "no rate is given and the trace has none of its own",
        remedy: "a rate in requests per second")
    }
    return try law.arrivals(count: trace.count, rate: rate, seed: seed)
  }
}
