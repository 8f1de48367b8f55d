import Formats
import Serving
import Testing

@testable import Costs

@Suite struct `A parallel map` {
  /// Megatron's folding: both products are the GPUs.
  @Test(arguments: [(1, 1, 1), (8, 1, 8), (4, 2, 8), (4, 2, 4), (1, 8, 2), (8, 4, 32)])
  func `folds attention's GPUs into experts'`(_ tensor: Int, _ data: Int, _ expert: Int) throws {
    let map = ParallelMap(tensor: tensor, data: data, expert: expert)
    try map.check()
    #expect(map.gpus == tensor * data && map.expertTensor * map.expert == map.gpus)
  }

  @Test(arguments: [
    (4, 2, 3, "GPUs 6 to 7 are left over", "1, 2, 4, 8"),
    (3, 1, 2, "GPU 2 is left over", "1, 3"), (2, 1, 4, "2 too few", "1, 2"),
  ])
  func `that does not fold is refused, saying which GPUs are left over`(
    _ tensor: Int, _ data: Int, _ expert: Int, _ left: String, _ sizes: String
  ) {
    let map = ParallelMap(tensor: tensor, data: data, expert: expert)
    let error = #expect(throws: InputError.self) { try map.check() }
    #expect(error?.problem.contains(left) == true && error?.remedy == "use one of \(sizes)")
  }

  @Test func `keeps every parameter of experts once, and attention's once a rank`() throws {
    let model = try Models.named("deepseek-v3")
    let experts = Shard(whole: model).expertParameters
    for map in [
      ParallelMap(tensor: 8), ParallelMap(tensor: 8, expert: 8), ParallelMap(tensor: 4, data: 2),
      ParallelMap(tensor: 2, data: 4, expert: 8), ParallelMap(tensor: 4, data: 2, expert: 2),
    ] {
      let shard = try Shard(of: model, map: map)
      #expect(shard.expertParameters * map.gpus == experts, "\(map)")
      let rest = try Shard(of: model, tensorParallel: map.tensor)
      let others = shard.parameters - shard.expertParameters
      #expect(others == rest.parameters - rest.expertParameters, "\(map)")
    }
  }

  /// 32 copies on 32 GPUs are one more expert a layer on each.
  @Test func `takes memory for redundant experts`() throws {
    let model = try Models.named("deepseek-v3")
    var map = ParallelMap(data: 32, expert: 32)
    let plain = try Shard(of: model, map: map)
    (map.redundant, map.rebalances) = (32, true)
    let more = try Shard(of: model, map: map).parameters - plain.parameters
    #expect(more == model.expertLayers * 3 * model.hidden * 2048)
  }

  @Test func `refuses experts that GPUs cannot have equally many of`() throws {
    let error = #expect(throws: InputError.self) {
      try Shard(of: tinyMixture, map: ParallelMap(tensor: 2, data: 4, expert: 8))
    }
    #expect(error?.source == "--expert-parallel-size" && error?.remedy == "use one of 4")
    #expect(throws: InputError.self) { try Shard(of: tiny, map: ParallelMap(tensor: 2, expert: 2)) }
  }
}

@Suite struct `Experts whole on their GPUs` {
  private func operations(_ map: ParallelMap, _ batch: Batch) throws -> [Operation] {
    ModelOperations(of: try Shard(of: tinyMixture, map: map)).operations(for: batch)
  }

  private let decodes = Batch(decodes: 6, decodeContext: 60, decodeContextSquares: 600)

  @Test func `leave all else as tensor parallelism has it`() throws {
    let tensor = try operations(ParallelMap(tensor: 2), decodes).filter { $0.name != .experts }
    let whole = try operations(ParallelMap(tensor: 2, expert: 2), decodes)
    #expect(whole.filter { $0.name != .experts } == tensor)
  }

  @Test func `of the busiest GPU compute no less than a GPU's part of all`() throws {
    let divided = try #require(try operations(ParallelMap(tensor: 2), decodes).only(.experts))
    let whole = try #require(
      try operations(ParallelMap(tensor: 2, expert: 2), decodes).only(.experts))
    #expect(whole.flops > divided.flops && whole.flops < 2 * divided.flops)
    guard case .experts(let work) = whole.shape else { return }
    #expect(work.divided == 2 && work.intermediate == 6 && work.distinct <= 2)
  }

  /// Two ranks of 6 tokens: 12 go through experts, and are gathered and scattered in their layer.
  @Test func `of several ranks compute the tokens of all`() throws {
    let list = try operations(ParallelMap(data: 2, expert: 2), decodes)
    guard case .experts(let work) = list.only(.experts)?.shape else { return }
    #expect(work.tokens == 12)
    for name in [Operation.Name.dispatchTokens, .combineTokens] {
      let operation = try #require(list.only(name))
      #expect(operation.shape == .collective(rows: 12, width: 8, ranks: 2))
      #expect(operation.repeats == 1 && operation.wireBytes == 12 * 8 * 2 / 2)
    }
    #expect(list.only(.allReduce) == nil && list.only(.gatherTokens) == nil)
    #expect(list.only(.router)?.shape == .matrix(rows: 6, inputs: 8, outputs: 5))
  }

  @Test func `of ranks of two GPUs are brought together in the rank`() throws {
    let list = try operations(ParallelMap(tensor: 2, data: 2, expert: 4), decodes)
    #expect(list.only(.gatherTokens)?.shape == .collective(rows: 6, width: 8, ranks: 2))
    // Both mixers and the dense MLP; the experts' results were added up on the way.
    #expect(list.only(.allReduce)?.repeats == 3)
  }
}

@Suite struct `The cost of a rank` {
  private func cost(_ map: ParallelMap) throws -> IterationCost {
    IterationCost(of: try Shard(of: tinyMixture, map: map), on: slow)
  }

  private let decodes = Batch(decodes: 4, decodeContext: 40, decodeContextSquares: 400)

  @Test func `that is alone is that of a replica`() throws {
    let cost = try cost(ParallelMap(tensor: 2))
    let seconds = cost.seconds(for: decodes)
    #expect(cost.seconds(for: decodes, amid: 4) == seconds)
    #expect(cost.seconds(for: decodes, amid: 9) == seconds)
  }

  @Test func `beside equal ones is that of its operations, and grows with the others' tokens`()
    throws
  {
    let cost = try cost(ParallelMap(data: 2, expert: 2))
    let seconds = [5, 8, 20, 100].map { cost.seconds(for: decodes, amid: $0) }
    #expect(seconds == seconds.sorted() && seconds[0] < seconds[3])
    #expect(cost.seconds(for: decodes) == seconds[1])
    let sum = cost.operations.operations(for: decodes).reduce(0) {
      $0 + cost.seconds($1) * Double($1.repeats)
    }
    #expect(agree(cost.withHost(sum, decodes), seconds[1]))
  }
}

extension Shard {
  /// Parameters of the routed experts on this GPU, without biases.
  fileprivate var expertParameters: Int {
    blocks.reduce(0) { sum, block in
      let own = block.matrices(hidden: model.hidden).filter { $0.name == .experts }
      return sum + block.layers * own.reduce(0) { $0 + $1.parameters }
    }
  }
}
