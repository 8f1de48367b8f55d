import Schedulers
import Support
import Testing

@testable import Formats
@testable import Serving

/// A millisecond for each token of all ranks that are in step, and ten for each prompt of its own.
private struct SharedCost: CostModel {
  func seconds(for batch: borrowing Batch) -> Double { seconds(for: batch, amid: batch.tokens) }

  func seconds(for batch: borrowing Batch, amid tokens: Int) -> Double {
    0.001 * Double(tokens) + 0.010 * Double(batch.chunks.count)
  }
}

/// Sends all requests to the first of several replicas.
private struct ToTheFirst: Router {
  mutating func route(_ request: RoutedRequest) -> Int { 0 }
}

/// Sends each request to the replica of its place in a list.
private struct Listed: Router {
  let list: [Int]
  mutating func route(_ request: RoutedRequest) -> Int { list[request.id.index % list.count] }
}

/// Schedulers that plan when a batch has ended, and such that plan ahead.
private let policies: [ReferencePolicy] = [
  .requestLevel, .orca, .vllm06, .vllm011, .vllm033, .sarathi, .simpleChunking, .splitfuse, .sglang,
  .trtLLM,
]

@Suite struct `Ranks in lock step` {
  private func simulation(
    _ example: RandomCase, _ trace: Trace? = nil, ranks: Int, groups: Int = 1,
    router: (any Router)? = nil, cost: (any CostModel)? = nil
  ) throws -> Simulation {
    var rules = example.rules.withAverageLengths(of: example.trace.requests)
    rules.memory.sharesPrefixes = false
    return Simulation(
      trace ?? example.trace, rules: rules, scheduler: try example.scheduler(),
      cost: cost ?? example.cost, replicas: ranks * groups, ranks: ranks, router: router,
      clientTimeout: example.timeout, observing: .iterations)
  }

  @Test(arguments: policies)
  func `serve what goes to one of them as it would alone, to the nanosecond`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in 8000..<8010 {
      let plain = try RandomCase(policy, seed: seed)
      for example in [plain, plain.impatient] {
        var alone = try simulation(example, ranks: 1)
        var first = try simulation(example, ranks: 3, router: ToTheFirst())
        let expected = try alone.run()
        let timeline = try first.run()
        #expect(timeline.records == expected.records, "\(example)")
        #expect(timeline.iterations == expected.iterations, "\(example)")
        #expect(timeline.dummyBatches == 2 * expected.iterations.count, "\(example)")
      }
    }
  }

  /// Copies of every request, dealt in turn, are the same day on each rank.
  @Test(arguments: policies)
  func `have the latencies of one at as many times the load`(_ policy: ReferencePolicy) throws {
    for seed in 8100..<8106 {
      let example = try RandomCase(policy, seed: seed)
      let copies = Trace(
        requests: example.trace.requests.flatMap { Array(repeating: $0, count: 4) })
      var one = try simulation(example, ranks: 1)
      var many = try simulation(example, copies, ranks: 4)
      let expected = try one.run().records.flatMap { Array(repeating: $0, count: 4) }
      let timeline = try many.run()
      #expect(timeline.records == expected && timeline.dummyBatches == 0, "\(example)")
    }
  }

  @Test(arguments: policies)
  func `end together, none before its slowest, and never without one that computes`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in 8200..<8212 {
      let example = try RandomCase(policy, seed: seed)
      let ranks = 2 + seed % 3
      let places = (0..<7).map { $0 * $0 * seed % (2 * ranks) }
      var together = try simulation(
        example, ranks: ranks, groups: 2, router: Listed(list: places), cost: SharedCost())
      let timeline = try together.run()
      var dummies = 0
      for group in 0..<2 {
        let own = timeline.iterations.filter { $0.replica / ranks == group }
        let steps = Dictionary(grouping: own, by: \.start).sorted { $0.key < $1.key }
        var end = 0
        for (start, members) in steps {
          #expect(start >= end, "\(example): one step after the other")
          end = members[0].end
          #expect(members.allSatisfy { $0.end == end }, "\(example)")
          #expect(Set(members.map(\.replica)).count == members.count, "\(example)")
          let idle = ranks - members.count
          dummies += idle
          let tokens = members.reduce(idle) { $0 + $1.decodes + $1.chunkTokens }
          let slowest = members.map(\.chunks).max() ?? 0
          let seconds = 0.001 * Double(tokens) + 0.010 * Double(slowest)
          #expect(end - start == Nanoseconds(seconds: seconds), "\(example)")
        }
      }
      #expect(timeline.dummyBatches == dummies, "\(example)")
    }
  }

  @Test(arguments: [ReferencePolicy.vllm011, .vllm033, .sarathi, .trtLLM])
  func `compute each token of each request once where none is preempted`(
    _ policy: ReferencePolicy
  ) throws {
    var compared = 0
    for seed in 8300..<8324 {
      let example = try RandomCase(policy, seed: seed)
      var together = try simulation(example, ranks: 4, cost: SharedCost())
      let timeline = try together.run()
      #expect(together.replicas.allSatisfy { !$0.hasWork && $0.batchEnd == Simulation.never })
      let served = zip(example.trace.requests, timeline.records).filter(\.1.isCompleted)
      for (request, record) in served {
        #expect(record.emittedTokens == example.rules.emittedTokens(of: request), "\(example)")
      }
      if served.contains(where: { $0.1.preemptions > 0 }) { continue }
      compared += 1
      let asked = served.reduce(0) { $0 + $1.0.promptTokens + $1.1.emittedTokens - 1 }
      let computed = timeline.iterations.reduce(0) { $0 + $1.decodes + $1.chunkTokens }
      #expect(computed == asked, "\(example)")
    }
    #expect(compared > 4)
  }
}
