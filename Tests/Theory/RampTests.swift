import Schedulers
import Support
import Testing

@testable import Control
@testable import Serving

/// Orders a second replica at once.
private struct Second: Scaler {
  let period: Nanoseconds = 1_000_000_000

  mutating func replicas(for view: FleetView) -> Int { 2 }
}

@Suite struct `A replica that takes time to start` {
  /// 150 requests a second for `seconds`, of which a replica answers 100, one after the other.
  private func served(seconds: Int, startUp: Nanoseconds) throws -> (Trace, Timeline) {
    let engine = try Schedulers.engine(
      "vllm-0.11:max-num-seqs=1", EngineSetting(maxModelLen: 4096, headSize: 128, isLargeGPU: false)
    )
    var rules = engine.rules
    rules.memory.blocks = 1000
    let trace = Trace(
      requests: (0..<150 * seconds).map {
        Request(arrival: $0 * 1_000_000_000 / 150, promptTokens: 16, outputTokens: 1)
      })
    var simulation = Simulation(
      trace, rules: rules, scheduler: engine.scheduler, cost: ConstantCost(duration: 0.01),
      replicas: 2, router: LeastRequests(replicas: 2))
    simulation.keep(
      Upkeep(scaling: Scaling(Second(), in: 1...2, from: 1, startUp: startUp)))
    return (trace, try simulation.run())
  }

  /// Fluid: until 1 + 24 s the backlog grows by 50 a second, to 1,250, which are 12.5 s of work.
  @Test func `leaves a backlog as long as the start by what is missing`() throws {
    let (trace, timeline) = try served(seconds: 30, startUp: 24_000_000_000)
    let waits = zip(trace.requests, timeline.records).map { $1.firstToken - $0.arrival }
    let longest = try #require(waits.max()).seconds
    #expect(abs(longest - 12.5) < 0.05, "\(longest)")
  }

  /// The order is at 1 s, whenever the replica is ready.
  @Test(arguments: [0, 5_000_000_000, 24_000_000_000])
  func `is paid for from its order`(startUp: Nanoseconds) throws {
    let (_, timeline) = try served(seconds: 10, startUp: startUp)
    let counts = try #require(timeline.upkeep)
    let end = TotalNanoseconds(timeline.end)
    #expect(counts.ordered == end + end - 1_000_000_000)
    #expect(counts.orders == 1 && counts.most == 2)
  }
}
