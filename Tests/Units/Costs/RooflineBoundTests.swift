import Serving
import Support
import Testing

@testable import Costs

/// A case of the law: a model, GPUs, lengths, and the limits of an iteration.
struct Load: Sendable {
  var model: String
  var gpu: String
  var tensorParallel: Int
  var prompt: Int
  var output: Int
  var tokens: Int
  var sequences: Int
}

private let loads = [
  Load(
    model: "llama-2-70b", gpu: "a100-sxm-80gb", tensorParallel: 8, prompt: 512, output: 512,
    tokens: 2048, sequences: 256),
  Load(
    model: "llama-3-8b", gpu: "h100-sxm", tensorParallel: 1, prompt: 1500, output: 20,
    tokens: 512, sequences: 64),
  Load(
    model: "mixtral-8x7b", gpu: "h100-sxm", tensorParallel: 2, prompt: 100, output: 300,
    tokens: 1024, sequences: 32),
  Load(
    model: "yi-34b", gpu: "a40", tensorParallel: 4, prompt: 900, output: 1, tokens: 256,
    sequences: 16),
  Load(
    model: "gemma-3-27b", gpu: "h200-sxm", tensorParallel: 2, prompt: 3000, output: 100,
    tokens: 2048, sequences: 24),
  Load(
    model: "deepseek-v2-lite", gpu: "h100-sxm", tensorParallel: 1, prompt: 600, output: 200,
    tokens: 1024, sequences: 64),
  Load(
    model: "qwen3-30b-a3b", gpu: "h200-sxm", tensorParallel: 2, prompt: 400, output: 400,
    tokens: 1024, sequences: 48),
]

/// Serves `count` equal requests with chunked prefills: decodes first, then prompts up to the
/// limit of tokens. Returns the seconds that it takes.
private func serve(_ load: Load, count: Int, cost: IterationCost) -> Double {
  var waiting = count
  var running: [(done: Int, emitted: Int)] = []
  var seconds = 0.0
  while waiting > 0 || !running.isEmpty {
    var budget = load.tokens
    let decoding = running.indices.filter { running[$0].done >= load.prompt }
    let context = decoding.reduce(0) { $0 + running[$1].done }
    for index in decoding {
      running[index].done += 1
      running[index].emitted += 1
    }
    budget -= decoding.count
    var chunks: [(tokens: Int, context: Int)] = []
    let prompts = running.indices.filter { running[$0].done < load.prompt }
    for index in prompts where budget > 0 {
      let tokens = min(budget, load.prompt - running[index].done)
      chunks.append((tokens, running[index].done))
      running[index].done += tokens
      if running[index].done == load.prompt { running[index].emitted = 1 }
      budget -= tokens
    }
    while budget > 0 && waiting > 0 && running.count < load.sequences {
      let tokens = min(budget, load.prompt)
      chunks.append((tokens, 0))
      running.append((tokens, tokens == load.prompt ? 1 : 0))
      waiting -= 1
      budget -= tokens
    }
    running.removeAll { $0.emitted >= load.output }
    let batch = Batch(
      decodes: decoding.count, decodeContext: context, decodeContextSquares: 0,
      chunks: Support.batch(chunks: chunks).chunks)
    seconds += cost.seconds(for: batch)
  }
  return seconds
}

@Suite struct RooflineBoundTests {
  @Test(arguments: loads)
  func `a saturated replica comes near the bound and never passes it`(load: Load) throws {
    let shard = try Shard(of: Models.named(load.model), tensorParallel: load.tensorParallel)
    let gpu = try GPUs.named(load.gpu)
    let host = HostTime.vllmV0
    let bound = RooflineBound(
      of: shard, on: gpu, host: host, promptTokens: Double(load.prompt),
      outputTokens: Double(load.output), tokens: load.tokens, sequences: load.sequences,
      cacheTokens: 1 << 40)
    let cost = IterationCost(
      of: shard, on: gpu, times: .roofline, host: host)
    let count = 20 * load.sequences
    let rate = Double(count) / serve(load, count: count, cost: cost)
    #expect(rate <= bound.requestsPerSecond)
    #expect(rate > 0.6 * bound.requestsPerSecond)
  }

  @Test(arguments: loads)
  func `overlap and a larger cache allow more`(load: Load) throws {
    let shard = try Shard(of: Models.named(load.model), tensorParallel: load.tensorParallel)
    let gpu = try GPUs.named(load.gpu)
    func bound(cacheTokens: Int) -> RooflineBound {
      RooflineBound(
        of: shard, on: gpu, promptTokens: Double(load.prompt), outputTokens: Double(load.output),
        tokens: load.tokens, sequences: load.sequences, cacheTokens: cacheTokens)
    }
    let large = bound(cacheTokens: 1 << 40)
    #expect(large.overlappedSeconds < large.sequentialSeconds)
    #expect(bound(cacheTokens: 4 * (load.prompt + 1)).sequentialSeconds >= large.sequentialSeconds)
  }

  /// One token in, one out: two FLOPs for every weight but the embedding's, at half of 1,000 a
  /// second; attention and logits apart.
  @Test func `a request computes its prompt once and a row of logits`() throws {
    let bound = RooflineBound(
      of: try Shard(of: tiny), on: slow, promptTokens: 1, outputTokens: 1, tokens: 4,
      sequences: 1, cacheTokens: 100)
    let weights = Double(tiny.parameters - 5 * 8 - 80)
    let attention = Double(2 * 4 * 8) / 250
    #expect(agree(bound.computeSeconds, 2 * weights / 500 + attention))
    #expect(bound.networkSeconds == 0)
    #expect(agree(bound.totalTokensPerSecond, 2 * bound.outputTokensPerSecond))
  }
}
