import Serving

/// What a run amounts to without its warm-up, for comparisons over several seeds.
public struct SteadyFigures: Sendable, Equatable {
  /// One of the figures.
  public enum Figure: CaseIterable, Sendable {
    case ttftMean, ttft99, tpot99, e2e99, attainment, met, answered, load
  }

  /// In the order of `Figure.allCases`; nil where no request has the latency, or there is no
  /// objective.
  private var values: [Double?]

  /// The figures of the requests behind the first `warmUp`, in seconds or, for the attainment and
  /// the answered requests, as a share of all of them.
  ///
  /// - Parameter verdict: what became of the objective in the whole run; nil where there is none.
  public init(
    trace: Trace, records: [RequestRecord], warmUp: Int, objective: ServiceLevelObjective?,
    verdict: Verdict? = nil
  ) {
    let served = zip(trace.requests, records).dropFirst(warmUp)
    func distribution(_ metric: LatencyMetric) -> Distribution? {
      Distribution(nanoseconds: served.compactMap { metric.nanoseconds(of: $1, for: $0) })
    }
    let ttft = distribution(.ttft)
    func share(_ count: Int) -> Double? {
      records.count > warmUp ? Double(count) / Double(records.count - warmUp) : nil
    }
    let attainment = objective.flatMap {
      share($0.attaining(on: trace, records, warmUp: warmUp))
    }
    values = [
      ttft?.mean, ttft?.p99, distribution(.tpot)?.p99, distribution(.e2e)?.p99, attainment,
      verdict?.isMet.map { $0 ? 1 : 0 }, share(served.count { $1.isCompleted }), verdict?.load,
    ]
  }

  /// The value of `figure`.
  public subscript(figure: Figure) -> Double? {
    Figure.allCases.firstIndex(of: figure).flatMap { values[$0] }
  }

  /// How many of the first of `count` requests are the warm-up: a tenth. A rule that looks at the
  /// latencies, such as MSER-5, picks the quieter rest, and so reports less than the truth.
  public static func warmUp(of count: Int) -> Int { count / 10 }
}

extension SteadyFigures.Figure {
  /// The name in tables.
  public var title: String {
    switch self {
    case .ttftMean: "TTFT mean"
    case .ttft99: "TTFT p99"
    case .tpot99: "TPOT p99"
    case .e2e99: "E2E p99"
    case .attainment: "SLO attainment (per request)"
    case .met: "SLO met (percentiles of the run)"
    case .answered: "requests answered"
    case .load: "largest figure over its limit"
    }
  }

  /// The name in JSON.
  public var key: String {
    switch self {
    case .ttftMean: "ttft_mean_seconds"
    case .ttft99: "ttft_p99_seconds"
    case .tpot99: "tpot_p99_seconds"
    case .e2e99: "e2e_p99_seconds"
    case .attainment: "attainment"
    case .met: "met"
    case .answered: "answered"
    case .load: "load"
    }
  }

  /// Whether it is a share, from 0 to 1, and not a time or a multiple of a limit.
  public var isShare: Bool { [.attainment, .met, .answered].contains(self) }

  /// Whether less is better.
  public var isLowBest: Bool { !isShare }
}
