import Formats
import Serving

/// Synthetic requests that are like those of a service: their lengths, how prompt and output go
/// together, and how evenly they arrive.
public struct ChatWorkload: Sendable, Equatable {
  public var promptTokens: LengthModel
  public var outputTokens: LengthModel
  /// The correlation of the ranks of a request's prompt and output, as scores of a Gaussian
  /// copula; between -1 and 1.
  public var scoreCorrelation: Double
  public var arrivals: ArrivalModel

  public init(
    promptTokens: LengthModel, outputTokens: LengthModel, scoreCorrelation: Double,
    arrivals: ArrivalModel
  ) {
    precondition(abs(scoreCorrelation) <= 1, "a correlation lies between -1 and 1")
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.scoreCorrelation = scoreCorrelation
    self.arrivals = arrivals
  }

  /// `count` requests at exactly `rate` requests a second between the first and the last.
  ///
  /// Slower or faster than the model's own rate, all times stretch alike. A longer workload of
  /// the same seed begins with the same lengths.
  public func trace(count: Int, rate: Double, seed: UInt64) throws(InputError) -> Trace {
    try synthesis(rate: rate).trace(count: count, seed: seed)
  }

  /// The workload as a synthesis, at `rate` requests a second.
  func synthesis(rate: Double) -> Synthesis {
    var synthesis = Synthesis(
      prompts: promptTokens, outputs: outputTokens, correlation: scoreCorrelation,
      arrivals: ArrivalProcess(name: "", law: arrivals.law), rate: rate)
    synthesis.ownRate = arrivals.rate
    return synthesis
  }
}

extension ChatWorkload {
  /// The first `count` requests, at about one a second, that have at most `mostTokens` with their
  /// outputs; longer ones are left out, and at most half may be longer.
  public func trace(
    count: Int, mostTokens: Int, seed: UInt64
  ) throws(InputError) -> Trace {
    let drawn = try trace(count: 2 * count, rate: 1, seed: seed)
    let fitting = drawn.requests.filter { $0.promptTokens + $0.outputTokens <= mostTokens }
    precondition(fitting.count >= count, "half of the requests are short enough")
    return Trace(requests: Array(fitting.prefix(count)))
  }
}
