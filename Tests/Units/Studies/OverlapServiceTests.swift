import Costs
import Serving
import Studies
import Testing

@testable import Formats

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
    #expect(service.engine.rules.memory.averageLengths.prompt == 512)
    #expect(service.engine.rules.memory.averageLengths.answer == 1024)
  }

  @Test func `is the one that is called nanoflow, and no other`() throws {
    let service = try service(Models.named("llama-2-70b"), "sarathi")
    #expect(service.cost is PipelineCost)
    #expect(overlap(service) == nil)
  }

  @Test func `runs one operation after the other where no pipeline is known, and says so`() throws {
    var model = try Models.named("mixtral-8x7b")
    model.blocks[0].channels.append(.dense(Dense(width: 14336)))
    let service = try service(model, "nanoflow")
    #expect(service.cost is PipelineCost)
    #expect(overlap(service)?.hasPrefix("none: ") == true)
  }

  @Test func `does not offload where no pipeline is known`() throws {
    var model = try Models.named("mixtral-8x7b")
    model.blocks[0].channels.append(.dense(Dense(width: 14336)))
    #expect(throws: InputError.self) { try service(model, "nanoflow:enable-offload=true") }
  }

  @Test func `has iterations of nearly one length when it is full`() throws {
    var service = try service(Models.named("llama-2-70b"), "nanoflow")
    service.engine.rules.memory.blocks = 90_000
    let backlog = Trace(
      requests: Array(
        repeating: Request(arrival: 0, promptTokens: 512, outputTokens: 512), count: 9000))
    let timeline = try service.replay(backlog, observing: .iterations).timeline
    let busy = timeline.iterations.filter { $0.waiting > 0 }
    let times = busy[(busy.count / 3)...].map { ($0.end - $0.start).seconds }.sorted()
    let mean = times.reduce(0, +) / Double(times.count)
    #expect(times[times.count * 99 / 100] <= 1.1 * mean)
  }

  /// Whoever is refused, or cut at the model's length, does not count with what was asked for.
  @Test func `average lengths are those that are served`() throws {
    let huge = Int(Int32.max)
    let lengths = [(100, 100), (huge, 100), (300, huge), (huge, huge)]
    let trace = Trace(
      requests: lengths.map { Request(arrival: 0, promptTokens: $0.0, outputTokens: $0.1) })
    let rules = try deployment().service("nanoflow", for: trace).engine.rules
    #expect(rules.memory.averageLengths.prompt == 200)
    #expect(rules.memory.averageLengths.answer == (100 + 8192 - 300) / 2)
  }

  @Test(arguments: [
    "nanoflow:average-prefill-length=1048576,average-decode-length=1048576",
    "nanoflow:average-prefill-length=8192,average-decode-length=1",
  ])
  func `average requests longer than any are refused`(scheduler: String) throws {
    let error = #expect(throws: InputError.self) {
      try deployment().service(scheduler, for: try chat(10, rate: 1))
    }
    #expect(error?.problem.contains("8192 tokens") == true)
    #expect(error?.remedy.contains("average-prefill-length") == true)
  }

  @Test func `batches larger than plans are searched for are refused`() throws {
    #expect(throws: InputError.self) {
      try deployment().service("nanoflow:global-batch-size=2147483647", for: chat(10, rate: 1))
    }
  }
}
