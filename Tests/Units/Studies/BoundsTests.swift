import Costs
import Metrics
import Schedulers
import Serving
import Studies
import Testing

@Suite struct `What no schedule can pass` {
  /// A backlog of chat, which memory and batches are filled from.
  @Test(arguments: Schedulers.all.map(\.name))
  func `is not passed by any scheduler, and passes none of the roofline`(
    _ scheduler: String
  ) throws {
    let deployment = try deployment()
    let chat = try chat(800, rate: 1)
    let backlog = chat.arriving(at: Array(repeating: 0, count: chat.count))
    let service = try deployment.service(scheduler, for: backlog)
    let bounds = try #require(try deployment.bounds(of: backlog, on: service))
    let served = try service.replay(backlog).run.metrics.throughput.requestsPerSecond
    #expect(served < bounds.clairvoyant && bounds.clairvoyant < bounds.roofline)
    if ["vllm-0.33", "splitfuse"].contains(scheduler) {
      #expect(served > 0.7 * bounds.clairvoyant)
    }
  }

  @Test func `grows with the replicas, and is not there where no answer has two tokens`() throws {
    var deployment = try deployment()
    let trace = try chat(200, rate: 1)
    let one = try #require(try deployment.bounds(of: trace, on: deployment.service("vllm")))
    deployment.fleet.replicas = 3
    let three = try #require(try deployment.bounds(of: trace, on: deployment.service("vllm")))
    #expect(abs(three.roofline / one.roofline - 3) < 1e-9)
    #expect(abs(three.clairvoyant / one.clairvoyant - 3) < 1e-9)
    let short = Trace(requests: [Request(arrival: 0, promptTokens: 9, outputTokens: 1)])
    #expect(try deployment.bounds(of: short, on: deployment.service("vllm")) == nil)
  }

  /// 2 FLOPs a weight and token, 989.4 TFLOP/s: at 8 billion weights a million tokens take 16 s,
  /// and attention and the head beside it add to that.
  @Test func `is at the data sheet's rates where prompts are long and answers short`() throws {
    let deployment = try deployment()
    let trace = Trace(requests: [Request(arrival: 0, promptTokens: 4000, outputTokens: 2)])
    let bounds = try #require(try deployment.bounds(of: trace, on: deployment.service("vllm")))
    let plain = 989.4e12 / (2 * 7.0e9 * 4001)
    #expect(bounds.roofline < plain && bounds.roofline > 0.85 * plain)
  }

  /// A cached token is 2 x 8 x 128 x 32 numbers of two bytes; the decodes of 4,000 tokens read
  /// 4,000 x 4,000 / 2 of them from memory of 3.35 TB/s. Weights are shared by thousands.
  @Test func `is at the data sheet's rates where prompts are short and answers long`() throws {
    let deployment = try deployment()
    let trace = Trace(requests: [Request(arrival: 0, promptTokens: 1, outputTokens: 4000)])
    let bounds = try #require(try deployment.bounds(of: trace, on: deployment.service("vllm")))
    let plain = 3.35e12 / (8e6 * 2 * 8 * 128 * 32 * 2)
    #expect(bounds.roofline < plain && bounds.roofline > 0.9 * plain)
  }

  private func bounds(_ lengths: [(Int, Int)], _ scheduler: String) throws -> ThroughputBounds? {
    let deployment = try deployment()
    let trace = Trace(
      requests: lengths.map { Request(arrival: 0, promptTokens: $0.0, outputTokens: $0.1) })
    return try deployment.bounds(of: trace, on: deployment.service(scheduler, for: trace))
  }

  @Test(arguments: ["vllm", "nanoflow"])
  func `is of requests that can be served, whatever else a trace asks for`(
    scheduler: String
  ) throws {
    let huge = Int(Int32.max)
    #expect(try bounds([(huge, huge)], scheduler) == nil)
    let served = try #require(try bounds([(900, 100), (300, 20)], scheduler))
    #expect(try bounds([(900, 100), (huge, 5), (300, 20), (huge, huge)], scheduler) == served)
    // An answer comes as far as the model's 8,192 tokens let it.
    #expect(try bounds([(192, huge)], scheduler) == bounds([(192, 8000)], scheduler))
  }

  /// Answers of one token decode nothing: what they take is their prompts' time.
  @Test(arguments: ["vllm", "nanoflow"])
  func `is that of prompts where hardly an answer has a second token`(scheduler: String) throws {
    for lengths in [
      Array(repeating: (1, 1), count: 5000) + [(1, 2)],
      Array(repeating: (2000, 1), count: 3) + [(1500, 2)],
      [(5000, 3), (5000, 3), (5000, 4)],
    ] {
      let bounds = try #require(try bounds(lengths, scheduler))
      #expect(bounds.clairvoyant > 0 && bounds.clairvoyant < bounds.roofline)
    }
  }
}
