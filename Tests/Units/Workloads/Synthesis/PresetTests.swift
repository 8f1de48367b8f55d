import Serving
import Support
import Testing

@testable import Workloads

/// A preset and what is published of it: means, and percentiles of prompts and outputs; see
/// ../shared/reference/traces.md, sections 2 and "known from others".
private struct Published: Sendable {
  var name: String
  var prompt: [(String, Double)]
  var output: [(String, Double)]
}

private let published = [
  Published(
    name: "azure-conv", prompt: [("mean", 1154.7), ("50", 1020), ("90", 2734.5), ("99", 4142)],
    output: [("mean", 211.1), ("50", 129), ("90", 424), ("99", 601)]),
  Published(
    name: "chat", prompt: [("mean", 2340), ("50", 1730), ("90", 5696), ("99", 7434)],
    output: [("mean", 438.7), ("50", 415), ("90", 834), ("99", 998)]),
  Published(
    name: "arxiv", prompt: [("mean", 2588), ("50", 2730), ("90", 3702), ("99", 3933)],
    output: [("mean", 291), ("50", 167), ("90", 372), ("99", 3271)]),
  // The means: vidur's README; the medians: Splitwise, section III.
  Published(
    name: "azure-code", prompt: [("mean", 2048), ("50", 1500)],
    output: [("mean", 28), ("50", 13)]),
  // The answers: DeepSeek-R1 on AIME, the card of R1-0528.
  Published(
    name: "reasoning", prompt: [("mean", 92.2), ("50", 28), ("90", 302), ("99", 750)],
    output: [("mean", 12_000)]),
  Published(
    name: "agentic",
    prompt: [("mean", 110_831), ("50", 95_587), ("90", 153_666), ("99", 511_142)],
    output: [("mean", 450), ("50", 229), ("90", 939), ("99", 3508)]),
  Published(
    name: "toolagent", prompt: [("mean", 8596)],
    output: [("mean", 182), ("25", 13), ("50", 30), ("75", 356)]),
]

@Suite struct `A preset of synthesis` {
  private func synthesis(_ name: String) throws -> Synthesis {
    try #require(SynthesisPreset.all.first { $0.name == name }).synthesis
  }

  /// The largest standard errors of these figures are some 2 %, of the prompts of agents; blocks
  /// are as large as they may be, for lengths do not depend on them.
  @Test(arguments: published.map(\.name))
  func `has the published lengths within 3 %`(name: String) throws {
    let figures = try #require(published.first { $0.name == name })
    var synthesis = try synthesis(name)
    synthesis.blockTokens = EngineRange.blockTokens.upperBound
    let trace = try synthesis.trace(count: name == "agentic" ? 60_000 : 50_000, seed: 1)
    for (figures, values) in [
      (figures.prompt, trace.prompts.sorted()), (figures.output, trace.outputs.sorted()),
    ] {
      for (figure, expected) in figures {
        let value = Double(figure).map { percentile($0, of: values) } ?? mean(values)
        #expect(abs(value / expected - 1) < 0.03, "\(figure): \(value), not \(expected)")
      }
    }
  }

  /// 23,608 requests at 1,180 instants 3 s apart: sqrt(23,608 / 1,180 - 1) is 4.36.
  @Test func `of tools and agents has Mooncake's clock and reuse`() throws {
    let trace = try synthesis("toolagent").trace(count: 23_608, seed: 1)
    #expect(abs((trace.meanRate ?? 0) / 6.67 - 1) < 0.03)
    #expect(abs(variation(trace.gaps) / 4.36 - 1) < 0.03)
    #expect(abs(PrefixReuse(trace).hitRate / 0.59 - 1) < 0.03)
  }

  /// Each turn hits the full blocks of the one before; the first of a session, the prefix.
  @Test func `of agents reuses what sessions said`() throws {
    var synthesis = try synthesis("agentic")
    let block = synthesis.blockTokens
    synthesis.blockTokens = EngineRange.blockTokens.upperBound
    let trace = try synthesis.trace(count: 24_000, seed: 1)
    var last: [String: Int] = [:]
    var hits = 0
    for (request, session) in zip(trace.requests, try #require(trace.columns.sessions)) {
      hits += (last[session] ?? min(13_100, request.promptTokens)) / block * block
      last[session] = request.promptTokens
    }
    let share: Double = Double(hits) / trace.prompts.reduce(0, +)
    let turns: Double = 24_000 / Double(last.count)
    #expect(abs(share / 0.9616 - 1) < 0.03 && abs(turns / 61.3 - 1) < 0.1)
  }

  @Test func `is named in help with what it is like`() {
    let names = SynthesisPreset.all.map(\.name)
    #expect(Set(names).count == names.count)
    let help = SynthesisPlan.settings[0].help
    #expect(SynthesisPreset.all.allSatisfy { help.contains("\($0.name), \($0.summary)") })
  }
}
