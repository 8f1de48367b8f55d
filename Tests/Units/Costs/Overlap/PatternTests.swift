import Testing

@testable import Costs

@Suite struct OverlapPatternTests {
  private func costs(_ attention: Double, _ transfer: Double, _ experts: Double)
    -> ExpertLayerCosts
  {
    ExpertLayerCosts(
      attention: StepCost(seconds: attention), dispatch: StepCost(seconds: transfer),
      experts: StepCost(seconds: experts), combine: StepCost(seconds: transfer))
  }

  @Test func `two batches hide an all-to-all that is shorter than what runs beside it`() {
    let pipeline = OverlapPipeline.twoBatches(
      (costs(3, 2, 3), costs(3, 2, 3)), share: 0.2)
    #expect(abs(LayerPeriod.seconds(of: pipeline.inSequence, .nanoFlow) - 20) < 1e-9)
    let seconds = LayerPeriod.seconds(of: pipeline, .nanoFlow)
    #expect(seconds > 12 && seconds < 18)
    #expect(LayerPeriod.seconds(of: pipeline, .proportional) > 20 - 1e-9)
  }

  @Test func `splitting a batch whose weights dominate costs more than it hides`() {
    // Half a batch takes as long as a whole one where weights are all that is read.
    let whole = 3.0 + 0.5 + 3 + 0.5
    let pipeline = OverlapPipeline.twoBatches(
      (costs(3, 0.25, 3), costs(3, 0.25, 3)), share: 0.1)
    #expect(LayerPeriod.seconds(of: pipeline, .nanoFlow) > whole)
  }

  @Test func `a shortcut hides the all-to-all of one batch beside its dense MLPs`() {
    let dense = [1.0, 3, 1].map { StepCost(seconds: $0) }
    let pipeline = OverlapPipeline.shortcut(costs(3, 1, 2), dense: dense, share: 0.1)
    let sequence = LayerPeriod.seconds(of: pipeline.inSequence, .nanoFlow)
    #expect(abs(sequence - 12) < 1e-9)
    let seconds = LayerPeriod.seconds(of: pipeline, .nanoFlow)
    #expect(seconds < sequence)
    #expect(seconds >= 10)
  }

  @Test func `a fused pair of attentions ends before one after the other, and not before either`() {
    let pair = OverlapPipeline.attentionPair(
      prefill: StepCost(seconds: 4, computeSeconds: 3, memorySeconds: 0.1),
      decode: StepCost(seconds: 4, computeSeconds: 0.2, memorySeconds: 3.5), share: 0.5)
    let seconds = LayerPeriod.seconds(of: pair, .nanoFlow)
    #expect(seconds < 8)
    #expect(seconds > 4)
    // At R = 0.5 the decodes end after 4 / 0.7 s, when half as long of the prompts is done.
    #expect(abs(seconds - (4 / 0.7 + 4 - 2 / 0.7)) < 1e-9)
  }
}
