/// Where the drafts of speculative decoding come from, by the names that vLLM has for it.
public enum DraftMethod: String, CaseIterable, Sendable {
  /// Tokens that followed the same words before, in the prompt or the answer.
  case ngram
  /// The same from a tree of earlier answers too.
  case suffix
  /// A small model of its own.
  case draftModel = "draft_model"
  /// A layer that continues from the model's own last states.
  case eagle
  case eagle3
  /// A layer of the model itself that was trained for that.
  case mtp

  /// Whether it runs on the GPU, and keeps a cache of its own there.
  public var hasModel: Bool { self != .ngram && self != .suffix }

  /// Whether it continues from the states of the model that it drafts for.
  public var continuesStates: Bool { hasModel && self != .draftModel }
}

extension EngineRules.Speculation {
  /// Drafts of `method`, as vLLM 0.33.0 makes room for them: those that run on the GPU have blocks
  /// for what they will compute; a model of its own computes a token more than it drafts; and
  /// whoever continues from states does so from one token later, which hashes have to cover.
  public init(_ method: DraftMethod, numSpeculativeTokens: Int, acceptance: Acceptance) {
    self.init(numSpeculativeTokens: numSpeculativeTokens, acceptance: acceptance)
    lookaheadTokens = method.hasModel ? numSpeculativeTokens : 0
    draftSlots = method == .draftModel ? 1 : 0
    hashLookahead = method.continuesStates ? 1 : 0
  }
}
