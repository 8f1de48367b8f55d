extension EngineRules {
  /// Speculative decoding: the next tokens of a sequence are drafted, and verified together in its
  /// next iteration, which emits those that are right and one more.
  ///
  /// vLLM 0.33.0, `vllm/v1/core/sched/scheduler.py`.
  public struct Speculation: Sendable, Equatable {
    /// The most drafts of a sequence in one iteration.
    public var numSpeculativeTokens: Int
    /// Tokens behind those of an iteration for which a sequence takes blocks too, for the drafter.
    public var lookaheadTokens = 0
    /// Tokens of the budget that each sequence of an iteration takes besides its own.
    public var draftSlots = 0
    /// Tokens behind a block that its hash covers.
    public var hashLookahead = 0
    /// How many drafts follow on an iteration, by its sequences; always the most where empty.
    public var byBatchSize: [BatchSizes] = []
    /// How many drafts are accepted.
    public var acceptance: Acceptance

    /// Drafts of iterations of so many sequences.
    public struct BatchSizes: Sendable, Equatable {
      public var sequences: ClosedRange<Int>
      public var drafts: Int

      public init(sequences: ClosedRange<Int>, drafts: Int) {
        self.sequences = sequences
        self.drafts = drafts
      }
    }

    public init(numSpeculativeTokens: Int, acceptance: Acceptance) {
      precondition(numSpeculativeTokens > 0, "something is drafted")
      self.numSpeculativeTokens = numSpeculativeTokens
      self.acceptance = acceptance
    }

    /// Drafts for each sequence that follow on an iteration of `sequences`.
    func drafts(after sequences: Int) -> Int {
      if byBatchSize.isEmpty { return numSpeculativeTokens }
      let sizes = byBatchSize.first { $0.sequences.contains(sequences) }
      return min(numSpeculativeTokens, sizes?.drafts ?? numSpeculativeTokens)
    }
  }
}
