import Costs
import Serving
import Studies
import Testing

@Suite struct `A service that overlaps` {
  private func service(_ model: Model, _ scheduler: String) throws -> Service {
    var deployment = Deployment(model: model, gpu: try GPUs.named("a100-sxm-80gb"))
    deployment.tensorParallelSize = 8
    let request = Request(arrival: 0, promptTokens: 512, outputTokens: 1024)
    return try deployment.service(
      scheduler, for: Trace(requests: Array(repeating: request, count: 4)))
  }

  private func overlap(_ service: Service) -> String? {
    service.settings.first { $0.name == "overlap" }?.value
  }

  @Test func `is priced by the pipeline that is found for it, and says which`() throws {
    let service = try service(Models.named("llama-2-70b"), "nanoflow")
    let cost = try #require(service.cost as? OverlapCost)
    #expect(cost.table.tokens == 2048)
    #expect(overlap(service)?.hasPrefix("nano-batches of tokens 0-") == true)
    #expect(service.engine.rules.averageLengths.prompt == 512)
    #expect(service.engine.rules.averageLengths.answer == 1024)
  }

  @Test func `is the one that is called nanoflow, and no other`() throws {
    let service = try service(Models.named("llama-2-70b"), "sarathi")
    #expect(service.cost is PipelineCost)
    #expect(overlap(service) == nil)
  }

  @Test func `runs one operation after the other where no pipeline is known, and says so`() throws {
    var model = try Models.named("mixtral-8x7b")
    model.denseLayers = model.layers
    let service = try service(model, "nanoflow")
    #expect(service.cost is PipelineCost)
    #expect(overlap(service)?.hasPrefix("none: ") == true)
  }

  @Test func `does not offload where no pipeline is known`() throws {
    var model = try Models.named("mixtral-8x7b")
    model.denseLayers = model.layers
    #expect(throws: InputError.self) { try service(model, "nanoflow:enable-offload=true") }
  }

  @Test func `has iterations of nearly one length when it is full`() throws {
    var service = try service(Models.named("llama-2-70b"), "nanoflow")
    service.engine.rules.blocks = 90_000
    let backlog = Trace(
      requests: Array(
        repeating: Request(arrival: 0, promptTokens: 512, outputTokens: 512), count: 9000))
    let timeline = try service.replay(backlog, recordsIterations: true).timeline
    let busy = timeline.iterations.filter { $0.waiting > 0 }
    let times = busy[(busy.count / 3)...].map { ($0.end - $0.start).seconds }.sorted()
    let mean = times.reduce(0, +) / Double(times.count)
    #expect(times[times.count * 99 / 100] <= 1.1 * mean)
  }
}
