import Formats
import Serving

/// How the memory of one GPU is divided, and how many KV blocks that leaves, as vLLM (V1) works
/// it out: what the engine may use, less weights, peak activations and what is held outside
/// PyTorch.
///
/// Memory that captured CUDA graphs take is not part of it, as in vLLM 0.15.
public struct MemoryPlan: Sendable, Equatable {
  /// Bytes that the engine may use: the GPU's memory times `--gpu-memory-utilization`.
  public let usableBytes: Int
  public let weightBytes: Int
  /// What is held for drafting: weights, and keys and values in blocks of the same cache.
  public let draft: MemoryLimits.Draft
  /// The most that activations take at once.
  public let activationBytes: Int
  /// What libraries hold outside PyTorch's allocator.
  public let reserveBytes: Int
  /// What a block holds, and how many a sequence takes.
  public let layout: CacheLayout
  /// Bytes of one block, and its tokens.
  public var blockBytes: Int { layout.blockBytes + layout.blockSize * draft.bytesPerToken }
  public var blockSize: Int { layout.blockSize }
  /// Blocks of the KV cache.
  public var blocks: Int

  /// Bytes left for the KV cache; negative where the rest alone does not fit.
  public var cacheBytes: Int {
    usableBytes - weightBytes - draft.weightBytes - activationBytes - reserveBytes
  }

  /// Tokens of one sequence that the KV cache holds.
  public var cacheTokens: Int { layout.tokens(in: blocks, most: mostTokens) }
  /// The most tokens of one iteration.
  private let mostTokens: Int

  /// Sequences of `tokens` that the cache holds at once.
  public func concurrency(of tokens: Int) -> Double {
    Double(blocks) / Double(max(1, layout.blocks(for: tokens, most: mostTokens)))
  }

  /// The plan for `shard` on `gpu`.
  ///
  /// Throws if the cache cannot hold one sequence of `limits.maxModelLen` tokens, which vLLM asks
  /// for, and says what would fit.
  ///
  /// - Parameter isOverridden: whether the cache has blocks of another number, so that only the
  ///   rest has to fit.
  public init(
    of shard: Shard, on gpu: GPU, limits: MemoryLimits, isOverridden: Bool = false
  ) throws(InputError) {
    try limits.check()
    self.init(unchecked: shard, on: gpu, limits: limits)
    if isOverridden && cacheBytes > 0 { return }
    if let problem = problem(of: shard, on: gpu, limits: limits) { throw problem }
  }

  /// What is wrong with this plan for `shard`, if anything: that the cache cannot hold the longest
  /// sequence.
  public func problem(of shard: Shard, on gpu: GPU, limits: MemoryLimits) -> InputError? {
    if cacheTokens >= limits.maxModelLen { return nil }
    return blocks == 0
      ? misfit(of: shard, on: gpu, limits: limits)
      : shortage(of: shard, on: gpu, limits: limits)
  }

  /// The plan, whether or not anything fits.
  public init(unchecked shard: Shard, on gpu: GPU, limits: MemoryLimits) {
    usableBytes = Int(Double(gpu.memoryBytes) * limits.gpuMemoryUtilization)
    weightBytes = shard.weightBytes
    draft = limits.draft
    activationBytes = ActivationPeak(of: shard, limits: limits).bytes
    reserveBytes =
      shard.map.gpus == 1 ? Self.libraryBytes : Self.libraryBytes + Self.communicatorBytes
    layout = CacheLayout(of: shard, blockSize: limits.blockSize, slides: limits.slides)
    mostTokens = min(limits.maxNumBatchedTokens, limits.maxModelLen)
    let left = usableBytes - weightBytes - draft.weightBytes - activationBytes - reserveBytes
    let blockBytes = layout.blockBytes + layout.blockSize * draft.bytesPerToken
    blocks = max(0, left / blockBytes)
  }

  /// What kernels' code, cuBLAS and attention workspaces take outside PyTorch's allocator: a
  /// quarter of a GiB, about what vLLM's log gives as non-torch memory on one GPU.
  ///
  /// The CUDA context is not in it: vLLM measures from after its creation.
  public static let libraryBytes = 256 << 20

  /// What NCCL's channels and vLLM's own all-reduce buffers take more in a group of GPUs: half a
  /// GiB, about what the same log gives more with tensor parallelism.
  public static let communicatorBytes = 512 << 20
}

extension MemoryPlan {
  /// The error for weights that leave no room for a cache.
  private func misfit(of shard: Shard, on gpu: GPU, limits: MemoryLimits) -> InputError {
    let needed = weightBytes + draft.weightBytes + activationBytes + reserveBytes
    return InputError(
      "--tensor-parallel-size",
      problem: """
        \(shard.model.name) on \(Self.gpus(shard.map.gpus)) takes \
        \(Self.gibibytes(needed)) of each \(gpu.name) before its KV cache, and may use \
        \(Self.gibibytes(usableBytes))
        """,
      remedy: Self.largerGroup(than: shard, on: gpu, limits: limits))
  }

  /// The error for a cache that is smaller than one sequence of the greatest length.
  private func shortage(of shard: Shard, on gpu: GPU, limits: MemoryLimits) -> InputError {
    InputError(
      "--max-model-len",
      problem: """
        the KV cache of \(shard.model.name) on \(Self.gpus(shard.map.gpus)) of \(gpu.name) \
        holds \(cacheTokens) tokens, less than one sequence of \(limits.maxModelLen)
        """,
      remedy: """
        use --max-model-len \(cacheTokens) or less; at \(limits.maxModelLen) tokens \
        \(Self.largerGroup(than: shard, on: gpu, limits: limits))
        """)
  }

  /// What to do about GPUs that are too few: the smallest group in which the model fits.
  private static func largerGroup(
    than shard: Shard, on gpu: GPU, limits: MemoryLimits
  ) -> String {
    let fitting = Shard.degrees(of: shard.model, shard.map).first { degree in
      guard degree > shard.tensorParallel,
        let larger = try? Shard(of: shard.model, map: shard.map.withTensor(degree))
      else { return false }
      let plan = MemoryPlan(unchecked: larger, on: gpu, limits: limits)
      return plan.cacheTokens >= limits.maxModelLen
    }
    return fitting.map {
      "it needs \(gpus(shard.map.withTensor($0).gpus)): use --tensor-parallel-size \($0)"
    } ?? "no group of up to 16 GPUs is enough: use GPUs with more memory"
  }

  private static func gpus(_ count: Int) -> String { count == 1 ? "1 GPU" : "\(count) GPUs" }

  private static func gibibytes(_ bytes: Int) -> String {
    "\((Double(bytes) / 1_073_741_824 * 10).rounded() / 10) GiB"
  }
}
