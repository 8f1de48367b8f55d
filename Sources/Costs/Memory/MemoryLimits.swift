import Formats
import Serving

/// The settings of an engine that decide how its memory is divided, under vLLM's names.
public struct MemoryLimits: Sendable, Equatable {
  /// The share of the GPU's memory that the engine may use, above 0 and at most 1.
  public var gpuMemoryUtilization: Double
  /// Tokens in one block of the KV cache.
  public var blockSize: Int
  /// The most tokens of one iteration.
  public var maxNumBatchedTokens: Int
  /// The most sequences of one iteration.
  public var maxNumSeqs: Int
  /// The longest sequence that is served, in tokens.
  public var maxModelLen: Int
  /// Whether the engine frees blocks behind windows.
  public var slides = true
  /// What is held for drafting.
  public var draft = Draft()

  /// What a GPU holds of a model that drafts.
  public struct Draft: Sendable, Equatable {
    /// Bytes of its weights, and of the keys and values of one token.
    public var weightBytes = 0
    public var bytesPerToken = 0

    public init(weightBytes: Int = 0, bytesPerToken: Int = 0) {
      self.weightBytes = weightBytes
      self.bytesPerToken = bytesPerToken
    }
  }

  public init(
    gpuMemoryUtilization: Double = 0.9, blockSize: Int = 16, maxNumBatchedTokens: Int,
    maxNumSeqs: Int, maxModelLen: Int
  ) {
    self.gpuMemoryUtilization = gpuMemoryUtilization
    self.blockSize = blockSize
    self.maxNumBatchedTokens = maxNumBatchedTokens
    self.maxNumSeqs = maxNumSeqs
    self.maxModelLen = maxModelLen
  }

  /// Throws if a setting makes no sense by itself.
  func check() throws(InputError) {
    if !(gpuMemoryUtilization > 0 && gpuMemoryUtilization <= 1) {
      throw InputError(
        "--gpu-memory-utilization", problem: "\(gpuMemoryUtilization) is not a share of memory",
        remedy: "use a number above 0 and at most 1, such as 0.9")
    }
    try MemoryLimits.checkPositive("--block-size", blockSize)
    try MemoryLimits.checkPositive("--max-num-batched-tokens", maxNumBatchedTokens)
    try MemoryLimits.checkPositive("--max-num-seqs", maxNumSeqs)
    try MemoryLimits.checkPositive("--max-model-len", maxModelLen)
  }

  private static func checkPositive(_ option: String, _ value: Int) throws(InputError) {
    if value < 1 {
      throw InputError(
        option, problem: "\(value) is not positive", remedy: "use a whole number from 1 on")
    }
  }
}
