import Support
import Testing

@testable import Serving

@Suite struct `Tiers below the memory of the GPUs` {
  @Test func `agree with the obvious engine on every request, iteration and byte`() throws {
    var (preemptions, hits, waits) = (0, [0, 0, 0], 0)
    for seed in 0..<300 {
      let tiered = try TierCase(seed: seed)
      var reference = ReferenceTiers(tiered.trace, rules: tiered.rules, cost: tiered.example.cost)
      let isServed = reference.run(tiered.trace.requests)
      #expect(isServed, "seed \(seed): the reference engine stalls")
      var simulation = try tiered.simulation()
      let timeline = try simulation.run()
      let isSame =
        timeline.iterations == reference.iterations && timeline.records == reference.records
        && zip(timeline.tiers, reference.use).allSatisfy {
          $0.hitTokens == $1.hitTokens && $0.readBytes == $1.readBytes
            && $0.writtenBytes == $1.writtenBytes && $0.evictedBytes == $1.evictedBytes
            && $0.skippedBytes == $1.skippedBytes
        }
      #expect(isSame, "seed \(seed)")
      if !isSame { return }
      preemptions += timeline.records.reduce(0) { $0 + $1.preemptions }
      for (level, use) in timeline.tiers.enumerated() { hits[level] += use.hitTokens }
      waits += timeline.attributions.count { $0.tier > 0 }
    }
    #expect(preemptions > 100 && waits > 100 && hits.allSatisfy { $0 > 0 })
  }

  @Test func `lose nothing, keep no block and explain every nanosecond`() throws {
    for seed in 1000..<1060 {
      var tiered = try TierCase(seed: seed)
      for level in tiered.rules.memory.tiering!.tiers.indices {
        tiered.rules.memory.tiering!.tiers[level].isShared = seed % 3 != 0
      }
      var simulation = try tiered.simulation(replicas: 1 + seed % 4)
      let timeline = try simulation.run()
      for (row, request) in tiered.trace.requests.enumerated() {
        let record = timeline.records[row]
        #expect(record.isCompleted == tiered.rules.canServe(request), "seed \(seed)")
        guard record.isCompleted else { continue }
        #expect(record.emittedTokens == tiered.rules.emittedTokens(of: request))
        #expect(timeline.attributions[row].total == record.finish - request.arrival)
      }
      #expect(timeline.settled == tiered.trace.count)
      for replica in simulation.replicas {
        #expect(replica.cache.freeBlocks == replica.cache.totalBlocks, "seed \(seed)")
        #expect(!replica.hasWork && replica.connector!.underWay == 0)
        for store in replica.tiers!.stores {
          #expect(store.count <= store.room && store.peak <= store.room)
        }
      }
      for use in timeline.tiers { #expect(use.peakBytes <= use.bytes || use.bytes == 0) }
    }
  }

  @Test func `that hold nothing change nothing`() throws {
    for seed in 2000..<2030 {
      var tiered = try TierCase(seed: seed)
      tiered.rules.memory.tiering!.tiers = Array(tiered.rules.memory.tiering!.tiers.prefix(1))
      tiered.rules.memory.tiering!.tiers[0].bytes = 0
      tiered.rules.outputs.schedulesAhead = false
      var with = try tiered.simulation()
      tiered.rules.memory.tiering = nil
      var without = try tiered.simulation()
      let (timeline, plain) = (try with.run(), try without.run())
      #expect(timeline.records == plain.records && timeline.iterations == plain.iterations)
      #expect(timeline.attributions == plain.attributions)
    }
  }
}
