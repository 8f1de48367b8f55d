import Serving
import Support
import Testing

@testable import Costs

private func chunks(_ list: (tokens: Int, context: Int)...) -> [Chunk] {
  batch(chunks: list).chunks
}

@Suite struct WindowTests {
  private func attention(_ window: Int) throws -> ShardAttention {
    var attention = try #require(tiny.attention)
    if window > 0 { attention.reach = .window(window) }
    return ShardAttention(attention, layers: 1, cache: .bf16)
  }

  @Test(arguments: [1, 2, 3, 5, 8, 100], [0, 1, 2, 4, 7, 50])
  func `a chunk's pairs are those that each of its tokens sees`(window: Int, context: Int) throws {
    for tokens in 1...12 {
      let seen = (context + 1...context + tokens).reduce(0) { $0 + min($1, window) }
      let pairs = try attention(window).pairs(Double(tokens), after: Double(context))
      #expect(pairs == Double(seen))
      let first = max(1, context + 2 - window)
      let operation = try attention(window).prefill(chunks((tokens, context)))
      let keys = context + tokens - first + 1
      #expect(operation.memoryBytes == Double(32 * tokens + 16 * keys))
    }
  }

  @Test func `a window longer than the context changes nothing but the shape`() throws {
    let wide = try attention(1000)
    let full = try attention(0)
    for context in [0, 10, 900] {
      let parts = [full, wide].map { $0.prefill(chunks((90, context))) }
      #expect(parts[0].flops == parts[1].flops && parts[0].memoryBytes == parts[1].memoryBytes)
    }
    let decodes = [full, wide].map { $0.decode(sequences: 3, context: 2997, contextSquares: 0) }
    #expect(decodes[0].flops == decodes[1].flops)
  }

  /// Two decodes at 10 tokens read 3 each; at 1 token, that and themselves.
  @Test func `a decode reads its window at most`() throws {
    let long = try attention(3).decode(sequences: 2, context: 20, contextSquares: 200)
    #expect(long.flops == 32 * 6 && long.memoryBytes == 2 * 32 + 6 * 16)
    let short = try attention(3).decode(sequences: 2, context: 2, contextSquares: 2)
    #expect(short.flops == 32 * 4)
  }

  @Test(arguments: ["gemma-2-9b", "gemma-3-27b", "mistral-7b", "deepseek-v3", "longcat-flash"])
  func `a batch costs the sum of its operations`(name: String) throws {
    let shard = try Shard(of: Models.named(name), tensorParallel: 8)
    let gpu = try GPUs.named("h200-sxm")
    let cost = IterationCost(of: shard, on: gpu, host: .none)
    for batch in [
      batch(decodes: 5, context: 20000), batch(chunks: [(90, 6000), (7, 0)]),
      batch(decodes: 9, context: 3, chunks: [(300, 1000)]),
    ] {
      let sum = cost.operations.operations(for: batch).reduce(0) {
        $0 + cost.times.seconds($1, on: gpu) * Double($1.repeats)
      }
      #expect(agree(cost.seconds(for: batch), sum))
    }
  }
}
