import Formats
import Schedulers
import Serving

extension DecisionLog {
  /// The first line: whose decisions these are, and under which limits.
  struct Header: Sendable {
    let scheduler: String
    let config: Config
    let clock: LogClock
    let preemptOutputAccounting: String?

    init(_ keys: JSONKeys) throws(InputError) {
      try keys.type(among: ["header"])
      try keys.checkNoted(among: [
        "type", "scheduler", "config", "clock", "preempt_output_accounting", "case", "source",
        "pipeline",
      ])
      preemptOutputAccounting = try keys.word(
        "preempt_output_accounting", among: ["remaining", "as_is"])
      guard
        let name = try keys.word("scheduler", among: LoggedScheduler.all.map(\.log.name).sorted()),
        let known = LoggedScheduler.named(name)?.log
      else { throw keys.missing("scheduler", "who decided") }
      scheduler = name
      config = try Config(try keys.needed("config", "the engine's limits", keys.object), of: known)
      clock = try LogClock(in: keys, stages: config.pp ?? 1)
    }
  }

  /// The limits of the engine, by its own names.
  struct Config: Sendable {
    let blockSize: Int
    let numBlocks: Int
    let maxNumSeqs: Int?
    let maxModelLen: Int?
    let maxLength: Int?
    let chunkSize: Int?
    let maxBatchedTokens: Int?
    let maxNumBatchedTokens: Int?
    let batchMaxTokens: Int?
    let maxRaggedBatchSize: Int?
    let maxRaggedSequenceCount: Int?
    let maxTrackedSequences: Int?
    let flushMode: String?
    let longPrefillTokenThreshold: Int?
    let enableChunkedPrefill: Bool?
    let schedulerReserveFullIsl: Bool?
    let dynamic: Dynamic?
    let prefixCaching: Bool?
    let asyncScheduling: Bool?
    let policy: String?
    let preemptionMode: String?
    let numCpuBlocks: Int?
    let pp: Int?
    let groups: CacheGroups?
    let speculation: Speculation?
    let encoder: EngineRules.Encoder?
    /// Whether the next batch is formed while one runs, where the engine's logs say that.
    let overlap: Bool?
    /// Options of our scheduler, by their names.
    let options: [(name: String, value: String)]
    /// Whether memory is counted in tokens and prompts are compared token by token.
    let isPaged: Bool
    /// Whether the request with the larger priority goes first.
    let isLargerFirst: Bool

    /// KV blocks that a log with prefix caching may have, of which each has a name.
    private static let namedBlocks = 1...4_194_304

    init(_ keys: JSONKeys, of scheduler: EngineLog) throws(InputError) {
      func tokens(_ name: String) throws(InputError) -> Int? {
        try keys.optionalCount(name, in: EngineRange.tokens, "tokens")
      }
      func sequences(_ name: String) throws(InputError) -> Int? {
        try keys.optionalCount(name, in: EngineRange.sequences, "sequences")
      }
      try keys.checkNoted(among: scheduler.keys)
      prefixCaching = try keys.flag("prefix_caching")
      asyncScheduling = try keys.flag("async_scheduling")
      let countsTokens = scheduler.keys.contains("max_total_tokens")
      blockSize =
        countsTokens
        ? 1
        : try keys.count(
          "block_size", "page_size", in: EngineRange.blockTokens, "tokens of a block")
      let blocks = prefixCaching == true ? Self.namedBlocks : EngineRange.blocks
      isPaged = scheduler.isPaged
      if countsTokens {
        numBlocks = try keys.count("max_total_tokens", in: blocks, "the tokens that memory holds")
      } else if !isPaged {
        numBlocks = try keys.count("num_blocks", in: blocks, "the KV blocks that there are")
      } else {
        numBlocks = try keys.pages(of: blockSize)
      }
      overlap = try keys.flag("overlap")
      options = try keys.options(of: scheduler) + keys.weights()
      let isLowFirst = try keys.flag("schedule_low_priority_values_first") ?? false
      isLargerFirst = isPaged && !isLowFirst
      maxNumSeqs = try sequences("max_num_seqs")
      maxTrackedSequences = try sequences("max_tracked_sequences")
      maxRaggedSequenceCount = try sequences("max_ragged_sequence_count")
      maxModelLen = try keys.optionalCount(
        "max_model_len", "context_len", in: EngineRange.tokens, "tokens")
      maxLength = try tokens("max_length")
      chunkSize = try tokens("chunk_size")
      batchMaxTokens = try tokens("batch_max_tokens")
      maxBatchedTokens = try tokens("max_batched_tokens")
      maxNumBatchedTokens = try tokens("max_num_batched_tokens")
      maxRaggedBatchSize = try tokens("max_ragged_batch_size")
      longPrefillTokenThreshold = try keys.optionalCount(
        "long_prefill_token_threshold", in: 0...EngineRange.tokens.upperBound, "tokens, or 0")
      pp = try keys.optionalCount("pp", in: 1...64, "the stages of a pipeline")
      flushMode = try keys.word("flush_mode", among: ["instant", "deferred"])
      policy = try keys.word("policy", among: ["fcfs", "priority"])
      preemptionMode = try keys.word("preemption_mode", among: ["recompute", "swap"])
      numCpuBlocks = try keys.optionalCount(
        "num_cpu_blocks", in: 0...EngineRange.blocks.upperBound, "the blocks to swap to")
      schedulerReserveFullIsl = try keys.flag("scheduler_reserve_full_isl")
      let chunks = try keys.flag("enable_chunked_prefill")
      enableChunkedPrefill = chunks == nil ? try keys.flag("chunked_prefill") : chunks
      dynamic = try keys.object("dynamic").map(Dynamic.init)
      groups = try Self.groups(keys)
      speculation = try keys.object("spec").map(Speculation.init)
      encoder = try keys.encoder()
      try check(keys, chunks: scheduler.chunksPrompts)
    }

    /// `priority` where the smaller goes first.
    func ownPriority(_ priority: Int) -> Int { isLargerFirst ? ~priority : priority }

    /// The groups of layers that take blocks: a list of objects with `kind` and `window`.
    private static func groups(_ keys: JSONKeys) throws(InputError) -> CacheGroups? {
      guard let list = try keys.objects("groups") else { return nil }
      var groups = CacheGroups(whole: 0)
      for group in list {
        switch try group.word("kind", among: ["full", "swa", "mamba"]) {
        case "swa":
          groups.windows.append(
            try group.count("window", in: EngineRange.tokens, "the tokens that are kept"))
        case "mamba": groups.states += 1
        default: groups.whole += 1
        }
      }
      if list.isEmpty || list.count > 64 {
        throw keys.mistake("groups", "\(list.count) groups are not understood", "give 1 to 64")
      }
      return groups
    }

    /// Refuses what stands against other keys, or is not understood.
    private func check(_ keys: JSONKeys, chunks: Bool?) throws(InputError) {
      if prefixCaching == true, let groups, groups != CacheGroups(),
        asyncScheduling == true || speculation != nil || groups.states > 0
      {
        throw keys.mistake(
          "groups",
          "prompts that share blocks of several groups are not understood beside "
            + "asynchronous scheduling, drafts or states", "record without prefix caching")
      }
      if encoder != nil && (asyncScheduling == true || prefixCaching == true) {
        throw keys.mistake(
          "encoder_compute_budget", "images are not understood beside this",
          "record without async_scheduling and prefix_caching")
      }
      if preemptionMode == "swap" && numCpuBlocks == nil {
        throw keys.missing("num_cpu_blocks", "say what there is to swap to")
      }
      if let chunks, let given = enableChunkedPrefill, given != chunks {
        throw keys.mistake(
          "enable_chunked_prefill", "it is \(given), and the scheduler says otherwise",
          "name vllm_v0 or vllm_v0_chunked")
      }
    }
  }

  /// Chunks that shrink as a prompt gets on.
  struct Dynamic: Sendable {
    let isOn: Bool?
    let low: Int
    let high: Int
    let maxTokens: Int
    let stages: Int

    init(_ keys: JSONKeys) throws(InputError) {
      let tokens = EngineRange.tokens
      try keys.checkNoted(among: [
        "enable_dynamic_chunking_schedule", "low_chunk_size", "high_chunk_size",
        "chunk_schedule_max_tokens", "chunk_schedule_stages",
      ])
      isOn = try keys.flag("enable_dynamic_chunking_schedule")
      high = try keys.count("high_chunk_size", in: tokens, "tokens of the first chunk")
      low = try keys.count("low_chunk_size", in: 1...high, "tokens of the last chunk")
      maxTokens = try keys.count("chunk_schedule_max_tokens", in: tokens, "tokens of a prompt")
      stages = try keys.count("chunk_schedule_stages", in: tokens, "the sizes of a chunk")
    }
  }

  /// A batch takes so long whatever is in it, or so long and so much a token; microseconds.
  struct LogClock: Sendable, CostModel {
    let stepUs: Double?
    let baseUs: Double?
    let perTokenUs: Double?

    /// Microseconds that an iteration, or a token in it, may take.
    private static let spanUs = 0.001...1e12

    init(in header: JSONKeys, stages: Int) throws(InputError) {
      let keys = try header.needed("clock", "how long an iteration takes", header.object)
      try keys.checkNoted(among: ["kind", "step_us", "base_us", "per_token_us"])
      let kind = try keys.word("kind", among: ["fixed", "linear"])
      stepUs = try keys.real("step_us")
      baseUs = try keys.real("base_us")
      perTokenUs = try keys.real("per_token_us")
      let isLinear = kind.map { $0 == "linear" } ?? (stepUs == nil)
      let hasLine = baseUs != nil || perTokenUs != nil
      if isLinear ? stepUs != nil || !hasLine : stepUs == nil || hasLine {
        throw header.mistake(
          "clock", "it does not say how long an iteration takes",
          "give step_us alone, or base_us and per_token_us")
      }
      for (key, span) in [("step_us", stepUs), ("base_us", baseUs), ("per_token_us", perTokenUs)] {
        guard let span, !Self.spanUs.contains(span), !isLinear || span != 0 else { continue }
        throw keys.mistake(key, "\(span) is out of range", "give microseconds up to 1e12")
      }
      if !Self.spanUs.contains(microseconds(tokens: 1)) {
        throw header.mistake("clock", "an iteration takes no time", "give microseconds up to 1e12")
      }
      if stages > 1 && (stepUs ?? 0.5).rounded(.down) != stepUs {
        throw keys.mistake(
          "step_us", "stages of a pipeline take whole microseconds", "give a whole number")
      }
    }

    func seconds(for batch: borrowing Batch) -> Double {
      microseconds(tokens: batch.tokens) / 1e6
    }

    func microseconds(tokens: Int) -> Double {
      stepUs ?? (baseUs ?? 0) + (perTokenUs ?? 0) * Double(tokens)
    }
  }
}

extension JSONKeys {
  /// The blocks of `page` tokens that `num_tokens` fill.
  fileprivate func pages(of page: Int) throws(InputError) -> Int {
    let tokens = try count("num_tokens", in: EngineRange.tokens, "the tokens that memory holds")
    if tokens % page == 0 { return tokens / page }
    throw mistake("num_tokens", "\(tokens) is no multiple of the page", "give whole pages")
  }

  /// The `type` of a line, one of `types`.
  @discardableResult
  func type(among types: [String]) throws(InputError) -> String {
    if let type = try word("type", among: types) { return type }
    throw missing("type", types.joined(separator: " or "))
  }

  /// Refuses a key that is none of `known`; notes may be called anything that ends in `note`.
  func checkNoted(among known: [String]) throws(InputError) {
    try check(among: known + values.keys.filter { $0.hasSuffix("note") })
  }
}
