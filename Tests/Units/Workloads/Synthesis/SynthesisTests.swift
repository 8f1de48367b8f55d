import Serving
import Support
import Testing

@testable import Formats
@testable import Workloads

private func law(_ text: String) throws -> any LengthLaw {
  try NamedLengthLaw(GivenValue(source: "--prompt-tokens", text: text)).law
}

/// `count` lengths of the law `text`.
private func lengths(_ text: String, count: Int = 100_000) throws -> [Double] {
  let law = try law(text)
  var random = RandomStream(seed: 4, named: "test")
  return (0..<count).map { _ in Double(law.tokens(atScore: random.normal())) }
}

@Suite struct `A law of lengths` {
  private static let means: [(String, Double, ClosedRange<Double>)] = [
    ("512", 512, 512...512), ("fixed:7", 7, 7...7), ("uniform:min=10,max=19", 14.5, 10...19),
    ("normal:mean=1000,deviation=50,min=900,max=1100", 1000, 900...1100),
    ("lognormal:median=100,mean=164.872,max=100000", 164.872, 1...100_000),
    ("zipf:theta=0,min=5,max=9", 7, 5...9),
    // Of 1, 1/2 and 1/3 in proportion: (1 + 1 + 1) / (11 / 6).
    ("zipf:theta=1,min=1,max=3", 18.0 / 11, 1...3),
  ]

  /// Standard errors of these means are some 0.3 %.
  @Test(arguments: means)
  func `has its mean and its ends`(
    text: String, average: Double, ends: ClosedRange<Double>
  ) throws {
    let drawn = try lengths(text)
    #expect(abs(mean(drawn) / average - 1) < 0.02)
    #expect(ends.contains(drawn.min() ?? 0) && ends.contains(drawn.max() ?? 0))
  }

  @Test func `draws the lengths of a trace as often as they are there`() throws {
    let law = EmpiricalLength([5, 5, 5, 9])
    var random = RandomStream(seed: 4, named: "test")
    let drawn = (0..<100_000).map { _ in law.tokens(atScore: random.normal()) }
    #expect(Set(drawn) == [5, 9])
    #expect(abs(Double(drawn.count { $0 == 9 }) / 100_000 - 0.25) < 0.006)
  }

  @Test(arguments: [
    ("pareto:alpha=1", "no law of lengths"), ("uniform:min=5", "needs max"),
    ("uniform:min=5,max=4", "too small"), ("lognormal:median=5", "needs mean or sigma"),
    ("lognormal:median=5,mean=4", "needs mean or sigma"), ("-3", "no law of lengths"),
    ("3.x", "not a number"), ("zipf:max=99999999999", "too large"), ("fixed:5,max=3", "no option"),
  ])
  func `is refused where it is none`(text: String, words: String) {
    #expect {
      try law(text)
    } throws: { error in
      (error as? InputError)?.problem.contains(words) == true
    }
  }
}

@Suite struct `A synthesis` {
  private func plan(_ given: [String: String]) throws -> SynthesisPlan {
    try SynthesisPlan { name in given[name].map { GivenValue(source: "--\(name)", text: $0) } }
  }

  private func trace(_ given: [String: String]) throws -> Trace {
    let plan = try plan(given)
    return try plan.synthesis().trace(count: plan.requests, seed: UInt64(plan.seed))
  }

  @Test func `is Azure's conversation service unless something else is asked for`() throws {
    let made = try trace(["requests": "300", "request-rate": "2", "seed": "5"])
    #expect(made == (try ChatWorkload.azureConversation.trace(count: 300, rate: 2, seed: 5)))
    #expect(try trace(["requests": "300", "seed": "6"]) != made)
  }

  @Test func `has the lengths and arrivals of its laws, which may go together`() throws {
    let made = try trace([
      "prompt-tokens": "uniform:min=100,max=300", "output-tokens": "uniform:min=1,max=9",
      "correlation": "0.9", "arrivals": "constant", "request-rate": "4", "requests": "20000",
    ])
    #expect(made.requests[3].arrival == 1_000_000_000 && made.columns == Columns())
    #expect((made.prompts.min(), made.prompts.max()) == (100, 300))
    // Uniform numbers of a Gaussian copula correlate by 6 / pi asin(0.45) = 0.891.
    #expect(abs(correlation(made.prompts, made.outputs) - 0.89) < 0.02)
  }

  @Test func `draws prompt and output of a trace together, or each by itself`() throws {
    var plan = try plan(["requests": "5000"])
    plan.pairs = (1...9).map { Request(arrival: 0, promptTokens: $0, outputTokens: 10 * $0) }
    let joint = try plan.synthesis().trace(count: 5000, seed: 1)
    #expect(joint.requests.allSatisfy { $0.outputTokens == 10 * $0.promptTokens })
    plan = try self.plan(["requests": "5000", "correlation": "0"])
    plan.pairs = joint.requests
    let apart = try plan.synthesis().trace(count: 5000, seed: 1)
    #expect(abs(correlation(apart.prompts, apart.outputs)) < 0.06)
    #expect(Set(apart.outputs) == Set(joint.outputs))
  }

  /// Ten groups with 40 tokens of their own behind 20 of all: blocks of 16 hold 1 and 2 of them.
  @Test func `shares prefixes, of which only whole blocks are one`() throws {
    let made = try trace([
      "prefix": "tokens=20+tokens=40,groups=10", "prompt-tokens": "30", "requests": "2000",
    ])
    #expect(made.requests.allSatisfy { $0.promptTokens == 90 })
    let hashes = try #require(made.columns.prefixHashes)
    #expect(hashes.allSatisfy { $0.count == 5 } && made.columns.prefixBlockTokens == 16)
    let byPlace = (0..<5).map { place in Set(hashes.map { Array($0)[place] }).count }
    #expect(byPlace == [1, 10, 10, 2000, 2000])
    let reuse = PrefixReuse(made)
    #expect(reuse.hitTokens == 16 * (1999 + 2 * 1990) && made.columns.sessions == nil)
    // The first of two groups by Zipf's law has two thirds.
    let skewed = try trace([
      "prefix": "tokens=16,groups=2,theta=1", "prompt-tokens": "1", "requests": "9000",
    ])
    let first = try #require(skewed.columns.prefixHashes).count { $0.first == 0 }
    #expect(abs(abs(Double(first) / 9000 - 0.5) - 1.0 / 6) < 0.02)
  }

  /// Each turn's prompt is the one before with its output and 10 tokens more.
  @Test func `of sessions goes on from what was said`() throws {
    let made = try trace([
      "turns": "4", "turn-gap": "5", "prompt-tokens": "10", "output-tokens": "20",
      "prefix": "tokens=32", "requests": "402", "arrivals": "constant", "request-rate": "8",
    ])
    let names = try #require(made.columns.sessions)
    #expect(Set(names).count == 101 && made.count == 402)
    let first = made.requests.indices.filter { names[$0] == "s0" }
    #expect(first.map { made.requests[$0].promptTokens } == [42, 72, 102, 132])
    #expect(
      first.map { made.requests[$0].arrival - made.requests[first[0]].arrival }
        == [0, 5, 10, 15].map { $0 * 1_000_000_000 })
    let hashes = try #require(made.columns.prefixHashes)
    for (row, next) in zip(first, first.dropFirst()) {
      #expect(hashes[next].starts(with: hashes[row]))
    }
    #expect(hashes[first[3]].count == 8)
    // 101 sessions in 402 requests, 8 of which come a second.
    #expect(made.requests[0].arrival == Nanoseconds(seconds: 402.0 / 101 / 8))
  }

  /// With resets at every turn, what sessions share is the prefix.
  @Test func `of sessions that begin anew shares no more than prefixes`() throws {
    let made = try trace([
      "turns": "5", "resets": "1", "prefix": "tokens=64", "prompt-tokens": "100",
      "requests": "100",
    ])
    #expect(PrefixReuse(made).hitTokens == 99 * 64)
  }

  @Test(arguments: [
    (["turn-gap": "5"], "no sessions"), (["resets": "0.5"], "no sessions"),
    (["arrivals": "trace"], "no trace"), (["burstiness": "1", "arrivals": "poisson"], "already"),
    (["requests": "0"], "too small"), (["prefix": "groups=3"], "needs tokens"),
    (["correlation": "2"], "too large"), (["preset": "nobody"], "no \"nobody\""),
    (["turns": "100", "prompt-tokens": "fixed:2000000000", "requests": "100"], "grows beyond"),
  ])
  func `is refused where it cannot be`(given: [String: String], words: String) {
    #expect {
      try trace(given)
    } throws: { error in
      let error = error as? InputError
      return error?.problem.contains(words) == true && error?.remedy.isEmpty == false
    }
  }

  /// Turn n of a session has 2 n - 1 tokens, each a block: n squared hashes for n turns.
  @Test(arguments: [(900, true), (899, false)])
  func `of sessions that grow too long is refused before memory is short`(
    _ limit: Int, _ isMade: Bool
  ) throws {
    var synthesis = Synthesis(
      prompts: FixedLength(tokens: 1), outputs: FixedLength(tokens: 1), arrivals: .poisson, rate: 1)
    synthesis.sessions = SessionModel(
      turns: FixedLength(tokens: 30), gaps: FixedLength(tokens: 1))
    synthesis.blockTokens = 1
    var turns = SessionTurns(of: synthesis, seed: 1, mostHashes: limit)
    if isMade {
      #expect(try turns.trace(count: 30, starts: [0]).count == 30)
    } else {
      #expect(throws: InputError.self) { try turns.trace(count: 30, starts: [0]) }
    }
  }
}
