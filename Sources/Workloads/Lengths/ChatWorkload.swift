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

  /// Requests that can be made at once.
  public static let counts = 1...10_000_000

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
    let range = Self.counts
    guard range.contains(count) else {
      throw InputError(
        "synthesis", problem: "\(count) requests make no trace",
        remedy: "from \(range.lowerBound) to \(range.upperBound) requests")
    }
    let slowdown = arrivals.rate / rate
    let seconds = arrivals.seconds(count: count, seed: seed)
    _ = try nanoseconds(seconds[count - 1] * arrivals.rate, atRate: rate)
    var lengths = Lengths(of: self, seed: seed)
    let requests = seconds.map { lengths.request(at: Nanoseconds(seconds: $0 * slowdown)) }
    let trace = Trace(requests: requests)
    return trace.meanRate == nil ? trace : try trace.stretched(toMeanRate: rate)
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

/// Draws the lengths of one request after the other.
private struct Lengths {
  private let workload: ChatWorkload
  private var promptScores: RandomStream
  private var outputScores: RandomStream
  private let independence: Double

  init(of workload: ChatWorkload, seed: UInt64) {
    self.workload = workload
    promptScores = RandomStream(seed: seed, named: "prompt lengths")
    outputScores = RandomStream(seed: seed, named: "output lengths")
    let correlation = workload.scoreCorrelation
    independence = (1 - correlation * correlation).squareRoot()
  }

  mutating func request(at arrival: Nanoseconds) -> Request {
    let prompt = promptScores.normal()
    let output = workload.scoreCorrelation * prompt + independence * outputScores.normal()
    return Request(
      arrival: arrival, promptTokens: workload.promptTokens.tokens(atScore: prompt),
      outputTokens: workload.outputTokens.tokens(atScore: output))
  }
}
