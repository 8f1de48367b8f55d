import Schedulers
import Support
import Testing

@testable import Serving

@Suite struct `Sequences that decode with drafts` {
  /// `requests` served by vLLM 0.33 with `rates`, in a memory of `blocks`.
  private func serve(
    _ requests: [Request], _ rates: [Double], method: DraftMethod = .eagle3, blocks: Int = 10_000,
    seed: UInt64 = 1, sequences: Int = 256, cost: any CostModel = LinearCost.flat,
    change: (inout EngineRules) -> Void = { _ in }
  ) throws -> Simulation {
    let setting = EngineSetting(maxModelLen: 4096, headSize: 128, isLargeGPU: true)
    var rules = try Schedulers.engine("vllm-0.33:async-scheduling=false", setting).rules
    rules.memory.blocks = blocks
    rules.limits.maxNumSeqs = sequences
    if !rates.isEmpty {
      rules.speculation = EngineRules.Speculation(
        method, numSpeculativeTokens: rates.count,
        acceptance: Acceptance(rates: rates, seed: seed))
    }
    change(&rules)
    let scheduler = try Schedulers.engine("vllm-0.33", setting).scheduler
    return Simulation(
      Trace(requests: requests), rules: rules, scheduler: scheduler, cost: cost,
      observing: .iterations)
  }

  private func alone(_ output: Int) -> [Request] {
    [Request(arrival: 0, promptTokens: 100, outputTokens: output)]
  }

  @Test(arguments: [1, 2, 4, 7], [1, 2, 9, 100, 101])
  func `take one iteration for all drafts and one where each is accepted`(
    _ drafts: Int, _ output: Int
  ) throws {
    var simulation = try serve(alone(output), Array(repeating: 1, count: drafts))
    let timeline = try simulation.run()
    // The prompt's iteration emits the first.
    #expect(timeline.iterations.count == 1 + (output - 1 + drafts) / (drafts + 1))
    #expect(timeline.records[0].emittedTokens == output)
  }

  /// A prompt of 100 and an answer of 11, of which each iteration emits 4 of those with three
  /// drafts: after 1, 5 and 9 tokens the engine cannot know whether the next iteration is the last.
  @Test func `are verified once more, for nothing, by an engine that plans ahead`() throws {
    func iterations(_ output: Int, ahead: Bool) throws -> [IterationRecord] {
      var simulation = try serve(alone(output), [1, 1, 1]) { $0.outputs.schedulesAhead = ahead }
      return try simulation.run().iterations
    }
    #expect(try iterations(11, ahead: false).map(\.drafts) == [0, 3, 3, 3])
    #expect(try iterations(11, ahead: true).map(\.drafts) == [0, 3, 3, 3, 3])
    // Two tokens are sure to be there after two iterations.
    #expect(try iterations(2, ahead: true).map(\.drafts) == [0, 3])
  }

  @Test func `are planned as without where none is accepted and none needs blocks`() throws {
    let requests = (0..<40).map {
      Request(arrival: $0 * 30_000_000, promptTokens: 50 + 7 * $0, outputTokens: 1 + 5 * $0)
    }
    var without = try serve(requests, [])
    var with = try serve(requests, [0, 0, 0], method: .ngram)
    let (a, b) = (try without.run(), try with.run())
    #expect(a.records == b.records)
    #expect(a.gaps.sorted().map(\.gap).max() == b.gaps.sorted().map(\.gap).max())
    #expect(a.iterations.map(\.decodes) == b.iterations.map(\.decodes))
    #expect(b.iterations.contains { $0.drafts == 3 * $0.decodes && $0.drafts > 0 })
  }

  @Test func `emit one token and the sum of the rates on average`() throws {
    let rates = [0.76, 0.56, 0.43]
    let requests = (0..<100).map { _ in
      Request(arrival: 0, promptTokens: 10, outputTokens: 2500)
    }
    var simulation = try serve(requests, rates, blocks: 1 << 20)
    let drafts = try simulation.run().drafts
    let rounds = Double(drafts.rounds)
    #expect(rounds > 60_000)
    let mean = Double(drafts.accepted) / rounds
    // The greatest variance of a number from 0 to 3 bounds the error.
    let error = 1.5 / rounds.squareRoot()
    #expect(abs(mean - rates.reduce(0, +)) < 3 * error)
    for (count, rate) in zip(drafts.acceptedByPosition, rates) {
      #expect(abs(Double(count) / rounds - rate) < 3 * 0.5 / rounds.squareRoot())
    }
    let counts = drafts.acceptedByPosition
    #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test(arguments: [false, true])
  func `have as much in the cache after each iteration as they emitted, and give all back`(
    _ isAhead: Bool
  ) throws {
    for seed in 0..<60 {
      let example = try RandomCase(planner: ReferenceDrafts(isAhead: isAhead), seed: seed).drafting
      var simulation = try example.simulation()
      while try simulation.step() {
        let replica = simulation.replicas[0]
        // Those that decode hold all of their tokens but the last.
        for id in replica.running.all where replica.isDecoding(id) {
          let sequence = replica.sequences[id]
          #expect(sequence.context == sequence.promptTokens + sequence.emitted - 1, "\(example)")
        }
      }
      let replica = simulation.replicas[0]
      #expect(replica.cache.freeBlocks == replica.cache.totalBlocks, "\(example)")
    }
  }

  @Test func `lose their caches more often in a tight memory`() throws {
    let requests = (0..<30).map { _ in
      Request(arrival: 0, promptTokens: 60, outputTokens: 200)
    }
    func preemptions(_ rates: [Double]) throws -> Int {
      var simulation = try serve(requests, rates, blocks: 120)
      return try simulation.run().records.reduce(0) { $0 + $1.preemptions }
    }
    let without = try preemptions([])
    #expect(without > 0)
    #expect(try preemptions([0, 0, 0, 0, 0]) > without)
  }

  @Test func `share the budget: 8192 tokens are 1024 sequences with seven drafts`() throws {
    let requests = (0..<1200).map { _ in
      Request(arrival: 0, promptTokens: 1, outputTokens: 40)
    }
    var simulation = try serve(
      requests, Array(repeating: 0.5, count: 7), blocks: 1 << 20, sequences: 2048)
    let timeline = try simulation.run()
    #expect(timeline.iterations.map { $0.decodes + $0.drafts + $0.chunkTokens }.max() == 8192)
    #expect(timeline.iterations.filter { $0.drafts == 7 * $0.decodes }.map(\.decodes).max() == 1024)
  }

  @Test func `meet the same luck whatever else is served`() throws {
    let one = Request(arrival: 0, promptTokens: 30, outputTokens: 300)
    func steps(_ others: Int, seed: UInt64) throws -> Int {
      let more = (0..<others).map { _ in
        Request(arrival: 50_000_000, promptTokens: 500, outputTokens: 20)
      }
      var simulation = try serve([one] + more, [0.7, 0.5, 0.2], seed: seed)
      let timeline = try simulation.run()
      // All iterations take as long.
      let span = timeline.records[0].finish - timeline.records[0].firstToken
      return span / 10_000_000
    }
    let alone = try (1...20).map { try steps(0, seed: $0) }
    #expect(try (1...20).map { try steps(12, seed: $0) } == alone)
    #expect(Set(alone).count > 1)
  }

  @Test func `draft as many as the iteration before was large`() throws {
    let requests = (0..<6).map {
      Request(arrival: 0, promptTokens: 20, outputTokens: 10 + 30 * $0)
    }
    var simulation = try serve(requests, [1, 1, 1]) { rules in
      rules.speculation!.byBatchSize = [
        .init(sequences: 1...2, drafts: 3), .init(sequences: 3...4, drafts: 1),
        .init(sequences: 5...100, drafts: 0),
      ]
    }
    let iterations = try simulation.run().iterations
    for (before, after) in zip(iterations, iterations.dropFirst()) {
      let sequences = before.decodes + before.chunks
      let each = sequences <= 2 ? 3 : sequences <= 4 ? 1 : 0
      #expect(after.drafts == each * after.decodes)
    }
    #expect(Set(iterations.map(\.drafts)).count > 3)
  }

  /// Verifying is for nothing up to 128 tokens an iteration. With four tokens where 2.5 come out,
  /// batches of more than 80 are slower: 4 x 80 take 2.5 times as long as 128.
  @Test(arguments: [(32, 2.5), (64, 1.25), (76, 1.05), (84, 0.95), (96, 0.83), (160, 0.625)])
  func `are faster until verifying takes as much longer as it emits more`(
    _ sequences: Int, _ gain: Double
  ) throws {
    let requests = (0..<sequences).map { _ in
      Request(arrival: 0, promptTokens: 1, outputTokens: 3000)
    }
    func seconds(_ rates: [Double]) throws -> Double {
      var simulation = try serve(
        requests, rates, method: .ngram, blocks: 1 << 20, cost: FlatThenLinear())
      // Requests that are done earlier make room at the end.
      return try simulation.run().records.reduce(0) { $0 + Double($1.finish - $1.firstToken) }
    }
    let found = try seconds([]) / seconds([1, 0.5, 0])
    #expect(abs(found / gain - 1) < 0.03, "\(found)")
  }

  /// Whisper large-v2 with a distilled model of a sixth of its time for five drafts, which takes
  /// over 80 % of the tokens, is twice as fast: (1 - 0.8^6) / 0.2 tokens in 1 + 5/6 of the time
  /// (Hugging Face on Distil-Whisper; `speculation.md`).
  @Test func `of a model of a sixth of the time make Whisper twice as fast`() throws {
    let rates = [0.8, 0.64, 0.512, 0.4096, 0.32768]
    func seconds(_ rates: [Double]) throws -> Double {
      var simulation = try serve(
        alone(3000), rates, method: .draftModel, cost: Assisted())
      let timeline = try simulation.run()
      return Double(timeline.records[0].finish - timeline.records[0].firstToken)
    }
    let found = try seconds([]) / seconds(rates)
    #expect(abs(found / ((1 - 0.262144) / 0.2 / (11 / 6)) - 1) < 0.05, "\(found)")
    #expect(abs(found / 2 - 1) < 0.12)
  }

  /// An iteration behind which each draft takes a sixth of its time.
  private struct Assisted: CostModel {
    func seconds(for batch: borrowing Batch) -> Double {
      0.03 * (1 + Double(batch.draftsToFollow) / 6)
    }
  }

  /// As long for any number of tokens up to 128, and in proportion to them beyond.
  private struct FlatThenLinear: CostModel {
    func seconds(for batch: borrowing Batch) -> Double {
      Double(max(128, batch.tokens)) / 12_800
    }
  }

  @Test func `need the rates of least variance for a mean length`() {
    #expect(
      Acceptance.rates(meanLength: 3.78, drafts: 7).map { ($0 * 100).rounded() } == [
        100, 100, 78, 0, 0, 0, 0,
      ])
    #expect(Acceptance.rates(meanLength: 1, drafts: 2) == [0, 0])
    #expect(Acceptance.rates(meanLength: 3, drafts: 2) == [1, 1])
  }
}
