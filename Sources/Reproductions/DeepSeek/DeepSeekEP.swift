import Costs
import Metrics
import Serving
import Studies

/// DeepSeek-V3 with its experts spread over many GPUs: SGLang's figures on 96 H100 (LMSYS,
/// 2025-05-05), DeepSeek's own profiles on H800, and its day of 2025-02-27 (open-infra-index).
///
/// What a node computes follows from one iteration of full batches: nothing waits there.
enum DeepSeekEP {
  static let entry = ReproductionEntry(
    "deepseek-ep", "DeepSeek-V3's tokens a second of a node under expert parallelism",
    source: "LMSYS, Deploying DeepSeek with PD disaggregation and large-scale expert parallelism "
      + "(2025); deepseek-ai/profile-data; deepseek-ai/open-infra-index, day 6"
  ) { _ in
    try prefill() + decode() + day()
  }

  /// 16,384 prompt tokens on each of 32 GPUs, in two micro-batches that overlap.
  private static func prefill() throws -> [Reproduction.Row] {
    var served = Setup(gpu: "h100-sxm", ranks: 32, backend: .highThroughput)
    served.redundant = 32
    var rows: [Reproduction.Row] = []
    let published = [(1024, 57_674.0), (2048, 54_543), (4096, 50_302)]
    served.popularity = .powerLaw(1.01)
    var skewed = 0.0
    for (length, figure) in published {
      skewed = try served.prefill(of: length)
      rows.append(
        row("sglang on 32 h100", "prompts of \(length)", "tokens_per_second", figure, skewed))
    }
    served.popularity = .even
    let balanced = try served.prefill(of: 4096)
    var profile = Setup(gpu: "h800-sxm", ranks: 32, backend: .highThroughput)
    profile.redundant = 32
    return rows + [
      row("sglang on 32 h100", "4096 balanced", "tokens_per_second", 59_337, balanced),
      row("sglang on 32 h100", "4096 skewed", "share_of_balanced", 0.848, skewed / balanced),
      row(
        "deepseek on 32 h800", "4096 balanced", "tokens_per_second", 62_713,
        try profile.prefill(of: 4096)),
    ]
  }

  /// Full decode batches: without overlap on 72 H100, in two micro-batches on 128 H800.
  private static func decode() throws -> [Reproduction.Row] {
    var served = Setup(gpu: "h100-sxm", ranks: 72, backend: .lowLatency)
    served.redundant = 32
    served.popularity = .powerLaw(1.01)
    let profile = Setup(gpu: "h800-sxm", ranks: 128, backend: .lowLatency)
    return [
      row(
        "sglang on 72 h100", "256 of 2000", "tokens_per_second", 22_282,
        try served.decode(256, context: 2000, microBatches: 1)),
      row(
        "deepseek on 128 h800", "128 of 4096", "tokens_per_second", 18_598,
        try profile.decode(128, context: 4096, microBatches: 2)),
    ]
  }

  /// A day of 608 billion prompt tokens and 168 billion of output, by what a node of each kind was
  /// measured to serve, at 2 dollars a GPU hour.
  private static func day() -> [Reproduction.Row] {
    let nodes = 608e9 / 86_400 / 73_700 + 168e9 / 86_400 / 14_800
    let dollars = nodes * 8 * 24 * 2
    return [
      row("deepseek's day", "prefill and decode", "nodes", 226.75, nodes),
      row("deepseek's day", "at 2 dollars a GPU hour", "dollars", 87_072, dollars),
    ]
  }

  private static func row(
    _ system: String, _ workload: String, _ metric: String, _ published: Double, _ ours: Double
  ) -> Reproduction.Row {
    Reproduction.Row(
      system: system, workload: workload, metric: metric, published: published, ours: ours)
  }

  /// Ranks of one GPU each that share the experts.
  struct Setup: Sendable {
    var gpu: String
    var ranks: Int
    var backend: AllToAllBackend
    var redundant = 0
    var popularity = ExpertPopularity.even

    /// What an iteration of every rank's `batch` takes, operation by operation.
    func breakdown(of batch: Batch) throws -> Breakdown {
      var deployment = Deployment(
        model: try Models.named("deepseek-v3"), gpu: try GPUs.named(gpu))
      deployment.experts.dataParallelSize = ranks
      deployment.experts.isEnabled = true
      deployment.experts.backend = backend
      deployment.experts.redundantExperts = redundant
      deployment.experts.hasEPLB = redundant > 0
      deployment.experts.popularity = popularity
      return Breakdown(of: batch, by: try deployment.cost())
    }

    /// Prompt tokens a second of a node, where each GPU has 16,384 of them in prompts of `length`
    /// in two micro-batches.
    func prefill(of length: Int) throws -> Double {
      let prompts = [(tokens: Int, context: Int)](
        repeating: (length, 0), count: Self.tokens / 2 / length)
      let half = Batch(
        decodes: 0, decodeContext: 0, decodeContextSquares: 0, prompts: prompts)
      return 8 * Double(Self.tokens) / overlapped(try breakdown(of: half))
    }

    /// Output tokens a second of a node, where each GPU decodes `sequences` of `context` tokens.
    func decode(_ sequences: Int, context: Int, microBatches: Int) throws -> Double {
      let count = sequences / microBatches
      let batch = Batch(
        decodes: count, decodeContext: count * context,
        decodeContextSquares: count * context * context)
      let breakdown = try breakdown(of: batch)
      let seconds = microBatches == 1 ? breakdown.parts.totalSeconds : overlapped(breakdown)
      return 8 * Double(sequences) / seconds
    }

    private static let tokens = 16_384
    /// Multiprocessors of a Hopper GPU, and those of them that DeepEP's kernels for many tokens
    /// take while they send.
    private static let multiprocessors = (all: 132.0, sending: 20.0)

    /// The seconds of two micro-batches that each take what `half` says, of which one sends while
    /// the other computes: as long as the longer of both kinds of work.
    private func overlapped(_ half: Breakdown) -> Double {
      let sending = half.entries.filter {
        $0.operation.name == .dispatchTokens || $0.operation.name == .combineTokens
      }.reduce(0) { $0 + $1.totalSeconds }
      let computing = half.parts.totalSeconds - sending
      let taken =
        backend == .highThroughput
        ? Self.multiprocessors.sending / Self.multiprocessors.all : 0
      return max(2 * computing + 2 * sending * taken, 2 * sending)
    }
  }
}
