import Serving
import Support
import Testing

@testable import Costs

/// Models of every kind: with grouped and with single heads of keys, with windows, with experts,
/// and with latent attention.
private let kinds = [
  "llama-3.1-8b", "llama-2-7b", "falcon-40b", "gemma-3-27b", "mixtral-8x7b", "deepseek-v3",
]

private let formats: [(weights: NumberFormat, cache: NumberFormat)] = [
  (.bf16, .bf16), (.fp8, .fp8), (.int4Weight, .bf16), (.nvfp4, .fp8),
]

extension SeededNumbers {
  /// Some chunks, most of them after long prefixes, and decodes.
  fileprivate mutating func anyBatch() -> Batch {
    let sizes = [1, 16, 100, 512, 2048, 8192]
    let prefixes = [0, 0, 500, 8000, 30_000, 100_000]
    let chunks = (0..<Int.random(in: 0...3, using: &self)).map { _ in
      (
        tokens: sizes[Int.random(in: 0..<6, using: &self)],
        context: prefixes[Int.random(in: 0..<6, using: &self)]
      )
    }
    return Support.batch(
      decodes: Int.random(in: chunks.isEmpty ? 1...300 : 0...300, using: &self),
      context: prefixes[Int.random(in: 0..<6, using: &self)] + 1, chunks: chunks)
  }
}

@Suite struct `The data sheet` {
  /// FLOPs over the peak rate, and bytes over the peak bandwidth, are what no kernel passes.
  @Test(arguments: GPUs.names, kinds)
  func `is passed by no operation of any batch`(name: String, model: String) throws {
    let gpu = try gpu(name)
    var random = SeededNumbers(state: 7)
    for format in formats {
      let model = try Models.named(model).with {
        $0.weights = format.weights
        $0.cache = format.cache
      }
      for degree in Shard.degrees(of: model).filter({ [1, 8].contains($0) }) {
        let shard = try Shard(of: model, tensorParallel: degree)
        let layers = IterationCost(of: shard, on: gpu, host: .none)
        for _ in 0..<4 {
          let batch = random.anyBatch()
          var least = 0.0
          for entry in Breakdown(of: batch, by: PipelineCost(layers, stages: 1)).entries {
            let operation = entry.operation
            let arithmetic = operation.flops / gpu.peaks.rate(operation.format.arithmetic)
            let memory = operation.memoryBytes / gpu.memoryBytesPerSecond
            let floor = max(arithmetic, memory)
            #expect(
              entry.secondsPerRun >= floor * (1 - 1e-9), "\(operation.name) of \(batch.tokens)")
            least += floor * Double(operation.repeats)
          }
          // The sum that is made without a list of operations keeps to it too.
          #expect(layers.seconds(for: batch) >= least * (1 - 1e-9))
        }
      }
    }
  }
}

@Suite struct `Chunks of a long prompt` {
  private func attention(
    _ cost: IterationCost, _ chunks: [(tokens: Int, context: Int)]
  ) -> Double {
    var sum = 0.0
    cost.operations.forEachPrefillOperation(batch(chunks: chunks)) {
      sum += cost.times.seconds($0, on: cost.gpu) * Double($0.repeats)
    }
    return sum
  }

  /// `tokens` cut into chunks of `size`.
  private func pieces(_ tokens: Int, of size: Int) -> [(tokens: Int, context: Int)] {
    stride(from: 0, to: tokens, by: size).map { (min(size, tokens - $0), $0) }
  }

  /// GPUs of which whole prompts alone were measured.
  private static let names = GPUs.names.filter { name in
    !((try? gpu(name))?.tables.all ?? []).contains { $0.times.hasChunks }
  }

  /// Prompts as long as the longest that were measured, and longer. By another GPU's tables, whose
  /// multiprocessors are not as many, it is a fortieth.
  @Test(arguments: names, ["llama-3.1-8b", "llama-3.1-70b", "llama-2-7b", "deepseek-v3"])
  func `attend no faster together than the prompt in one go, but for a fiftieth`(
    name: String, model: String
  ) throws {
    let shard = try Shard(of: Models.named(model))
    let gpu = try gpu(name)
    let cost = IterationCost(of: shard, on: gpu)
    let least = gpu.lent == nil ? 0.98 : 0.975
    for tokens in [32_768, 120_000] {
      let whole = attention(cost, [(tokens, 0)])
      for size in [512, 2048, 8192, 16_384] {
        let chunks = pieces(tokens, of: size).reduce(0) { $0 + attention(cost, [$1]) }
        #expect(chunks > least * whole, "\(tokens) in \(size)")
      }
    }
  }

  /// No table has products of as many rows, and those that it has bend a little.
  @Test(arguments: names)
  func `take no less with all that they do than the prompt in one go, but for a twentieth`(
    name: String
  ) throws {
    let shard = try Shard(of: Models.named("llama-3.1-8b"))
    let cost = IterationCost(
      of: shard, on: try gpu(name), host: .none)
    let whole = cost.seconds(for: batch(chunks: [(120_000, 0)]))
    for size in [1024, 4096, 16_384, 60_000] {
      let chunks = pieces(120_000, of: size).reduce(0) {
        $0 + cost.seconds(for: batch(chunks: [$1]))
      }
      #expect(chunks > 0.95 * whole, "in \(size)")
    }
  }

  /// Beyond the prompts that were measured, a chunk of as many tokens after twice as many takes
  /// twice as long.
  @Test(arguments: ["h100-sxm", "h200-sxm", "a100-sxm-80gb"])
  func `take as long as what they attend to`(name: String) throws {
    let shard = try Shard(of: Models.named("llama-3.1-8b"))
    let cost = IterationCost(of: shard, on: try gpu(name))
    for size in [512, 2048, 8192] {
      let near = attention(cost, [(size, 50_000 - size / 2)])
      let far = attention(cost, [(size, 100_000 - size / 2)])
      #expect(abs(far / near - 2) < 0.03, "\(size)")
    }
  }
}
