import Serving
import Support
import Testing

@testable import Costs

@Suite struct OperationTests {
  @Test func `a product of matrices multiplies and adds every element of the weights a row`() throws
  {
    let up = try #require(try tiny.operations(for: batch(decodes: 5)).only(.up))
    #expect(up.shape == .matrix(rows: 5, inputs: 8, outputs: 24))
    #expect(up.flops == 2 * 5 * 8 * 24)
    #expect(up.weightBytes == 8 * 24 * 2)
    let elements: Int = 8 * 24 + 5 * 8 + 5 * 24
    #expect(up.memoryBytes == Double(2 * elements))
    #expect(up.repeats == 2 && up.launches == 1 && up.kind == .matrix)
  }

  @Test func `a decode reads every weight once`() throws {
    let list = try tiny.operations(for: batch(decodes: 1, context: 3))
    let read = list.reduce(0) { $0 + $1.weightBytes * Double($1.repeats) }
    // All but the norms (5 of 8 elements) and the embedding, of which a token reads one row.
    #expect(read == Double(2 * (tiny.parameters - 5 * 8 - 80)))
  }

  /// Tokens 4, 5 and 6 of a prompt attend to 4, 5 and 6 tokens.
  @Test func `a chunk attends to what was there and to itself up to each token`() throws {
    let list = try tiny.operations(for: batch(chunks: [(tokens: 3, context: 3)]))
    let attention = try #require(list.only(.prefillAttention))
    #expect(attention.flops == 4 * 4 * 2 * 15)
    // Queries and results of 3 tokens in 4 heads of 2; keys and values of 6 tokens in 2 heads.
    let bytes: Int = 2 * (2 * 3 * 8) + 2 * (2 * 6 * 4)
    #expect(attention.memoryBytes == Double(bytes))
  }

  @Test func `decodes attend to the sum of their contexts and to themselves`() throws {
    let list = try tiny.operations(for: batch(decodes: 3, context: 10))
    let attention = try #require(list.only(.decodeAttention))
    #expect(attention.flops == 4 * 4 * 2 * 33)
    let bytes: Int = 2 * (2 * 3 * 8) + 2 * (2 * 33 * 4)
    #expect(attention.memoryBytes == Double(bytes))
    #expect(list.only(.prefillAttention) == nil)
  }

  /// Of 4, 2 and 1 tokens after 0, 1 and 0 others: 10, 5 and 1 pairs; 7 queries, 8 keys.
  @Test func `all chunks are one kernel`() throws {
    let list = try tiny.operations(for: batch(chunks: [(4, 0), (2, 1), (1, 0)]))
    let attention = try #require(list.only(.prefillAttention))
    #expect(attention.launches == 1 && attention.flops == 4 * 4 * 2 * 16)
    let bytes: Int = 2 * (2 * 7 * 8) + 2 * (2 * 8 * 4)
    #expect(attention.memoryBytes == Double(bytes))
  }

  @Test func `a prompt in chunks attends to as many pairs as in one go`() throws {
    let whole = try tiny.operations(for: batch(chunks: [(10, 0)])).only(.prefillAttention)
    let parts = try tiny.operations(for: batch(chunks: [(4, 0), (6, 4)]))
    let sum = parts.filter { $0.name == .prefillAttention }.reduce(0) { $0 + $1.flops }
    #expect(sum == whole?.flops)
  }

  /// The head multiplies 3 rows by 8 x 10, QKV 7 rows by 8 x 16.
  @Test func `the head runs on a row of each sequence`() throws {
    let list = try tiny.operations(for: batch(decodes: 2, context: 4, chunks: [(5, 0)]))
    #expect(list.only(.head)?.flops == 480.0)
    #expect(list.only(.head)?.repeats == 1)
    #expect(list.only(.queryKeyValue)?.flops == 1792.0)
  }

  @Test func `one GPU sends nothing`() throws {
    let list = try tiny.operations(for: batch(decodes: 9, context: 4))
    #expect(list.allSatisfy { $0.wireBytes == 0 && $0.kind != .collective })
  }

  /// Twice a layer and after the embedding, 2 (4 - 1) / 4 of 5 rows of 8 elements of 2 bytes.
  @Test func `a group adds up its parts after attention, MLP and embedding`() throws {
    let list = try tiny.operations(for: batch(decodes: 5), tensorParallel: 4)
    #expect(list.only(.allReduce)?.wireBytes == 1.5 * 5 * 8 * 2)
    #expect(list.only(.allReduce)?.repeats == 4)
    #expect(list.only(.reduceEmbedding)?.wireBytes == 1.5 * 5 * 8 * 2)
    #expect(list.only(.reduceEmbedding)?.repeats == 1)
    #expect(list.only(.gatherLogits)?.wireBytes == 0.75 * 5 * 10 * 2)
  }

  @Test func `each layer normalises twice, and the last output once more`() throws {
    let list = try tiny.operations(for: batch(decodes: 5))
    #expect(list.only(.normalization)?.repeats == 4)
    #expect(list.only(.finalNormalization)?.repeats == 1)
    #expect(list.only(.finalNormalization)?.memoryBytes == list.only(.normalization)?.memoryBytes)
  }

  /// Half of a plain MLP: 5 rows by 8 x 6.
  @Test func `attention and MLP beside each other are added up together`() throws {
    let list = try tiny.asFalcon().operations(for: batch(decodes: 5), tensorParallel: 2)
    #expect(list.only(.allReduce)?.repeats == 2)
    #expect(list.only(.up)?.flops == 480.0)
  }

  /// A dense model's kernels are those that a compiler has. Mixtral's experts have five more in 32
  /// layers. DeepSeek-V3's latent attention has four in 61 layers, its experts five in 58, and what
  /// goes into its products is stored in FP8 first: four of each layer's attention, and two of its
  /// MLP or its shared experts.
  @Test(arguments: [
    ("llama-3.1-70b", 0), ("mixtral-8x7b", 5 * 32),
    ("deepseek-v3", 4 * 61 + 5 * 58 + (4 + 2) * 61),
  ])
  func `a model that is not compiled runs more kernels`(_ name: String, _ more: Int) throws {
    let operations = ModelOperations(of: try Shard(of: Models.named(name), tensorParallel: 8))
    #expect(operations.eagerLaunches - operations.launches == more)
  }

  /// Scores, bias, the best, their scores, the sum, shares and indices: vLLM's `fused_topk_bias`.
  @Test func `experts chosen by a bias without groups take seven kernels more`() throws {
    let shard = try Shard(of: Models.named("minimax-m2.5"), tensorParallel: 4)
    let list = ModelOperations(of: shard).operations(for: batch(decodes: 5))
    let choice = try #require(list.only(.chooseExperts))
    #expect(choice.repeats == 62 && choice.launches == 7)
    let grouped = try Shard(of: Models.named("deepseek-v3"), tensorParallel: 8)
    let others = ModelOperations(of: grouped).operations(for: batch(decodes: 5))
    #expect(others.only(.chooseExperts) == nil)
  }
}
