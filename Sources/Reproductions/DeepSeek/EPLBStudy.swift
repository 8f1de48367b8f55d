import Costs
import Serving
import Studies

/// DeepSeek's load balancer: the placements of its README, and what it gains where experts were
/// measured with and without it.
enum EPLBStudy {
  static let entry = ReproductionEntry(
    "eplb", "where EPLB places experts, and what it gains under a power law of popularity",
    source: "deepseek-ai/EPLB, README; aiconfigurator-core 0.12.0, wideep_moe on H100",
    axis: "ranks"
  ) { _ in
    placements() + (try gains())
  }

  /// The loads of two layers, and the expert of each slot on 8 GPUs of 2 nodes.
  private static let layers: [(loads: [Double], slots: [Int])] = [
    (
      [90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86],
      [5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1]
    ),
    (
      [20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27],
      [7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1]
    ),
  ]

  private static func placements() -> [Reproduction.Row] {
    layers.enumerated().map { index, layer in
      let placement = ExpertPlacement(
        balancing: layer.loads, slots: 16, groups: 4, nodes: 2, ranks: 8)
      let alike = zip(placement.slots, layer.slots).count { $0 == $1 }
      return Reproduction.Row(
        system: "eplb", workload: "layer \(index) of its README", metric: "slots_as_published",
        at: 8,
        published: 16, ours: Double(alike))
    }
  }

  /// The time of the busiest rank's experts without EPLB over that with it and with copies, in the
  /// median over numbers of tokens.
  private static func gains() throws -> [Reproduction.Row] {
    let published = [(8, 1.20), (16, 1.27), (32, 1.55), (64, 1.62), (128, 1.33)]
    return try published.map { ranks, figure in
      let ratios = try [8, 32, 128, 512, 2048].map { tokens in
        let plain = try seconds(ranks, tokens: tokens, redundant: 0)
        // As many slots as were measured: 288, or 384 where those do not divide.
        return try plain / seconds(ranks, tokens: tokens, redundant: ranks > 32 ? 128 : 32)
      }.sorted()
      return Reproduction.Row(
        system: "eplb", workload: "power law 1.01", metric: "time_ratio",
        at: Double(ranks), published: figure, ours: ratios[ratios.count / 2])
    }
  }

  /// The seconds of the experts of a layer of DeepSeek-V3, where each of `ranks` has `tokens`.
  private static func seconds(
    _ ranks: Int, tokens: Int, redundant: Int
  ) throws -> Double {
    var setup = DeepSeekEP.Setup(gpu: "h100-sxm", ranks: ranks, backend: .highThroughput)
    setup.redundant = redundant
    setup.popularity = .powerLaw(1.01)
    let batch = Batch(
      decodes: tokens, decodeContext: tokens, decodeContextSquares: tokens)
    let experts = try setup.breakdown(of: batch).entries.first { $0.operation.name == .experts }
    return experts?.secondsPerRun ?? 0
  }
}
