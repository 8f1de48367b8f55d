import Foundation
import Schedulers
import Support
import Testing

@testable import Serving

/// Pools that compute prompts and pools that decode, where it can be worked out what they do: the
/// checks of `reference/disaggregation.md`, section 7.
@Suite struct `Disaggregated prefill and decode` {
  private func rules(
    _ firstToken: Disaggregation.FirstToken, bandwidth: Double = 1e18, latency: Nanoseconds = 0,
    sharing: Link.Sharing = .replica
  ) -> Disaggregation {
    Disaggregation(
      links: [[Link(bandwidth: bandwidth, latency: latency, sharing: sharing)]],
      firstToken: firstToken)
  }

  /// With nothing to pay for the handover, a request alone has the times of an engine that does all
  /// of it; where the decoding side emits the first token, one step of a token later.
  @Test(arguments: [false, true], [1, 2, 40])
  func `cost nothing where the handover does`(_ isAhead: Bool, output: Int) throws {
    let request = Request(arrival: 5, promptTokens: 700, outputTokens: output)
    let trace = Trace(requests: [request])
    let one = try pool(.both, isAhead: isAhead)
    var whole = Simulation(trace, pools: [one])
    let expected = try whole.run().records[0]
    let pools = [try pool(.prefill, isAhead: isAhead), try pool(.decode, isAhead: isAhead)]
    var atPrefill = Simulation(trace, pools: pools, rules(.prefill))
    #expect(try atPrefill.run().records[0] == expected)
    var atDecode = Simulation(trace, pools: pools, rules(.decode))
    let record = try atDecode.run().records[0]
    let step = Batch(chunks: [Chunk(sequence: SequenceID(0), tokens: 1, context: 699)])
    let once = Nanoseconds(seconds: LinearCost().seconds(for: step))
    #expect(record.firstToken == expected.firstToken + once)
    #expect(record.finish == expected.finish + once)
    #expect(record.firstScheduled == expected.firstScheduled)
  }

  @Test func `have their first token later by the handover`() throws {
    let trace = Trace(requests: [Request(arrival: 0, promptTokens: 700, outputTokens: 3)])
    let pools = [try pool(.prefill), try pool(.decode)]
    var fast = Simulation(trace, pools: pools, rules(.decode))
    var slow = Simulation(
      trace, pools: pools, rules(.decode, bandwidth: 1e6, latency: 3_000_000))
    let (expected, record) = (try fast.run().records[0], try slow.run().records[0])
    // 700 tokens of 1000 bytes at a megabyte a second.
    #expect(record.firstToken == expected.firstToken + 703_000_000)
  }

  /// Prompts of 73.15 ms, one at a time: mean TTFT is D + R D^2 / (2 (1 - R D)).
  @Test(arguments: [(2.0, 79.4), (4, 88.3), (8, 124.7), (10, 172.8)])
  func `make prompts wait as M/D/1 does`(_ rate: Double, _ milliseconds: Double) throws {
    var random = SeededNumbers(state: 7)
    var now = 0.0
    let requests = (0..<60_000).map { _ in
      now -= log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &random)) / rate
      return Request(arrival: Int(seconds: now), promptTokens: 512, outputTokens: 1)
    }
    let prefill = try pool(.prefill, sequences: 1, cost: ConstantCost(duration: 0.07315))
    var simulation = Simulation(
      Trace(requests: requests), pools: [prefill, try pool(.decode)], rules(.prefill))
    let records = try simulation.run().records
    let times = zip(requests, records).map { ($1.firstToken - $0.arrival).seconds * 1e3 }
    let mean = times.reduce(0, +) / Double(times.count)
    #expect(abs(mean / milliseconds - 1) < 0.02, "\(mean)")
  }

  /// The slower side of x pools of prefill and y of decode sets the pace.
  @Test(arguments: [(1, 1), (2, 1), (1, 2), (3, 2), (1, 4)])
  func `serve what the slower side can`(_ prefills: Int, _ decodes: Int) throws {
    let (prompt, step) = (0.020, 0.010)
    let (output, together) = (41, 16)
    let requests = Array(
      repeating: Request(arrival: 0, promptTokens: 100, outputTokens: output), count: 3200)
    let pools = [
      try pool(
        .prefill, replicas: prefills, sequences: 1, cost: ConstantCost(duration: prompt)),
      try pool(
        .decode, replicas: decodes, sequences: together, cost: ConstantCost(duration: step)),
    ]
    var simulation = Simulation(Trace(requests: requests), pools: pools, rules(.prefill))
    let span = try simulation.run().end.seconds
    let ofPrefill = Double(prefills) / prompt
    let ofDecode = Double(decodes * together) / (Double(output - 1) * step)
    let rate = Double(requests.count) / span
    #expect(abs(rate / min(ofPrefill, ofDecode) - 1) < 0.02, "\(rate)")
  }

  /// Room for two prompts on the decoding side and for three on the other: what is not taken there
  /// stays here, prompts wait, and nobody is dropped.
  @Test func `wait on both sides where the decoding one is full`() throws {
    let requests = Array(
      repeating: Request(arrival: 0, promptTokens: 160, outputTokens: 16), count: 6)
    let pools = [
      try pool(.prefill, blocks: 30, sequences: 1), try pool(.decode, blocks: 22),
    ]
    var simulation = Simulation(
      Trace(requests: requests), pools: pools, rules(.decode), observing: .attribution)
    var most = (held: 0, loading: 0)
    var waitedForRoom = false
    while try simulation.step() {
      let (prefill, decode) = (simulation.replicas[0], simulation.replicas[1])
      most.held = max(most.held, prefill.cache.usedBlocks)
      most.loading = max(most.loading, decode.cache.usedBlocks)
      // Its prompts hold all there is, it computes nothing, and there is work.
      if prefill.cache.freeBlocks == 0 && prefill.batchEnd == Simulation.never
        && !prefill.waiting.isEmpty
      {
        waitedForRoom = true
      }
    }
    #expect(most.held == 30 && most.loading <= 22 && waitedForRoom)
    #expect(simulation.timeline.records.allSatisfy { $0.emittedTokens == 16 })
    #expect(simulation.timeline.transfers?.count == 6)
  }
}
