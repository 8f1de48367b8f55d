import Formats
import Serving

/// Requests that are turns of one session, of which each begins with what was said before.
public struct SessionModel: Sendable {
  /// How prompts of one session become longer.
  public enum Growth: Sendable {
    /// A prompt is the one before, its output and the tokens that the law of prompts says.
    case accumulates
    /// Prompts have the lengths that the law says, the shortest first; the number is the
    /// correlation of the scores of one session.
    case ascends(Double)
  }

  /// Turns of a session.
  public var turns: any LengthLaw
  /// Seconds from one turn's arrival to the next's.
  public var gaps: any LengthLaw
  public var growth: Growth
  /// The probability that a turn shares nothing with those before but the prefixes, as after a
  /// compaction.
  public var resets: Double

  public init(
    turns: any LengthLaw, gaps: any LengthLaw, growth: Growth = .accumulates, resets: Double = 0
  ) {
    self.turns = turns
    self.gaps = gaps
    self.growth = growth
    self.resets = resets
  }

  /// Sessions of one turn.
  static let single = SessionModel(turns: FixedLength(tokens: 1), gaps: FixedLength(tokens: 0))
}

/// Makes the requests of one session after the other.
struct SessionTurns {
  private let synthesis: Synthesis
  private let model: SessionModel
  private var lengths: DrawnLengths
  private var gaps: RandomStream
  private var scores: RandomStream
  private var resets: RandomStream
  private var groups: RandomStream
  private let groupLaws: [any LengthLaw]
  private let turnScores: RandomStream

  private var rows: [Request] = []
  private var sessions: [String] = []
  private var names = BlockNames()
  private var hashes = PrefixHashes([])
  /// How many hashes there are.
  private var hashed = 0

  private let mostHashes: Int

  /// - Parameter mostHashes: hashes that the trace may have; as text, 170 MB.
  init(of synthesis: Synthesis, seed: UInt64, mostHashes: Int = 10_000_000) {
    self.synthesis = synthesis
    self.mostHashes = mostHashes
    model = synthesis.sessions ?? .single
    lengths = DrawnLengths(of: synthesis.lengths, seed: seed)
    gaps = RandomStream(seed: seed, named: "session gaps")
    scores = RandomStream(seed: seed, named: "session scores")
    resets = RandomStream(seed: seed, named: "context resets")
    groups = RandomStream(seed: seed, named: "prefix groups")
    turnScores = RandomStream(seed: seed, named: "session turns")
    groupLaws = synthesis.prefixes.map(\.law)
  }

  /// The turns of each session, of `count` requests together; the last may be cut short.
  private func turns(of count: Int) -> [Int] {
    var (left, turns, random) = (count, [Int](), turnScores)
    while left > 0 {
      turns.append(min(left, model.turns.tokens(atScore: random.normal())))
      left -= turns[turns.count - 1]
    }
    return turns
  }

  /// How many sessions `count` requests are.
  func sessions(of count: Int) -> Int { turns(of: count).count }

  /// Sessions to a request.
  func share(of count: Int) -> Double { Double(sessions(of: count)) / Double(count) }

  /// `count` requests, of sessions that begin at `starts`.
  mutating func trace(count: Int, starts: [Nanoseconds]) throws(InputError) -> Trace {
    for (session, (start, turns)) in zip(starts, turns(of: count)).enumerated() {
      try add(turns, of: session, at: start)
    }
    return Trace(
      requests: rows,
      columns: Columns(
        sessions: synthesis.sessions == nil ? nil : sessions, prefixHashes: hashes,
        prefixBlockTokens: synthesis.blockTokens))
  }

  private mutating func add(
    _ turns: Int, of session: Int, at start: Nanoseconds
  ) throws(InputError) {
    var content = PromptContent(synthesis.prefixes, groups: groupLaws, &groups)
    let added = synthesis.countsPrefixes ? 0 : content.prefixTokens
    var (arrival, context) = (start, added)
    for score in promptScores(turns, of: session) {
      let drawn = lengths.request(at: arrival, score: score)
      if resets.uniform() < model.resets { content.reset() }
      var prompt = drawn.promptTokens + added
      if case .accumulates = model.growth { prompt = context + drawn.promptTokens }
      guard prompt <= EngineRange.tokens.upperBound, EngineRange.time.contains(arrival) else {
        throw InputError(
          "synthesis", problem: "a session grows beyond what can be served",
          remedy: "fewer turns, shorter prompts, or shorter gaps")
      }
      hashed += prompt / synthesis.blockTokens
      guard hashed <= mostHashes else {
        throw InputError(
          "synthesis",
          problem: "a session grows beyond the \(mostHashes) blocks that may have a hash",
          remedy: "fewer requests, fewer turns, shorter prompts, or a larger --block-size")
      }
      rows.append(
        Request(arrival: arrival, promptTokens: prompt, outputTokens: drawn.outputTokens))
      sessions.append("s\(session)")
      hashes.append(
        Array(content.blocks(of: prompt, blockTokens: synthesis.blockTokens, &names)))
      context = prompt + drawn.outputTokens
      let gap = model.gaps.value(atScore: gaps.normal())
      arrival += Nanoseconds(seconds: min(max(0, gap), EngineRange.time.upperBound.seconds / 2))
    }
  }

  /// The scores of a session's prompts in order; nil for those that are drawn one by one.
  ///
  /// What the prompts of one session have in common runs evenly over all that there is, from one
  /// session to the next (Weyl's sequence of the golden ratio): a session has many requests, and
  /// few sessions drawn by chance would not stand for all.
  private mutating func promptScores(_ turns: Int, of session: Int) -> [Double?] {
    guard case .ascends(let correlation) = model.growth else {
      return Array(repeating: nil, count: turns)
    }
    let share = ((Double(session) + 0.5) * 0.6180339887498949).truncatingRemainder(dividingBy: 1)
    let common = correlation.squareRoot() * normalQuantile(share)
    let own = (1 - correlation).squareRoot()
    return (0..<turns).map { _ in common + own * scores.normal() }.sorted()
  }
}

/// What the prompts of a session are made of: shared prefixes, and what the session said.
struct PromptContent {
  /// Where each prefix ends, and what names it and those before it.
  private var prefixes: [(end: Int, name: UInt64)] = []
  /// The names of the full blocks so far.
  private var blocks: [UInt64] = []

  /// Tokens of all prefixes.
  private(set) var prefixTokens = 0

  init(
    _ prefixes: [SharedPrefix], groups laws: [any LengthLaw], _ groups: inout RandomStream
  ) {
    var name: UInt64 = 0
    for (prefix, law) in zip(prefixes, laws) {
      let group = law.tokens(atScore: prefix.groups == 1 ? 0 : groups.normal())
      name = name &* UInt64(prefix.groups + 1) &+ UInt64(group)
      prefixTokens += prefix.tokens
      self.prefixes.append((prefixTokens, name))
    }
  }

  /// Forgets what the session said.
  mutating func reset() { blocks = [] }

  /// The names of the full blocks of the first `tokens`; new ones are numbered by `names`.
  mutating func blocks(
    of tokens: Int, blockTokens: Int, _ names: inout BlockNames
  ) -> ArraySlice<UInt64> {
    let count = tokens / blockTokens
    while blocks.count < count {
      let end = (blocks.count + 1) * blockTokens
      let level = prefixes.firstIndex { end <= $0.end }
      blocks.append(
        level.map { names.shared(prefixes[$0].name, level: $0, blocks.count) } ?? names.new())
    }
    return blocks[..<count]
  }
}

/// Numbers blocks in the order in which they are first met.
struct BlockNames {
  private struct Place: Hashable {
    var prefix: UInt64
    var level: Int
    var block: Int
  }

  private var next: UInt64 = 0
  private var shared: [Place: UInt64] = [:]

  /// The number of a block that nothing else has.
  mutating func new() -> UInt64 {
    defer { next += 1 }
    return next
  }

  /// The number of the block at `block` of a prompt whose prefixes up to `level` are `prefix`.
  mutating func shared(_ prefix: UInt64, level: Int, _ block: Int) -> UInt64 {
    let place = Place(prefix: prefix, level: level, block: block)
    if let known = shared[place] { return known }
    let number = new()
    shared[place] = number
    return number
  }
}
