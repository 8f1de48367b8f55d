import Foundation
import Schedulers
import Support
import Testing

@testable import Serving

/// A random workload on a random fleet of pools.
private struct FleetCase {
  let example: RandomCase
  var pools: [Pool] = []
  var disaggregation: Disaggregation?

  init(seed: Int, disaggregated: Bool = true) throws {
    let isAhead = seed % 2 == 0
    example = try RandomCase(planner: ReferenceTransfers(isAhead: isAhead), seed: seed)
    var random = SeededNumbers(state: UInt64(seed) &* 101 &+ 7)
    func pool(_ role: Pool.Role, seed: Int) throws -> Pool {
      let other = try RandomCase(planner: ReferenceTransfers(isAhead: isAhead), seed: seed)
      return Pool(
        role, rules: other.rules, scheduler: try other.scheduler(), cost: other.cost,
        replicas: 1 + seed % 3,
        cacheBytes: CacheBytes(perToken: 1000, windows: [.init(tokens: 50, bytesPerToken: 10)]))
    }
    let roles: [Pool.Role] =
      disaggregated
      ? [.decode, .prefill] + [.prefill, .decode].prefix(seed % 3) : [.both, .both]
    for (place, role) in roles.enumerated() {
      pools.append(try pool(role, seed: seed + 1000 * place))
    }
    guard disaggregated else { return }
    let sharing = Link.Sharing.allCases[seed % 3]
    let link = Link(
      bandwidth: [1e6, 3e7, 1e12].randomElement(using: &random)!,
      latency: [0, 400_000].randomElement(using: &random)!, sharing: sharing)
    let decoders = pools.count { $0.role == .decode }
    disaggregation = Disaggregation(
      links: Array(
        repeating: Array(repeating: link, count: decoders), count: pools.count - decoders),
      firstToken: seed % 4 < 2 ? .decode : .prefill,
      transfer: Disaggregation.Transfer.allCases[seed / 4 % 3])
    if seed % 7 == 0 {
      disaggregation!.local = LocalPrefill(mostTokens: 5 * (seed % 11), queue: 1 + seed % 5)
    }
    if seed / 4 % 3 > 0 && seed % 5 == 0 {
      for row in disaggregation!.links.indices {
        for place in disaggregation!.links[row].indices {
          disaggregation!.links[row][place].parts = 8
        }
      }
    }
  }

  /// Serves all; nil where pools that hold blocks for each other come to a standstill, which is
  /// told and happens to those alone of which both take requests at once.
  func run(_ simulation: inout Simulation) throws -> Timeline? {
    do {
      return try simulation.run()
    } catch {
      if disaggregation?.transfer == .push, case .stall(let stall) = error,
        stall.reason == .waitsForPools
      {
        return nil
      }
      throw error
    }
  }

  func simulation() -> Simulation {
    Simulation(
      example.trace, pools: pools, disaggregation, observing: [.attribution, .iterations])
  }
}

/// Set `SERVESIM_FLEET_CASES` to look at more cases than a quick run does.
@Suite struct `Pools of replicas` {
  private static let count =
    Int(ProcessInfo.processInfo.environment["SERVESIM_FLEET_CASES"] ?? "") ?? 400

  @Test func `lose nothing, serve nothing twice and keep no block`() throws {
    var (handedOver, served, local) = (0, 0, 0)
    var preemptions = 0
    for seed in 0..<Self.count {
      let fleet = try FleetCase(seed: seed)
      var simulation = fleet.simulation()
      guard let timeline = try fleet.run(&simulation) else { continue }
      served += 1
      let pooled = PooledReplicas(fleet.pools, fleet.disaggregation, requests: 0)
      let first = fleet.disaggregation!.firstToken
      var transfers = (count: 0, tokens: 0)
      for (row, request) in fleet.example.trace.requests.enumerated() {
        let record = timeline.records[row]
        #expect(record.isCompleted == pooled.canServe(request), "seed \(seed), row \(row)")
        guard record.isCompleted else { continue }
        let decoder = pooled.pools[pooled.entrancePools].rules
        #expect(record.emittedTokens <= request.outputTokens)
        if pooled.pools.count == 2 {
          #expect(record.emittedTokens == decoder.emittedTokens(of: request))
        }
        #expect(timeline.attributions[row].total == record.finish - request.arrival)
        preemptions += record.preemptions
        let isLocal = !timeline.spans.contains {
          $0.request.index == row && $0.replica < pooled.entrances
        }
        #expect(!isLocal || fleet.disaggregation!.local != nil)
        local += isLocal ? 1 : 0
        if isLocal { continue }
        if first == .decode || decoder.emittedTokens(of: request) > 1 {
          transfers.count += 1
          transfers.tokens += request.promptTokens
        }
      }
      #expect(timeline.settled == fleet.example.trace.count)
      // A prompt that lost its cache with its last token in flight is computed where it decodes.
      #expect(timeline.transfers!.count <= transfers.count)
      if fleet.example.rules.outputs.schedulesAhead == false {
        #expect(timeline.transfers!.count == transfers.count, "seed \(seed)")
        #expect(timeline.transfers!.tokens == transfers.tokens, "seed \(seed)")
      }
      handedOver += timeline.transfers!.count
      for replica in simulation.replicas {
        #expect(replica.cache.freeBlocks == replica.cache.totalBlocks, "seed \(seed)")
        #expect(!replica.hasWork && replica.connector!.underWay == 0)
      }
      #expect(timeline.iterations.allSatisfy { $0.usedBlocks >= 0 })
      #expect(timeline.pools.reduce(0) { $0 + $1.iterations } == timeline.iterations.count)
    }
    #expect(handedOver > 1000 && preemptions > 100 && served * 20 > Self.count * 19 && local > 100)
  }

  @Test func `move no cache before its prompt is computed, nor decode before it is there`() throws {
    for seed in 400..<480 {
      let fleet = try FleetCase(seed: seed)
      var simulation = fleet.simulation()
      guard let timeline = try fleet.run(&simulation) else { continue }
      let pooled = PooledReplicas(fleet.pools, fleet.disaggregation, requests: 0)
      for row in fleet.example.trace.requests.indices {
        let spans = timeline.spans.filter { $0.request.index == row }
        guard let moved = spans.firstIndex(where: { $0.phase == .transferring }) else { continue }
        #expect(spans[..<moved].contains { $0.phase == .prefilling })
        for (place, span) in spans.enumerated() {
          let isDecoder = span.replica >= pooled.entrances
          if span.phase == .transferring { #expect(isDecoder) }
          if !isDecoder { #expect(place < moved && span.end <= spans[moved].start) }
          if span.phase == .decoding && isDecoder { #expect(span.start >= spans[moved].end) }
          if place > 0 { #expect(span.start == spans[place - 1].end) }
        }
      }
    }
  }

  @Test func `that are one are what a cluster of replicas is, to the nanosecond`() throws {
    for seed in 500..<560 {
      let example = try RandomCase(
        planner: ReferenceTransfers(isAhead: seed % 2 == 0), seed: seed)
      let pool = Pool(
        rules: example.rules, scheduler: try example.scheduler(), cost: example.cost,
        replicas: 1 + seed % 3)
      var one = Simulation(example.trace, pools: [pool], observing: .iterations)
      var plain = try example.simulation(replicas: 1 + seed % 3)
      let (timeline, expected) = (try one.run(), try plain.run())
      #expect(timeline == expected, "seed \(seed)")
    }
  }

  @Test func `that are alike are one`() throws {
    for seed in 600..<640 {
      let example = try RandomCase(
        planner: ReferenceTransfers(isAhead: seed % 2 == 0), seed: seed)
      let pool = Pool(
        rules: example.rules, scheduler: try example.scheduler(), cost: example.cost, replicas: 2)
      var two = Simulation(example.trace, pools: [pool, pool], observing: .iterations)
      var one = try example.simulation(replicas: 4)
      let (timeline, expected) = (try two.run(), try one.run())
      #expect(timeline.records == expected.records && timeline.gaps == expected.gaps)
      #expect(timeline.iterations == expected.iterations)
      #expect(timeline.occupancy == expected.occupancy)
    }
  }

  @Test func `of different engines serve each its own`() throws {
    for seed in 700..<740 {
      let fleet = try FleetCase(seed: seed, disaggregated: false)
      var simulation = fleet.simulation()
      let timeline = try simulation.run()
      for (row, request) in fleet.example.trace.requests.enumerated() {
        let pool = Int(timeline.servedBy[row]) < fleet.pools[0].replicas ? 0 : 1
        #expect(
          timeline.records[row].isCompleted == fleet.pools[pool].rules.canServe(request))
      }
    }
  }
}
