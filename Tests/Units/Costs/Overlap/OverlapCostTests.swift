import Support
import Testing

@testable import Costs
@testable import Serving

@Suite struct OverlapCostTests {
  private let plan = PipelinePlan.nanoFlow(
    NanoFlowPlan(first: 768, firstPart: 384, secondPart: 768))

  @Test func `a batch costs what its plan takes, within 0.5 %`() throws {
    let published = try Published()
    let cost = OverlapCost(plan, tokens: 2048, search: published.search, longest: 4096)
    for batch in [
      batch(decodes: 1365, context: 1024, chunks: [(512, 0), (171, 170)]),
      batch(decodes: 700, context: 800, chunks: [(1348, 2000)]),
      batch(chunks: [(512, 0), (512, 0), (512, 0), (512, 0)]), batch(decodes: 2048, context: 600),
    ] {
      let direct =
        published.search.layerSeconds(
          plan,
          DenseBatch(
            tokens: 2048, decodes: batch.decodes,
            context: Double(batch.decodeContext) / Double(max(1, batch.decodes)),
            prefillAttention: batch.chunks.isEmpty
              ? .none : published.times.prefillAttention(batch.chunks)))
        + published.times.secondsOutsideLayers(tokens: 2048, rows: batch.sequences)
      #expect(abs(cost.seconds(for: batch) / direct - 1) <= 0.005)
    }
  }

  @Test func `a batch that is not full saves its attention alone`() throws {
    let published = try Published()
    let cost = OverlapCost(plan, tokens: 2048, search: published.search, longest: 4096)
    let full = cost.seconds(for: batch(decodes: 1024, context: 700, chunks: [(1024, 0)]))
    let part = cost.seconds(for: batch(decodes: 10, context: 700))
    #expect(part < full)
    #expect(part > 0.75 * full)
  }

  @Test func `a gathering that waits for decodes alone is not held up by prompts`() throws {
    // At 768 decodes the first nano-batch has no prompts, and its attention is done before theirs.
    let published = try Published()
    func seconds(_ decodes: Int) -> Double {
      published.search.layerSeconds(
        plan,
        DenseBatch(
          tokens: 2048, decodes: decodes, context: 1024,
          prefillAttention: StepCost(seconds: 0.3e-3)))
    }
    #expect(seconds(768) < 0.99 * seconds(767))
  }
}
