extension EngineRules {
  /// What the encoder of images may compute and keep.
  public struct Encoder: Sendable, Equatable {
    /// Tokens that it computes in one iteration at most.
    public var budgetTokens: Int
    /// Tokens that are kept at most.
    public var cacheTokens: Int
    /// Whether an image is never split between chunks (`--disable-chunked-mm-input`).
    public var keepsWhole = false

    public init(budgetTokens: Int, cacheTokens: Int, keepsWhole: Bool = false) {
      self.budgetTokens = budgetTokens
      self.cacheTokens = cacheTokens
      self.keepsWhole = keepsWhole
    }
  }
}
