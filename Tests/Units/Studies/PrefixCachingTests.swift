import Metrics
import Reporting
import Serving
import Studies
import Testing

@Suite struct `Prefix caching` {
  /// Twenty requests a second apart, whose prompts of 1,024 tokens all begin with the same 768.
  private static func trace() -> Trace {
    Trace(
      requests: (0..<20).map { row in
        Request(arrival: row * 1_000_000_000, promptTokens: 1024, outputTokens: 20)
      },
      columns: Columns(
        prefixHashes: PrefixHashes((0..<20).map { row in [1, 2, 3, UInt64(100 + row)] }),
        prefixBlockTokens: 256))
  }

  /// Each request but the first finds its shared 768 tokens, and nobody else's.
  @Test(arguments: ["vllm-0.11", "vllm-0.33"])
  func `spares a prompt what was computed before`(_ scheduler: String) throws {
    let replay = try deployment().service(scheduler).replay(Self.trace())
    #expect(replay.timeline.cachedTokens == 19 * 768)
    #expect(replay.timeline.occupancy.promptTokens == 20 * 1024 - 19 * 768)
    #expect(replay.run.metrics.batches.recomputedPromptTokens == 0)
    #expect(replay.run.metrics.prefixes?.hitRate == Double(19 * 768) / (20 * 1024))
    #expect(replay.run.metrics.prefixes?.requestHitRate == 19.0 / 20)
    let first = replay.timeline.records[0]
    let second = replay.timeline.records[1]
    #expect(second.firstToken - 1_000_000_000 < first.firstToken)
  }

  @Test(arguments: ["vllm-0.33:enable-prefix-caching=false", "sarathi"])
  func `is left out where it is turned off or does not exist`(_ scheduler: String) throws {
    let replay = try deployment().service(scheduler).replay(Self.trace())
    #expect(replay.timeline.cachedTokens == 0)
    #expect(replay.timeline.occupancy.promptTokens == 20 * 1024)
    #expect(replay.run.metrics.prefixes?.hitRate == 0)
  }

  /// 14,592 of 20,480 tokens are 71.25 %.
  @Test func `is told where prompts may share something, and nowhere else`() throws {
    let service = try deployment().service("vllm")
    let run = try service.replay(Self.trace()).run
    #expect(
      ReplayReport.text(run).contains(
        "prefix cache hits     14,592 prompt tokens, 71.3 % of all; in 95.0 % of admissions"))
    #expect(ComparisonTable.text([run]).contains("71.3 %"))
    #expect(
      run.values.contains { $0.column == "prefix_cache_hit_rate" && $0.value == .real(0.7125) })
    let entry = SweepReport.Entry(labels: ["vllm"], row: SweepRow(key: "", run))
    #expect(SweepReport.text([entry], labels: ["scheduler"]).contains("prefix cache"))
    let plain = try service.replay(Trace(requests: Self.trace().requests)).run
    #expect(
      plain.metrics.prefixes == nil && !plain.values.contains { $0.section == "prefix_cache" })
    #expect(!ComparisonTable.text([plain]).contains("prefix"))
    #expect(ReplayReport.text(plain).contains("prefix cache hits     0 prompt tokens\n"))
  }

  /// Of a prompt that is in the cache whole, the last block is computed: a token comes out of it.
  @Test func `computes the last block of a prompt that is known whole`() throws {
    let twice = Trace(
      requests: [0, 1_000_000_000].map {
        Request(arrival: $0, promptTokens: 512, outputTokens: 2)
      }, columns: Columns(prefixHashes: [[7, 8], [7, 8]], prefixBlockTokens: 256))
    let replay = try deployment().service("vllm-0.11").replay(twice)
    #expect(replay.timeline.cachedTokens == 512 - 16)
  }
}
