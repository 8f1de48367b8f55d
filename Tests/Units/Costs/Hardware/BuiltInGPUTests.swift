import Serving
import Support
import Testing

@testable import Costs

/// Models of every kind: dense, with windows, with experts, with latent attention, in 16 bits and
/// in 8, with heads of sizes that tables have and have not.
private let kinds = [
  "llama-3-8b", "falcon-40b", "phi-3-mini", "gemma-3-27b", "mixtral-8x7b", "qwen3-30b-a3b",
  "deepseek-v2-lite", "deepseek-v3", "qwen2.5-72b",
]

/// `model` on one GPU, whether or not that holds it.
private func cost(_ model: String, on name: String) throws -> IterationCost {
  IterationCost(
    of: try Shard(of: Models.named(model)), on: try gpu(name), host: .none)
}

/// How much less than one before it a time is, at most, as a share.
private func fall(_ batches: [Batch], by cost: IterationCost) -> Double {
  var most = 0.0
  var fall = 0.0
  for batch in batches {
    let seconds = cost.seconds(for: batch)
    most = max(most, seconds)
    fall = max(fall, 1 - seconds / most)
  }
  return fall
}

/// Rows in fours: kernels of 8-bit floats are slower where they are not.
private let powers = (2...12).map { 1 << $0 }

/// Batches of which each does all that the one before it does, and more.
private let growing: [(what: String, batches: [Batch])] = [
  ("a longer prompt", powers.map { batch(chunks: [($0, 0)]) }),
  ("a longer chunk after others", powers.map { batch(chunks: [($0, 3000)]) }),
  ("more cached tokens", powers.map { batch(chunks: [(256, $0)]) }),
  ("more prompts", (1...16).map { batch(chunks: Array(repeating: (128, 0), count: $0)) }),
  ("more decodes", (2...9).map { batch(decodes: 1 << $0, context: 500) }),
  ("longer decodes", powers.map { batch(decodes: 16, context: 8 * $0) }),
  (
    "decodes beside a prompt",
    (2...8).map { batch(decodes: 1 << $0, context: 9, chunks: [(512, 0)]) }
  ),
]

@Suite struct BuiltInGPUTests {
  @Test func `files are called as the GPUs in them`() {
    #expect(GPUs.all.map(\.name) == GPUs.names)
    #expect(GPUs.names == GPUs.names.sorted() && GPUs.names.contains("h100-sxm"))
  }

  @Test(arguments: GPUs.names)
  func `every table has a source and measurements, and every kind of kernel a table`(
    name: String
  ) throws {
    let tables = try gpu(name).tables.all
    for table in tables { #expect(!table.source.isEmpty && table.measurements > 0) }
    let kinds = Set(tables.map(\.operation))
    for kind in MeasuredOperation.allCases where kind != .sendReceive {
      #expect(kinds.contains(kind), "\(kind)")
    }
  }

  @Test(arguments: GPUs.names)
  func `every model that fits has a price`(name: String) throws {
    let gpu = try Support.gpu(name)
    var priced = 0
    for model in Models.all {
      let shards = try Shard.degrees(of: model).map { try Shard(of: model, tensorParallel: $0) }
      guard let shard = shards.first(where: { $0.weightBytes < gpu.memoryBytes }) else { continue }
      priced += 1
      let cost = IterationCost(of: shard, on: gpu)
      for batch in [
        batch(decodes: 1), batch(decodes: 900, context: 100_000), batch(chunks: [(1, 0)]),
        batch(decodes: 7, context: 100, chunks: [(8192, 120_000), (3, 1)]),
      ] {
        let seconds = cost.seconds(for: batch)
        #expect(seconds > 1e-5 && seconds < 1000, "\(model.name): \(seconds)")
      }
    }
    #expect(priced > 20)
  }

  /// What tables differ from a law by: most products were measured to get slower row by row, but on
  /// some GPUs they get faster where rows fill another tile, and experts more than others, whose
  /// kernels are tuned for some numbers of tokens.
  @Test(arguments: GPUs.names, kinds)
  func `a batch that does more takes as long or longer, but for an eighth`(
    gpu: String, model: String
  ) throws {
    let cost = try cost(model, on: gpu)
    let most = try Models.named(model).mixture == nil ? 0.125 : 0.25
    for (what, batches) in growing {
      let fall = fall(batches, by: cost)
      #expect(fall < most, "\(what): \(fall)")
    }
  }

  /// Heads of 96 elements, which phi-3-mini has, lie between those that were measured.
  @Test(
    arguments: ["h100-sxm", "h200-sxm", "a100-sxm-80gb"], kinds.filter { $0 != "phi-3-mini" })
  func `on the GPUs that were measured most, but for a thirtieth without experts`(
    gpu: String, model: String
  ) throws {
    if try Models.named(model).mixture != nil { return }
    let cost = try cost(model, on: gpu)
    for (what, batches) in growing {
      let fall = fall(batches, by: cost)
      #expect(fall < 1.0 / 30, "\(what): \(fall)")
    }
  }

  @Test(arguments: GPUs.names, kinds)
  func `four times the work takes longer`(gpu: String, model: String) throws {
    let cost = try cost(model, on: gpu)
    func seconds(_ batch: Batch) -> Double { cost.seconds(for: batch) }
    for tokens in [256, 1024, 2048] {
      let prompt = seconds(batch(chunks: [(tokens, 0)]))
      #expect(seconds(batch(chunks: [(4 * tokens, 0)])) > prompt)
    }
    for sequences in [16, 64, 256] {
      let decode = seconds(batch(decodes: sequences, context: 2000))
      #expect(seconds(batch(decodes: 4 * sequences, context: 2000)) > decode)
      #expect(seconds(batch(decodes: sequences, context: 8000)) > decode)
    }
  }
}
