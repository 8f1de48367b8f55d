import Support
import Testing

@testable import Serving

/// When blocks are taken where prompts are decoded, and what is sent while they are computed: the
/// checks of `reference/disaggregation.md`, sections 2 and 7.
@Suite struct `Blocks taken before a prompt is computed` {
  private func rules(
    _ transfer: Disaggregation.Transfer, bandwidth: Double = 1e18, parts: Int = 1
  ) -> Disaggregation {
    Disaggregation(
      links: [[Link(bandwidth: bandwidth, parts: parts)]], firstToken: .decode,
      transfer: transfer)
  }

  /// Where nobody waits, it is all one when blocks are taken.
  @Test(arguments: [Disaggregation.Transfer.push, .reserve], [false, true])
  func `change nothing for a request alone`(
    _ transfer: Disaggregation.Transfer, isAhead: Bool
  ) throws {
    let trace = Trace(requests: [Request(arrival: 5, promptTokens: 700, outputTokens: 9)])
    let pools = [try pool(.prefill, isAhead: isAhead), try pool(.decode, isAhead: isAhead)]
    var pulled = Simulation(trace, pools: pools, rules(.pull, bandwidth: 1e8))
    var other = Simulation(trace, pools: pools, rules(transfer, bandwidth: 1e8))
    let (expected, timeline) = (try pulled.run(), try other.run())
    #expect(timeline.records == expected.records)
    #expect(timeline.transfers == expected.transfers)
  }

  /// Room for two prompts where they are decoded: pulled, a third is computed and waits; reserved,
  /// it is not computed before there is room, so that the other pool is idle with work to do.
  @Test func `keep prompts from being computed that have no room`() throws {
    let requests = Array(
      repeating: Request(arrival: 0, promptTokens: 160, outputTokens: 16), count: 6)
    let pools = [try pool(.prefill, blocks: 300, sequences: 1), try pool(.decode, blocks: 22)]
    func most(_ transfer: Disaggregation.Transfer) throws -> Int {
      var simulation = Simulation(
        Trace(requests: requests), pools: pools, rules(transfer), observing: .attribution)
      var most = 0
      var idles = false
      while try simulation.step() {
        let prefill = simulation.replicas[0]
        most = max(most, prefill.cache.usedBlocks)
        let waits = !simulation.replicas[1].waiting.isEmpty
        if waits && prefill.batchEnd == Simulation.never { idles = true }
      }
      #expect(simulation.timeline.records.allSatisfy { $0.emittedTokens == 16 })
      #expect(simulation.timeline.transfers?.count == 6)
      for (record, attribution) in zip(
        simulation.timeline.records, simulation.timeline.attributions)
      {
        #expect(attribution.total == record.finish)
      }
      #expect(idles || transfer == .pull)
      return most
    }
    // Ten blocks a prompt.
    #expect(try most(.reserve) <= 20)
    #expect(try most(.pull) >= 30)
    #expect(try most(.push) >= 30)
  }

  /// The second of two that have room one at a time: its prompt is computed meanwhile, or only when
  /// the first has left.
  @Test func `cost the prompt's time where there is no room`() throws {
    let requests = Array(
      repeating: Request(arrival: 0, promptTokens: 160, outputTokens: 10), count: 2)
    let pools = [
      try pool(.prefill, sequences: 1, cost: ConstantCost(duration: 0.03)),
      try pool(.decode, blocks: 12, cost: ConstantCost(duration: 0.01)),
    ]
    func first(_ transfer: Disaggregation.Transfer) throws -> Nanoseconds {
      var simulation = Simulation(Trace(requests: requests), pools: pools, rules(transfer))
      return try simulation.run().records[1].firstToken
    }
    let pulled = try first(.pull)
    #expect(try first(.push) == pulled)
    #expect(try first(.reserve) == pulled + 30_000_000)
  }

  /// A prompt of T = 80 ms whose cache takes X, in 8 layers: it is there after T + X / 8 where X is
  /// less than T, else after T / 8 + X; where it is not sent by layers, after T + X.
  @Test(arguments: [(0.040, 0.085), (0.080, 0.090), (0.160, 0.170)])
  func `let layers be sent as they are computed`(_ whole: Double, _ there: Double) throws {
    let trace = Trace(requests: [Request(arrival: 0, promptTokens: 700, outputTokens: 2)])
    let pools = [
      try pool(.prefill, cost: ConstantCost(duration: 0.08)),
      try pool(.decode, cost: ConstantCost(duration: 0.01)),
    ]
    func first(_ transfer: Disaggregation.Transfer, parts: Int) throws -> Double {
      var simulation = Simulation(
        trace, pools: pools, rules(transfer, bandwidth: 700_000 / whole, parts: parts))
      return try simulation.run().records[0].firstToken.seconds
    }
    for transfer in [Disaggregation.Transfer.push, .reserve] {
      #expect(abs(try first(transfer, parts: 8) - (there + 0.01)) < 3e-9)
      #expect(abs(try first(transfer, parts: 1) - (0.09 + whole)) < 3e-9)
    }
  }
}
