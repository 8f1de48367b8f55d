import Schedulers
import Support
import Testing

@testable import Control
@testable import Formats
@testable import Serving

@Suite struct `Routers that go by what replicas say` {
  /// 2,000 requests a second for two seconds on eight replicas, of which each does 500 at most.
  private static let trace = Trace(
    requests: (0..<4000).map {
      Request(arrival: $0 * 500_000, promptTokens: 64, outputTokens: 8)
    })

  /// The longest queue that any replica ever had.
  private func longestQueue(refresh: Nanoseconds) throws -> Int {
    let entry = try Routers.named("llm-d:queue=1,running-requests=1,kv-cache-utilization=0")
    let router = entry.router(
      RouterSetting(
        Self.trace, replicas: 8, cachedTokens: 1000,
        random: RandomStream(seed: 1, named: "router")))
    let engine = try Schedulers.engine(
      "vllm-0.11:max-num-seqs=4", EngineSetting(maxModelLen: 4096, headSize: 128, isLargeGPU: false)
    )
    var rules = engine.rules
    rules.memory.blocks = 1000
    var simulation = Simulation(
      Self.trace, rules: rules, scheduler: engine.scheduler,
      cost: ConstantCost(duration: 0.001), replicas: 8, router: router, routerRefresh: refresh,
      observing: .iterations)
    return try simulation.run().iterations.map(\.waiting).max() ?? 0
  }

  /// BLIS#1317: who asks seldom sends all to the replica that was idle when it asked last.
  @Test func `herd the more the seldomer they ask`() throws {
    let queues = try [0, 20_000_000, 100_000_000, 500_000_000].map(longestQueue)
    #expect(zip(queues, queues.dropFirst()).allSatisfy { $0 < $1 }, "\(queues)")
  }
}
