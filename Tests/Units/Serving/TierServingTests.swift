import Schedulers
import Support
import Testing

@testable import Serving

/// An engine with a tier of endless room, on which a batch takes 10 ms and 0.1 ms a token.
private struct TieredServing {
  var requests: [Request] = []
  var hashes: [[UInt64]] = []
  var bandwidth = 1e9
  var bytesPerToken = 147_456.0
  var gpuTokens = 16_384
  var scheduler = "vllm-0.33:async-scheduling=false"
  var loads = Tiering.Loads.asynchronous
  var write = Tier.Write.through(requests: 1)

  /// Adds a request at `milliseconds` whose prompt begins as that of all with the same `kind`.
  mutating func add(at milliseconds: Int, _ kind: UInt64, _ tokens: Int, output: Int = 1) {
    requests.append(
      Request(arrival: milliseconds * 1_000_000, promptTokens: tokens, outputTokens: output))
    hashes.append((0..<tokens / 16).map { kind << 32 + UInt64($0) })
  }

  func run() throws -> Timeline {
    let setting = EngineSetting(maxModelLen: 100_000, headSize: 128, isLargeGPU: true)
    var engine = try Schedulers.engine(scheduler, setting)
    if scheduler.hasPrefix("sglang") { engine.rules.memory.blockSize = 16 }
    engine.rules.memory.blocks = gpuTokens / 16 + 1
    engine.rules.limits.maxNumBatchedTokens = 16_384
    let link = Link(bandwidth: bandwidth)
    var tiering = Tiering(
      [Tier("host", bytes: 1e15, reads: link, writes: Link(bandwidth: 1e12))],
      bytesPerToken: bytesPerToken)
    tiering.loads = loads
    tiering.tiers[0].write = write
    engine.rules.memory.tiering = tiering
    var cost = LinearCost.flat
    cost.token = 0.000_1
    let trace = Trace(
      requests: requests, columns: Columns(prefixHashes: PrefixHashes(hashes)))
    var simulation = Simulation(
      trace, rules: engine.rules, scheduler: engine.scheduler, cost: cost,
      observing: [.iterations, .attribution])
    return try simulation.run()
  }

  func ttft(_ timeline: Timeline, _ row: Int) -> Double {
    (timeline.records[row].firstToken - requests[row].arrival).seconds
  }
}

/// The worked examples of `tiers.md`, section 7, of engines.
@Suite struct `An engine with tiers` {
  /// Check 1: at 1.475 GB a second what is loaded ties with what is computed; at 50 it takes 24 ms.
  @Test(arguments: [1.474_56e9, 50e9])
  func `loads where that is quicker`(bandwidth: Double) throws {
    var serving = TieredServing(bandwidth: bandwidth)
    serving.add(at: 0, 1, 8192)
    serving.add(at: 10_000, 2, 16_384)
    serving.add(at: 20_000, 1, 8192 + 16)
    let timeline = try serving.run()
    let load = 147_456.0 * 8192 / bandwidth
    // The load, and a batch of the last 16 tokens.
    #expect(abs(serving.ttft(timeline, 2) - (load + 0.010 + 0.0016)) < 1e-6)
    #expect(timeline.tiers[0].hitTokens == 8192)
    #expect(abs(timeline.attributions[2].tier.seconds - load) < 1e-6)
  }

  /// Check 2: a load of any size delays no decode.
  @Test func `decodes at the same pace while another is loaded`() throws {
    var serving = TieredServing()
    serving.add(at: 0, 1, 8192)
    serving.add(at: 10_000, 2, 16_384)
    serving.add(at: 20_000, 3, 160, output: 300)
    var alone = serving
    serving.add(at: 20_500, 1, 8192 + 16)
    alone.requests.append(Request(arrival: 900_000_000_000, promptTokens: 16, outputTokens: 1))
    alone.hashes.append([9 << 32])
    let (with, without) = (try serving.run(), try alone.run())
    let start: Nanoseconds = 20_500_000_000
    let load = Nanoseconds(seconds: 147_456.0 * 8192 / 1e9)
    func ends(_ timeline: Timeline) -> [Nanoseconds] {
      timeline.iterations.map(\.end).filter { $0 > start && $0 < start + load }
    }
    #expect(ends(with) == ends(without) && ends(with).count > 100)
    // It is heard of with the step that ends next, and computed in the one after that.
    let step = 0.0101
    let waited = serving.ttft(with, 3) - load.seconds
    #expect(waited > step && waited < 3 * step + 0.0016)
  }

  /// Check 8: the second of two that begin alike waits for the first, and reads nothing again.
  @Test func `reads what two want once`() throws {
    var serving = TieredServing()
    serving.add(at: 0, 1, 8192)
    serving.add(at: 10_000, 2, 16_384)
    serving.add(at: 20_000, 1, 8192 + 16)
    serving.add(at: 20_001, 1, 8192 + 16)
    let timeline = try serving.run()
    #expect(timeline.tiers[0].readBytes == 147_456.0 * 8192)
    #expect(timeline.cachedTokens == 2 * 8192)
    let load = 147_456.0 * 8192 / 1e9
    for row in [2, 3] { #expect(abs(serving.ttft(timeline, row) - load) < 0.05) }
  }

  @Test func `keeps blocks that are being copied until they are`() throws {
    var serving = TieredServing(bytesPerToken: 1e9)
    serving.add(at: 0, 1, 8192)
    serving.add(at: 1, 2, 16_000)
    let timeline = try serving.run()
    // 1 GB a token at 10^12 bytes a second are 8.192 s, for which the second has no room.
    #expect(timeline.records[1].firstScheduled.seconds > 8.192)
  }

  /// SGLang's HiCache: each layer of the batch waits for its own part.
  @Test func `computes a layer when it is loaded with HiCache`() throws {
    var serving = TieredServing(scheduler: "sglang:disable-overlap-schedule=true")
    serving.loads = .byLayer(32)
    serving.add(at: 0, 1, 8192)
    serving.add(at: 10_000, 2, 16_000)
    serving.add(at: 20_000, 1, 8192 + 16)
    let timeline = try serving.run()
    let load = 147_456.0 * 8192 / 1e9
    #expect(abs(serving.ttft(timeline, 2) - (load + 0.0116 / 32)) < 1e-6)
    #expect(timeline.tiers[0].hitTokens == 8192)
    let attribution = timeline.attributions[2]
    #expect(attribution.total == timeline.records[2].finish - serving.requests[2].arrival)
    #expect(abs(attribution.tier.seconds - (load + 0.0116 / 32 - 0.0116)) < 1e-6)
  }

  @Test func `finds with HiCache what left the GPU, by every policy`() throws {
    for (loads, write) in [
      (Tiering.Loads.byLayer(4), Tier.Write.through(requests: 1)), (.blocking, .back),
    ] {
      var serving = TieredServing(scheduler: "sglang")
      serving.loads = loads
      serving.write = write
      for round in 0..<3 {
        for kind in 1...4 { serving.add(at: 4000 * (4 * round + kind), UInt64(kind), 8000) }
      }
      let timeline = try serving.run()
      #expect(timeline.tiers[0].hitTokens >= 4 * 2 * 7900, "\(write)")
      #expect(timeline.settled == 12)
      for (row, record) in timeline.records.enumerated() {
        #expect(
          timeline.attributions[row].total == record.finish - serving.requests[row].arrival)
      }
    }
  }
}
