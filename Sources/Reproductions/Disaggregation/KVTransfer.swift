import Costs
import Serving
import Studies

/// What it takes to hand keys and values over from one node to another: two tables of Mooncake's
/// documentation (kvcache-ai/Mooncake 3b5a5941), both at eight GPUs a side with 200 GB/s of network
/// cards.
///
/// The bytes follow from the models; latency and bandwidth of a link from the shortest and the
/// longest of its prompts, and what is compared is all between them.
enum KVTransfer {
  static let entry = ReproductionEntry(
    "kv-transfer", "how long keys and values take from prefill to decode, by tokens",
    source: "kvcache-ai/Mooncake documentation, benchmarks with vLLM and with SGLang (3b5a5941)",
    axis: "tokens"
  ) { _ in
    try vLLM.rows() + sglang.rows()
  }

  private static let vLLM = Table(
    system: "vllm on 8 h800", model: "qwen3-8b",
    milliseconds: [0.54, 0.61, 0.92, 1.5, 2.51, 4.75, 8.84, 16.43, 31.65])

  private static let sglang = Table(
    system: "sglang on 8 h20", model: "qwen3-235b-a22b",
    milliseconds: [2.07, 2.58, 2.98, 3.96, 6.43, 10.95, 20.31, 39.14, 76.78])

  /// One of the two tables.
  private struct Table {
    var system: String
    var model: String
    /// Of prompts of 128 tokens, of 256, and so on.
    var milliseconds: [Double]

    func rows() throws -> [Reproduction.Row] {
      let cache = CacheBytes(of: try Shard(of: try Models.named(model), tensorParallel: 8))
      let tokens = milliseconds.indices.map { 128 << $0 }
      let bytes = tokens.map { cache.bytes(ofLast: $0) }
      let last = tokens.count - 1
      let seconds = (milliseconds[last] - milliseconds[0]) / 1e3
      let bandwidth = (bytes[last] - bytes[0]) / seconds
      let link = Link(
        bandwidth: bandwidth,
        latency: Nanoseconds(seconds: milliseconds[0] / 1e3 - bytes[0] / bandwidth))
      return (1..<last).map { place in
        Reproduction.Row(
          system: system, workload: model, metric: "transfer_ms", at: Double(tokens[place]),
          published: milliseconds[place],
          ours: (link.latency.seconds + bytes[place] / link.bandwidth) * 1e3)
      }
    }
  }
}
