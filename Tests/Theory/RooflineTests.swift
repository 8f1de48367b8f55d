import Costs
import Schedulers
import Serving
import Studies
import Testing

@Suite struct `Throughput` {
  /// A backlog of equal requests, served by a scheduler that fills its batches.
  @Test(arguments: Schedulers.all.map(\.name), ["llama-3-8b", "llama-2-13b"])
  func `approaches the roofline and never passes it`(_ scheduler: String, model: String) throws {
    var deployment = Deployment(
      model: try Models.named(model), gpu: try GPUs.named("h100-sxm"))
    deployment.times = .roofline
    let service = try deployment.service(scheduler)
    let (prompt, output, count) = (512, 256, 1500)
    let backlog = Trace(
      requests: Array(
        repeating: Request(arrival: 0, promptTokens: prompt, outputTokens: output), count: count))
    let replay = try service.replay(backlog)
    let rules = service.engine.rules
    let bound = RooflineBound(
      of: try Shard(of: deployment.model), on: deployment.gpu, promptTokens: Double(prompt),
      outputTokens: Double(output), tokens: rules.limits.maxNumBatchedTokens ?? count * prompt,
      sequences: rules.limits.maxBatchSequences,
      cacheTokens: rules.memory.blocks * rules.memory.blockSize)
    let most = service.engine.overlaps ? 1 / bound.overlappedSeconds : bound.requestsPerSecond
    let reached = replay.run.metrics.throughput.requestsPerSecond / most
    #expect(reached <= 1, "\(reached)")
    if ["vllm-0.11", "sarathi", "splitfuse"].contains(scheduler) {
      #expect(reached > 0.5, "\(reached)")
    }
  }
}
