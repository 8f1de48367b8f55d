import Formats
import Serving

/// How the arrival times of a run come about, by the name that a user gives.
public enum ArrivalProcess: String, CaseIterable, Sendable {
  /// The trace's own times, stretched alike where a rate is asked for.
  case trace
  /// Times drawn anew, with exponential gaps.
  case poisson

  /// What the process is, in one line.
  public var summary: String {
    switch self {
    case .trace: "the trace's own arrivals, stretched to the rate if there is one"
    case .poisson: "drawn anew with exponential gaps, at the rate or else the trace's own mean"
    }
  }

  /// The process called `name`; `source` is the option that named it.
  public static func named(_ name: String, source: String) throws(InputError) -> ArrivalProcess {
    if let process = ArrivalProcess(rawValue: name) { return process }
    throw InputError(
      source, problem: "there is no arrival process `\(shortened(name))`",
      remedy: "one of \(allCases.map(\.rawValue).joined(separator: ", "))")
  }

  /// `trace` with the arrivals of this process, at `rate` requests a second on average or, where
  /// that is nil, at the trace's own mean rate.
  public func arrivals(
    of trace: Trace, rate: Double?, seed: UInt64
  ) throws(InputError) -> Trace {
    switch self {
    case .trace:
      guard let rate else { return trace }
      return try trace.stretched(toMeanRate: rate)
    case .poisson:
      guard let rate = rate ?? trace.meanRate else {
        throw InputError(
          "arrivals", problem: "no rate is given and the trace has none of its own",
          remedy: "a rate in requests per second")
      }
      return try trace.poisson(rate: rate, seed: seed)
    }
  }
}
