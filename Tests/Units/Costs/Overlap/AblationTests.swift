import Costs
import Testing

/// NanoFlow (OSDI 2025), Figure 9, with nothing fitted to it.
@Suite struct AblationTests {
  @Test(arguments: Ablation.published)
  func `the ratio of nano-batches alone to no overlap is within 3 points of Figure 9`(
    workload: Ablation
  ) throws {
    let published = try Published()
    let ours =
      published.throughput(.inSequence(published.released), workload)
      / published.throughput(.sequential, workload)
    #expect(abs(ours - workload.nanoBatch / workload.nonOverlap) <= 0.03)
    #expect((0.85...0.95).contains(ours))
  }

  @Test(arguments: Ablation.published)
  func `the ratio of NanoFlow to no overlap is within 3 points of Figure 9`(
    workload: Ablation
  ) throws {
    let published = try Published()
    let plan = published.search.best(for: published.batch(workload))
    let ours =
      published.throughput(plan, workload) / published.throughput(.sequential, workload)
    #expect(abs(ours - workload.nanoFlow / workload.nonOverlap) <= 0.03)
    #expect((1.10...1.25).contains(ours))
  }

  @Test(arguments: Ablation.published)
  func `with the split and shares of Figure 6, the ratio is within 1 point of Figure 9`(
    workload: Ablation
  ) throws {
    let published = try Published()
    let plan = PipelinePlan.nanoFlow(
      NanoFlowPlan(
        first: 768, firstPart: 256, secondPart: 768,
        shares: NanoShares(attention: 0.4, network: 0.2)))
    let ours =
      published.throughput(plan, workload) / published.throughput(.sequential, workload)
    #expect(abs(ours - workload.nanoFlow / workload.nonOverlap) <= 0.01)
  }

  @Test(arguments: Ablation.published)
  func `NanoFlow's tokens a second and GPU are within 5 % of Figure 9`(
    workload: Ablation
  ) throws {
    let published = try Published()
    let plan = published.search.best(for: published.batch(workload))
    #expect(abs(published.throughput(plan, workload) / workload.nanoFlow - 1) <= 0.05)
  }

  @Test(arguments: Ablation.published)
  func `tokens a second and GPU without overlap are within 6 % of Figure 9`(
    workload: Ablation
  ) throws {
    let published = try Published()
    let ours = published.throughput(.sequential, workload)
    #expect(abs(ours / workload.nonOverlap - 1) <= 0.06)
  }

  @Test func `overlap gains least for prompts alone and most for long answers, as in Figure 9`()
    throws
  {
    let published = try Published()
    let gains = Ablation.published.map { workload in
      published.throughput(published.search.best(for: published.batch(workload)), workload)
        / published.throughput(.sequential, workload)
    }
    #expect(gains[0] == gains.min())
    #expect(gains[3] == gains.max())
  }

  @Test func `the released split is within 2 % of the best found for 512-1024`() throws {
    let published = try Published()
    let workload = Ablation.published[3]
    let best = published.search.best(for: published.batch(workload))
    let ratio =
      published.throughput(published.released, workload) / published.throughput(best, workload)
    #expect(ratio <= 1)
    #expect(ratio > 0.98)
  }

  @Test func `the curves that the paper prints gain less than those of the repository`() throws {
    let workload = Ablation.published[3]
    let printed = try Published(.nanoFlowPaper)
    let measured = try Published()
    let gain = printed.throughput(printed.released, workload)
    #expect(gain < measured.throughput(measured.released, workload))
    #expect(abs(gain / workload.nanoFlow - 1) <= 0.08)
  }

  @Test func `the share of attention does not matter where there is hardly any, as in 512-0`()
    throws
  {
    let published = try Published()
    let seconds = [0.2, 0.4, 0.6].map { share in
      published.search.seconds(
        .nanoFlow(
          NanoFlowPlan(
            first: 640, firstPart: 256, secondPart: 768, shares: NanoShares(attention: share))),
        DenseBatch(tokens: 2048, decodes: 0, context: 0, prefillAttention: .none))
    }
    #expect(seconds[0] == seconds[1] && seconds[1] == seconds[2])
  }
}
