import Serving
import Support
import Testing

@testable import Costs

extension Model {
  /// Elements of the matrices that a token goes through in all layers, on average.
  fileprivate var activeMatrices: Double {
    blocks.reduce(0) { sum, block in
      let each =
        block.mixers.reduce(0.0) { $0 + matrices(of: $1) }
        + block.channels.reduce(0.0) { $0 + matrices(of: $1) }
      return sum + Double(block.layers) * each
    }
  }

  private func matrices(of mixer: Block.Mixer) -> Double {
    switch mixer {
    case .attention(let mixer):
      // Queries, output, keys, values, and a gate that is as wide as the queries.
      let asWide = mixer.gate == .elements ? 3 : 2
      return Double(hidden * mixer.headSize * (asWide * mixer.heads + 2 * mixer.keyValueHeads))
    case .latent(let mixer):
      let queries = mixer.heads * (mixer.headSize + mixer.rotary)
      let query = mixer.queryRank == 0 ? hidden * queries : mixer.queryRank * (hidden + queries)
      let values = mixer.heads * mixer.valueSize
      let keys =
        hidden * (mixer.rank + mixer.rotary)
        + mixer.rank * (mixer.heads * mixer.headSize + values)
      return Double(query + keys + values * hidden)
    case .compressed: return .nan
    case .recurrent(let mixer):
      // Queries, keys, values and a factor for each; two gates for each head; the output.
      let keys = mixer.keyHeads * mixer.keySize
      let values = mixer.heads * mixer.valueSize
      return Double(hidden * (2 * keys + 3 * values + 2 * mixer.heads))
    }
  }

  private func matrices(of channel: Block.Channel) -> Double {
    switch channel {
    case .dense(let dense): return Double((dense.isGated ? 3 : 2) * hidden * dense.width)
    case .experts(let mixture):
      let choices = mixture.experts + mixture.zeroExperts
      let chosen = Double(mixture.perToken * mixture.experts) / Double(choices)
      let width = chosen * Double(mixture.intermediate) + Double(mixture.sharedIntermediate)
      let router = Double(choices + (mixture.hasSharedGate ? 1 : 0))
      return Double(hidden) * ((mixture.isGated ? 3 : 2) * width + router)
    }
  }
}

extension [Operation] {
  /// The FLOPs of products in the layers and in the head.
  fileprivate var linearFLOPs: Double {
    filter { $0.group == .linear }.reduce(0) { $0 + $1.flops * Double($1.repeats) }
  }
}

@Suite struct WorkLawTests {
  @Test(arguments: Models.all, [1, 100, 2048])
  func `n tokens cost two FLOPs for each parameter that they go through`(
    model: Model, tokens: Int
  ) throws {
    let list = try model.operations(for: batch(chunks: [(tokens, 0)]))
    let head = Double(model.vocabulary * model.hidden)
    #expect(agree(list.linearFLOPs, 2 * Double(tokens) * model.activeMatrices + 2 * head))
  }

  @Test(arguments: Models.all)
  func `a decode costs as much, absorbed or not`(model: Model) throws {
    let list = try model.operations(for: batch(decodes: 7, context: 90))
    let head = Double(model.vocabulary * model.hidden)
    #expect(agree(list.linearFLOPs, 14 * (model.activeMatrices + head)))
  }

  @Test(arguments: Models.all)
  func `a table's parameters are two FLOPs each, or read by row`(model: Model) {
    let rows = model.vocabulary * (model.hasTiedHead ? 1 : 2) + model.learnedPositions
    let tables = rows * model.hidden
    let rest = Double(model.activeParameters - tables) - model.activeMatrices
    // Normalisations and biases.
    #expect(rest > 0 && rest < 0.001 * Double(model.activeParameters))
  }

  @Test(arguments: Models.all, [1, 2])
  func `a group shares the work, and copies only routers and latents`(
    model: Model, tokens: Int
  ) throws {
    let whole = try model.operations(for: batch(decodes: tokens, context: 50))
    for degree in Shard.degrees(of: model).dropFirst() {
      let part = try model.operations(
        for: batch(decodes: tokens, context: 50), tensorParallel: degree)
      #expect(part.linearFLOPs * Double(degree) >= whole.linearFLOPs * (1 - 1e-12))
      let copied: Set = [Operation.Name.router, .queryKeyValueDown, .queryKeyValue, .head]
      for operation in part where operation.group == .linear && !copied.contains(operation.name) {
        let same = try #require(whole.only(operation.name))
        #expect(agree(operation.flops * Double(degree), same.flops))
        #expect(agree(operation.weightBytes * Double(degree), same.weightBytes))
      }
    }
  }

  @Test func `two tokens of two in four experts reach three of them on average`() {
    var mixture = Mixture(experts: 4, perToken: 2, intermediate: 1)
    #expect(mixture.distinct(for: 0) == 0)
    #expect(mixture.distinct(for: 1) == 2)
    #expect(mixture.distinct(for: 2) == 3)
    mixture.zeroExperts = 4
    #expect(mixture.computedPerToken == 1 && mixture.distinct(for: 1) == 1)
  }

  /// Of two experts, chosen in proportion to 1 and a half.
  @Test func `uneven choices reach fewer experts`() {
    var mixture = Mixture(experts: 2, perToken: 1, intermediate: 1)
    mixture.popularity = .zipf(1)
    #expect(agree(mixture.distinct(for: 2), (1 - 1.0 / 9) + (1 - 4.0 / 9)))
    var large = Mixture(experts: 256, perToken: 8, intermediate: 1)
    let reached = [0, 0.5, 1.01, 1.2].map { skew in
      large.popularity = .zipf(skew)
      return large.distinct(for: 64)
    }
    #expect(reached == reached.sorted(by: >))
    large.popularity = .zipf(1.2)
    #expect(large.distinct(for: 1 << 24) > 255.9)
  }

  @Test(arguments: [tiny, tinyMixture, tinyLatent, tinyWindow])
  func `what runs once is the head's, the rest the layers'`(model: Model) throws {
    let list = try model.operations(
      for: batch(decodes: 2, context: 9, chunks: [(5, 3)]), tensorParallel: 2)
    let head = Set(list.filter { $0.part == .head }.map(\.name))
    #expect(
      head == [
        .embedding, .reduceEmbedding, .finalNormalization, .head, .gatherLogits, .sampling,
      ])
    #expect(list.allSatisfy { $0.part == .layers || $0.repeats == 1 })
    #expect(
      list.filter { $0.group == .prefillAttention }.allSatisfy { $0.name == .prefillAttention })
    #expect(
      list.filter { $0.group == .collective }.map(\.name) == [
        .reduceEmbedding, .allReduce, .gatherLogits,
      ])
    #expect(list.filter { $0.group == .other }.allSatisfy { $0.kind == .elementwise })
  }
}
