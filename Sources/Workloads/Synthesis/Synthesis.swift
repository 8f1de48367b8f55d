import Formats
import Serving

/// Requests that are made from laws: how long they are and how lengths go together, when they come,
/// what their prompts share, and which of them are turns of one session.
public struct Synthesis: Sendable {
  /// Where lengths come from.
  public enum Lengths: Sendable {
    /// Two laws, and the correlation of their scores.
    case laws(prompt: any LengthLaw, output: any LengthLaw, correlation: Double)
    /// The pairs of prompt and output of a trace, each as often as there.
    case pairs([Request])
  }

  /// Requests that can be made at once.
  public static let counts = 1...10_000_000

  /// How long requests are, and when they come.
  public var lengths: Lengths
  public var arrivals: ArrivalProcess
  /// Requests a second, on average.
  public var rate: Double
  /// The rate at which the times of `arrivals` hold; at another all of them stretch alike, until
  /// it is met exactly. Nil where they hold at any rate.
  public var ownRate: Double?
  /// What prompts begin with, the outermost first; none for prompts of their own.
  public var prefixes: [SharedPrefix] = []
  /// Whether prefixes are a part of the prompts that the lengths say, and not added to them.
  public var countsPrefixes = false
  /// Nil where each request stands alone.
  public var sessions: SessionModel?
  /// Tokens in a block of the hashes, which there are where prompts share anything.
  public var blockTokens = 16

  /// Requests with lengths of two laws, whose scores have the correlation `correlation`.
  public init(
    prompts: any LengthLaw, outputs: any LengthLaw, correlation: Double = 0,
    arrivals: ArrivalProcess, rate: Double
  ) {
    precondition(abs(correlation) <= 1, "a correlation lies between -1 and 1")
    lengths = .laws(prompt: prompts, output: outputs, correlation: correlation)
    self.arrivals = arrivals
    self.rate = rate
  }

  /// `count` requests; a longer trace of the same seed begins with the same lengths.
  public func trace(count: Int, seed: UInt64) throws(InputError) -> Trace {
    guard Self.counts.contains(count) else {
      throw InputError(
        "synthesis", problem: "\(count) requests make no trace",
        remedy: "from \(Self.counts.lowerBound) to \(Self.counts.upperBound) requests")
    }
    guard sessions != nil || !prefixes.isEmpty else {
      let times = try times(count: count, rate: rate, seed: seed)
      var drawn = DrawnLengths(of: lengths, seed: seed)
      return try settled(Trace(requests: times.map { drawn.request(at: $0) }))
    }
    var turns = SessionTurns(of: self, seed: seed)
    let starts = try times(
      count: turns.sessions(of: count), rate: rate * turns.share(of: count), seed: seed)
    return try settled(turns.trace(count: count, starts: starts))
  }

  /// When `count` requests, or sessions, come.
  private func times(
    count: Int, rate: Double, seed: UInt64
  ) throws(InputError) -> [Nanoseconds] {
    guard let ownRate else { return try arrivals.times(count: count, rate: rate, seed: seed) }
    _ = try nanoseconds(0, atRate: rate)
    let slowdown = ownRate / rate
    let seconds = arrivals.seconds(count: count, rate: ownRate, seed: seed)
    _ = try nanoseconds((seconds.last ?? 0) * ownRate, atRate: rate)
    return seconds.map { Nanoseconds(seconds: $0 * slowdown) }
  }

  private func settled(_ trace: Trace) throws(InputError) -> Trace {
    guard ownRate != nil, sessions == nil, trace.meanRate != nil else { return trace }
    return try trace.stretched(toMeanRate: rate)
  }
}

/// Draws the lengths of one request after the other.
struct DrawnLengths {
  private let lengths: Synthesis.Lengths
  private var promptScores: RandomStream
  private var outputScores: RandomStream
  private var rows: RandomStream
  private var independence = 1.0

  init(of lengths: Synthesis.Lengths, seed: UInt64) {
    self.lengths = lengths
    promptScores = RandomStream(seed: seed, named: "prompt lengths")
    outputScores = RandomStream(seed: seed, named: "output lengths")
    rows = RandomStream(seed: seed, named: "rows of lengths")
    if case .laws(_, _, let correlation) = lengths {
      independence = (1 - correlation * correlation).squareRoot()
    }
  }

  /// The next request.
  ///
  /// - Parameter score: the score of its prompt; drawn where nil.
  mutating func request(at arrival: Nanoseconds, score: Double? = nil) -> Request {
    switch lengths {
    case .laws(let promptLaw, let outputLaw, let correlation):
      let prompt = score ?? promptScores.normal()
      let output = correlation * prompt + independence * outputScores.normal()
      return Request(
        arrival: arrival, promptTokens: promptLaw.tokens(atScore: prompt),
        outputTokens: outputLaw.tokens(atScore: output))
    case .pairs(let requests):
      let drawn = requests[rows.integer(below: requests.count)]
      return Request(
        arrival: arrival, promptTokens: drawn.promptTokens, outputTokens: drawn.outputTokens)
    }
  }
}
