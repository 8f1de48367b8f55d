import Metrics
import Schedulers
import Serving
import Testing

@testable import Formats
@testable import Studies

/// An iteration of a fixed size, however little of it is used.
private struct SizeCost: CostModel {
  var tokens: Int
  func seconds(for batch: borrowing Batch) -> Double { 0.02 + 80e-6 * Double(tokens) }
}

@Suite struct `The size of iterations` {
  private func service() throws -> Service {
    func sized(_ tokens: Int) throws -> Service {
      var engine = try Schedulers.engine(
        "nanoflow:global-batch-size=\(tokens)",
        EngineSetting(maxModelLen: 4096, headSize: 128, isLargeGPU: false))
      engine.rules.memory.blocks = 90_000
      return Service(
        engine: engine, cost: SizeCost(tokens: tokens),
        settings: [Run.Setting("max_num_batched_tokens", "\(tokens)")])
    }
    var service = try sized(2048)
    service.sizes = try [768, 1024, 2048].map(sized)
    return service
  }

  private func run(_ count: Int, every gap: Nanoseconds) throws -> Run {
    let trace = Trace(
      requests: (0..<count).map {
        Request(arrival: Nanoseconds($0) * gap, promptTokens: 512, outputTokens: 64)
      })
    return try service().replay(trace).run
  }

  @Test func `takes longer in every size where all is scaled`() throws {
    let trace = Trace(requests: [Request(arrival: 0, promptTokens: 512, outputTokens: 64)])
    let plain = try service().replay(trace).timeline.end
    let slow = try service().scaled(by: .init(prefill: 2, decode: 2)).replay(trace).timeline.end
    #expect(slow == 2 * plain)
  }

  @Test func `is the one under which the load has the least latency, and is told`() throws {
    let slow = try run(60, every: 1_000_000_000)
    #expect(slow.settings.map(\.value) == ["768", "auto: 768 of 768, 1024, 2048"])
    // All at once: what counts is how many tokens a second are served.
    let backlog = try run(2000, every: 0)
    #expect(backlog.settings.map(\.value) == ["2048", "auto: 2048 of 768, 1024, 2048"])
    // More than the smallest serves, 9,434 tokens a second, and less than the next, 10,039.
    let between = try run(2000, every: 59_000_000)
    #expect(between.settings[0].value == "1024")
  }

  @Test func `is one of those released where it is auto, and else as given`() throws {
    let setting = EngineSetting(maxModelLen: 4096, headSize: 128, isLargeGPU: false)
    func engine(_ value: String) throws -> Engine {
      try Schedulers.engine("nanoflow:global-batch-size=\(value)", setting)
    }
    #expect(try engine("auto").tokenBudgets == [768, 1024, 2048])
    #expect(try engine("512").tokenBudgets.isEmpty)
    #expect(throws: InputError.self) { try engine("best") }
  }
}
