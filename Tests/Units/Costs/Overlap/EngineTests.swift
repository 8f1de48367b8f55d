import Testing

@testable import Costs

@Suite struct OverlapEngineTests {
  /// A product and an attention, which both need both of the layer before.
  private func pair(product: Double, attention: Double, share: Double) -> OverlapPipeline {
    let both: [NanoOperation.Input] = [
      .init(named: "product", layersAgo: 1), .init(named: "attention", layersAgo: 1),
    ]
    return OverlapPipeline([
      operation("product", .compute, seconds: product, after: both),
      operation("attention", .memory, seconds: attention, share: share, after: both),
    ])
  }

  @Test func `operations in one queue take the sum of their times`() throws {
    let published = try Published()
    for workload in Ablation.published {
      let pipeline = PipelinePlan.sequential.pipeline(
        for: published.batch(workload), times: published.times, kind: .dense)
      let seconds = LayerPeriod.seconds(of: pipeline, .nanoFlow)
      #expect(abs(seconds / pipeline.sequentialSeconds - 1) < 1e-12)
    }
  }

  @Test func `a pair runs at 1 - R and P(R) until one ends, and the rest alone`() {
    // R = 0.4: the attention needs 6 / 0.6 = 10 s, in which the product does 6 of its 10.
    let pipeline = pair(product: 10, attention: 6, share: 0.4)
    #expect(abs(LayerPeriod.seconds(of: pipeline, .nanoFlow) - 14) < 1e-9)
  }

  @Test(arguments: [0.1, 0.3, 0.5, 0.9])
  func `where P is R, overlapping gains nothing`(share: Double) throws {
    let pipeline = pair(product: 10, attention: 6, share: share)
    #expect(abs(LayerPeriod.seconds(of: pipeline, .proportional) - 16) < 1e-9 * 16)
    let published = try Published(.proportional)
    for workload in Ablation.published {
      let plan = PipelinePlan.nanoFlow(
        NanoFlowPlan(
          first: 768, firstPart: 256, secondPart: 768,
          shares: NanoShares(attention: min(share, 0.7), network: 0.2)))
      let nano = plan.pipeline(
        for: published.batch(workload), times: published.times, kind: .dense)
      let seconds = LayerPeriod.seconds(of: nano, .proportional)
      #expect(abs(seconds / nano.sequentialSeconds - 1) < 1e-9)
    }
  }

  @Test func `a pipeline is no faster than its longest queue, though nothing is in the way`()
    throws
  {
    let published = try Published(.free)
    for workload in Ablation.published {
      let pipeline = published.released.pipeline(
        for: published.batch(workload), times: published.times, kind: .dense)
      let seconds = LayerPeriod.seconds(of: pipeline, .free)
      for queue in Queue.allCases { #expect(seconds >= pipeline.seconds(in: queue)) }
      #expect(seconds < pipeline.sequentialSeconds)
    }
  }

  @Test func `a layer takes no less than what one nano-batch does after another in it`() throws {
    let published = try Published(.free)
    for workload in Ablation.published {
      let pipeline = published.released.pipeline(
        for: published.batch(workload), times: published.times, kind: .dense)
      let seconds = LayerPeriod.seconds(of: pipeline, .free)
      // Of the first nano-batch: its first part, and its last steps, up to the next layer's.
      let chain = pipeline.operations.filter { $0.nanoBatch == 0 && !$0.name.hasSuffix(" 2") }
        .filter { $0.step != .prefillAttention }
      #expect(chain.count >= 9)
      #expect(seconds >= chain.reduce(0) { $0 + $1.cost.seconds })
    }
  }

  @Test func `an operation waits for those of its inputs that share a token with it`() {
    func part(_ name: String, _ step: LayerStep, _ tokens: Range<Int>) -> NanoOperation {
      NanoOperation(
        name, step, nanoBatch: 0, tokens: tokens, cost: StepCost(seconds: 1), share: 0.5,
        after: step == .decodeAttention ? [.init(.queryKeyValue)] : [])
    }
    let pipeline = OverlapPipeline([
      part("KQV1", .queryKeyValue, 0..<128), part("KQV2", .queryKeyValue, 128..<256),
      part("GV", .decodeAttention, 0..<128), part("none", .decodeAttention, 256..<256),
    ])
    #expect(pipeline.operations.count == 3)
    #expect(pipeline.dependencies[2].map(\.operation) == [0])
  }

  @Test func `operations that would move more bytes than memory allows are slowed down`() {
    let pipeline = OverlapPipeline([
      operation("product", .compute, seconds: 10, memory: 8),
      operation("attention", .memory, seconds: 10, share: 0.5, memory: 10),
    ])
    // Alone they would need 18 s of memory between them.
    #expect(LayerPeriod.seconds(of: pipeline, .free) >= 18 - 1e-9)
  }

  @Test func `a faster curve never slows a pair, and a pipeline by a percent at most`() throws {
    let slow = Interference.nanoFlow
    let published = try Published()
    for raised in [0.1, 0.2, 0.3, 0.4, 0.5] {
      let fast = InterferenceCurve(
        stride(from: 1, to: 10, by: 1).map { tenth in
          let share = Double(tenth) / 10
          let bonus = share >= raised ? 0.05 : 0
          return (share, min(1, slow.memory.speed(share) + bonus))
        })
      let quicker = Interference(memory: fast, network: slow.network)
      for share in [0.1, 0.3, 0.5, 0.7] {
        let pair = pair(product: 10, attention: 6, share: share)
        #expect(
          LayerPeriod.seconds(of: pair, quicker) <= LayerPeriod.seconds(of: pair, slow) + 1e-9)
      }
      for workload in Ablation.published {
        let pipeline = published.released.pipeline(
          for: published.batch(workload), times: published.times, kind: .dense)
        let ratio =
          LayerPeriod.seconds(of: pipeline, quicker) / LayerPeriod.seconds(of: pipeline, slow)
        #expect(ratio <= 1.01)
      }
    }
  }

  @Test func `the spans of a period fill it, and hold each operation's work once`() throws {
    let published = try Published()
    let pipeline = published.released.pipeline(
      for: published.batch(Ablation.published[3]), times: published.times, kind: .dense)
    let period = LayerPeriod(of: pipeline, .nanoFlow)
    var time = 0.0
    var work = [Double](repeating: 0, count: pipeline.operations.count)
    for span in period.spans {
      #expect(abs(span.start - time) < 1e-12)
      time = span.end
      for run in span.running { work[run.operation] += run.rate * (span.end - span.start) }
    }
    #expect(abs(time / period.seconds - 1) < 1e-9)
    for (index, operation) in pipeline.operations.enumerated() {
      #expect(abs(work[index] - operation.cost.seconds) < 1e-9 * period.seconds)
    }
  }
}
