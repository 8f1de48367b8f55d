import Costs
import Metrics
import Serving
import Studies
import Testing

@Suite struct `How far off the cost model may be` {
  @Test func `is found for each part and direction within the precision`() {
    let found = Robustness.search(precision: 0.001, jobs: 2) { factors in
      factors.decode < 1.083 && factors.prefill > 0.95
    }
    #expect(found.breakEvens.map(\.part) == [.prefill, .decode])
    #expect(abs(found.breakEvens[0].factor - 0.95) <= 0.001)
    #expect(abs(found.breakEvens[1].factor - 1.083) <= 0.001)
    #expect(found.breakEvens[1].factor >= 1.083, "it falls there")
  }

  @Test func `is not found where the conclusion holds as far as is tried`() {
    let found = Robustness.search(jobs: 1) { _ in true }
    #expect(found.breakEvens.isEmpty && found.reach == 0.2)
  }

  @Test(arguments: ["ttft<100ms,tbt<30ms", "smoothed-tbt<20ms"])
  func `is the same on any number of threads, whatever requests are judged by`(
    _ limits: String
  ) throws {
    let trace = try chat(60, rate: 3)
    let objective = try ServiceLevelObjective(parsing: limits)
    let headToHead = HeadToHead(
      [trace], objective: objective, figure: .attainment,
      leader: try deployment().service("sarathi"),
      other: try deployment().service("vllm-0.6"))
    #expect(headToHead.robustness(jobs: 1) == headToHead.robustness(jobs: 4))
  }
}

@Suite struct `A scaled cost` {
  /// A millisecond of the host's, and so many seconds a decode and a token of a prompt.
  private struct Plain: CostModel {
    func seconds(for batch: borrowing Batch) -> Double {
      0.001 + 0.002 * Double(batch.decodes) + 0.0001 * Double(batch.chunkTokens)
    }
    func seconds(for batch: borrowing Batch, amid tokens: Int) -> Double {
      seconds(for: batch) + 0.0002 * Double(tokens)
    }
    func hostSeconds(for batch: borrowing Batch) -> Double { 0.001 }
  }

  @Test func `leaves the host's part as it is, and scales prompts and decodes by their own`() {
    let cost = ScaledCost(Plain(), ScaledCost.Factors(prefill: 1.5, decode: 0.5))
    let mixed = Batch(
      decodes: 3, decodeContext: 9, decodeContextSquares: 27, prompts: [(100, 0)])
    let expected = 0.001 + 0.5 * 0.006 + 1.5 * 0.01
    #expect(abs(cost.seconds(for: mixed) - expected) < 1e-12)
    let prompts = Batch(decodes: 0, decodeContext: 0, decodeContextSquares: 0, prompts: [(100, 0)])
    #expect(abs(cost.seconds(for: prompts) - 0.016) < 1e-12)
    #expect(cost.hostSeconds(for: mixed) == 0.001)
    // What ranks in lock step add is no decode's.
    #expect(abs(cost.seconds(for: mixed, amid: 500) - (expected + 1.5 * 0.1)) < 1e-12)
  }

  @Test func `with factors of one is the cost itself`() throws {
    let base = try deployment().cost()
    let cost = ScaledCost(base, ScaledCost.Factors())
    let mixed = Batch(
      decodes: 30, decodeContext: 9000, decodeContextSquares: 2_700_000, prompts: [(256, 512)])
    #expect(abs(cost.seconds(for: mixed) / base.seconds(for: mixed) - 1) < 1e-12)
  }
}
