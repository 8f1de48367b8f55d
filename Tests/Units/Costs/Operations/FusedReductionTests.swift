import Serving
import Support
import Testing

@testable import Costs

@Suite struct `An all-reduce that normalises as well` {
  /// One of eight GPUs' part of a Llama of 80 layers, whose rows have 16 KiB.
  private func shard(_ bytes: Int?, map: ParallelMap = ParallelMap(tensor: 8)) throws -> Shard {
    var shard = try Shard(of: Models.named("llama-3.1-70b"), map: map)
    shard.fusion = bytes.map { ReductionFusion(bytes: $0) }
    return shard
  }

  private func repeats(_ name: Operation.Name, _ tokens: Int, _ shard: Shard) -> Int {
    var sum = 0
    ModelOperations(of: shard).forEachTokenOperation(tokens) {
      if $0.name == name { sum += $0.repeats }
    }
    return sum
  }

  /// Two all-reduces and two normalisations a layer; 32 rows of 16 KiB are 512 KiB.
  @Test func `spares a normalisation each, up to its largest message`() throws {
    let fused = try shard(512 << 10)
    #expect(repeats(.fusedAllReduce, 32, fused) == 160)
    #expect(repeats(.allReduce, 32, fused) == 0 && repeats(.normalization, 32, fused) == 0)
    #expect(repeats(.finalNormalization, 32, fused) == 1)
    #expect(repeats(.reduceEmbedding, 32, fused) == 1)
    for (tokens, shard) in [(33, fused), (32, try shard(nil))] {
      #expect(repeats(.fusedAllReduce, tokens, shard) == 0)
      #expect(repeats(.allReduce, tokens, shard) == 160)
      #expect(repeats(.normalization, tokens, shard) == 160)
    }
  }

  /// gpt-oss has 36 layers of 2,880 elements, which kernels for its experts fill up to 3,072.
  @Test(arguments: [(true, 72), (false, 36)])
  func `is not found behind experts whose results are cut, by a pass over the graph`(
    _ seesCuts: Bool, _ fused: Int
  ) throws {
    var shard = try Shard(of: Models.named("gpt-oss-120b"), map: ParallelMap(tensor: 8))
    shard.fusion = ReductionFusion(bytes: 1 << 20, seesCuts: seesCuts)
    #expect(repeats(.fusedAllReduce, 8, shard) == fused)
    #expect(repeats(.allReduce, 8, shard) == 72 - fused)
    #expect(repeats(.normalization, 8, shard) == 72 - fused)
    // The last of eight is waited for at 73 collectives, at those that are apart for longer.
    let host = HostTime(secondsLate: 5e-6, secondsLateFused: 1e-6)
    let seconds = host.seconds(
      around: 0.01, .init(layers: 36, gpus: 8, isFused: true, unfused: 72 - fused))
    let late = Double(73 - (72 - fused)) * 1e-6 + Double(72 - fused) * 5e-6
    #expect(abs(seconds - 0.01 - late * 481.0 / 280) < 1e-12)
  }

  /// Kernels of a prompt too long to be fused are all started.
  @Test func `takes nothing from the kernels of longer iterations`() throws {
    let launches = try [shard(512 << 10), shard(nil)].map { ModelOperations(of: $0).launches }
    #expect(launches[0] == launches[1])
  }

  @Test func `is left out where ranks have requests of their own, and on one GPU`() throws {
    var ranks = try Shard(
      of: Models.named("deepseek-v3"), map: ParallelMap(tensor: 4, data: 2, expert: 8))
    ranks.fusion = ReductionFusion(bytes: 1 << 30)
    #expect(ranks.fusedTokens == 0)
    #expect(try shard(1 << 30, map: ParallelMap()).fusedTokens == 0)
  }

  /// vLLM 0.16, `FI_ALLREDUCE_FUSION_MAX_SIZE_MB`.
  @Test(arguments: [
    ("h100-sxm", 2, 64.0), ("h100-sxm", 4, 2), ("h200-sxm", 8, 0.5), ("b200-sxm", 4, 32),
    ("b300-sxm", 8, 1), ("gb200", 2, 64),
  ])
  func `has the largest message that vLLM gives it`(
    _ gpu: String, _ gpus: Int, _ mebibytes: Double
  ) throws {
    let fusion = try #require(ReductionFusion(among: gpus, on: GPUs.named(gpu)))
    #expect(Double(fusion.bytes) == mebibytes * 1_048_576)
  }

  @Test(arguments: [("a100-sxm-80gb", 8), ("l40s", 4), ("mi300x", 8), ("h100-sxm", 6)])
  func `is none where there is no such kernel`(_ gpu: String, _ gpus: Int) throws {
    #expect(ReductionFusion(among: gpus, on: try GPUs.named(gpu)) == nil)
  }

  /// A decode of 16 on eight H200: the times of its operations, and the last of eight that come
  /// late at each of 161 collectives.
  @Test func `costs its own kernel's time and lateness`() throws {
    let gpu = try GPUs.named("h200-sxm")
    let host = HostTime(secondsLate: 5e-6, secondsLateFused: 1e-6)
    let batch = batch(decodes: 16, context: 1000)
    let cost = IterationCost(of: try shard(512 << 10), on: gpu, host: host)
    let operations = cost.operations.operations(for: batch)
    let sum = operations.reduce(0) { $0 + cost.seconds($1) * Double($1.repeats) }
    let last = 481.0 / 280
    #expect(agree(cost.seconds(for: batch), sum + 161e-6 * last))
    let apart = IterationCost(of: try shard(nil), on: gpu, host: host)
    #expect(cost.seconds(for: batch) < apart.seconds(for: batch))
  }
}
