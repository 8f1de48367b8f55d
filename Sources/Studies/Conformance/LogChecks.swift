import Formats
import Serving

/// What a decision log may hold.
extension LogLine {
  /// Tokens of all prompts and answers of a log.
  private static let allTokens = 30_000_000
  /// KV blocks that a log with prefix caching may have, of which each has a name.
  private static let namedBlocks = 1...4_194_304
  /// Microseconds that an iteration, or a token in it, may take.
  private static let spanUs = 0.001...1e12

  /// Refuses a header that no engine could be made from.
  func check(_ header: Named<DecisionLog.Header>) throws(InputError) {
    try check("type", header.value.type, among: ["header"])
    try check(keys: header.keys, of: "header", among: DecisionLog.Header.keys)
    try check(
      "preempt_output_accounting", header.value.preemptOutputAccounting,
      among: ["remaining", "as_is"])
    let scheduler = header.value.scheduler
    guard let known = LoggedScheduler.all[scheduler] else {
      throw mistake(
        "scheduler", "there is no scheduler \"\(scheduler)\"",
        "there are \(LoggedScheduler.all.keys.sorted().joined(separator: ", "))")
    }
    try check(keys: header.value.config.keys, of: "config", among: known.keys)
    try check(header.value.config.value, chunks: known.chunksPrompts)
    try check(header.value.clock, stages: header.value.config.value.pp ?? 1)
  }

  private func check(_ config: DecisionLog.Config, chunks: Bool?) throws(InputError) {
    let count = EngineRange.sequences
    try check("config.block_size", config.blockSize, in: EngineRange.blockTokens)
    try check(
      "config.num_blocks", config.numBlocks,
      in: config.prefixCaching == true ? Self.namedBlocks : EngineRange.blocks)
    try check("config.num_cpu_blocks", config.numCpuBlocks, in: 0...EngineRange.blocks.upperBound)
    try check("config.max_num_seqs", config.maxNumSeqs, in: count)
    try check("config.max_tracked_sequences", config.maxTrackedSequences, in: count)
    try check("config.max_ragged_sequence_count", config.maxRaggedSequenceCount, in: count)
    try checkTokens(config)
    try check("config.pp", config.pp, in: 1...64)
    try check("config.flush_mode", config.flushMode, among: ["instant", "deferred"])
    try check("config.policy", config.policy, among: ["fcfs", "priority"])
    try check("config.preemption_mode", config.preemptionMode, among: ["recompute", "swap"])
    if config.preemptionMode == "swap" && config.numCpuBlocks == nil {
      throw mistake("config.num_cpu_blocks", "it is missing", "say what there is to swap to")
    }
    if let chunks, let given = config.enableChunkedPrefill, given != chunks {
      throw mistake(
        "config.enable_chunked_prefill", "it is \(given), and the scheduler says otherwise",
        "name vllm_v0 or vllm_v0_chunked")
    }
    if let share = config.watermark, share != 0 {
      throw mistake(
        "config.watermark", "\(share) is not understood", "record with a watermark of 0")
    }
  }

  private func checkTokens(_ config: DecisionLog.Config) throws(InputError) {
    let tokens = EngineRange.tokens
    try check("config.max_model_len", config.maxModelLen, in: tokens)
    try check("config.max_length", config.maxLength, in: tokens)
    try check("config.chunk_size", config.chunkSize, in: tokens)
    try check("config.max_batched_tokens", config.maxBatchedTokens, in: tokens)
    try check("config.max_num_batched_tokens", config.maxNumBatchedTokens, in: tokens)
    try check("config.max_ragged_batch_size", config.maxRaggedBatchSize, in: tokens)
    try check(
      "config.long_prefill_token_threshold", config.longPrefillTokenThreshold,
      in: 0...tokens.upperBound)
    guard let dynamic = config.dynamic else { return }
    let keys = DecisionLog.Dynamic.CodingKeys.allCases.map(\.rawValue)
    try check(keys: dynamic.keys, of: "config.dynamic", among: keys)
    let high = dynamic.value.high
    try check("config.dynamic.high_chunk_size", high, in: tokens)
    try check("config.dynamic.low_chunk_size", dynamic.value.low, in: 1...high)
    try check("config.dynamic.chunk_schedule_max_tokens", dynamic.value.maxTokens, in: tokens)
    try check("config.dynamic.chunk_schedule_stages", dynamic.value.stages, in: tokens)
  }

  private func check(_ clock: Named<DecisionLog.LogClock>, stages: Int) throws(InputError) {
    let keys = DecisionLog.LogClock.CodingKeys.allCases.map(\.rawValue)
    try check(keys: clock.keys, of: "clock", among: keys)
    let (step, base, token) = (clock.value.stepUs, clock.value.baseUs, clock.value.perTokenUs)
    try check("clock.kind", clock.value.kind, among: ["fixed", "linear"])
    let isLinear = clock.value.kind.map { $0 == "linear" } ?? (step == nil)
    let hasLine = base != nil || token != nil
    if isLinear ? step != nil || !hasLine : step == nil || hasLine {
      throw mistake(
        "clock", "it does not say how long an iteration takes",
        "give step_us alone, or base_us and per_token_us")
    }
    for (key, span) in [("step_us", step), ("base_us", base), ("per_token_us", token)] {
      guard let span, !Self.spanUs.contains(span), !isLinear || span != 0 else { continue }
      throw mistake("clock.\(key)", "\(span) is out of range", "give microseconds up to 1e12")
    }
    if !Self.spanUs.contains(clock.value.microseconds(tokens: 1)) {
      throw mistake("clock", "an iteration takes no time", "give microseconds up to 1e12")
    }
    if stages > 1 && (step ?? 0.5).rounded(.down) != step {
      throw mistake(
        "clock.step_us", "stages of a pipeline take whole microseconds", "give a whole number")
    }
  }

  /// Refuses requests that cannot be served.
  func check(_ requests: Named<DecisionLog.Requests>) throws(InputError) {
    try check("type", requests.value.type, among: ["requests"])
    try check(keys: requests.keys, of: "line", among: DecisionLog.Requests.keys)
    if requests.value.requests.isEmpty {
      throw mistake("requests", "there are none", "give the requests that were served")
    }
    var names: Set<String> = []
    var tokens = 0
    for (row, request) in requests.value.requests.enumerated() {
      let key = "requests.\(row)"
      try check(request, key)
      guard names.insert(request.value.id).inserted else {
        throw mistake("\(key).id", "\"\(request.value.id)\" is here twice", "give each its own")
      }
      tokens += request.value.prompt + request.value.output
      if tokens > Self.allTokens {
        throw mistake(
          key, "the requests up to here have \(tokens) tokens",
          "record requests of \(Self.allTokens) tokens together at most")
      }
    }
  }

  private func check(
    _ request: Named<DecisionLog.LoggedRequest>, _ key: String
  ) throws(InputError) {
    let keys = DecisionLog.LoggedRequest.CodingKeys.allCases.map(\.rawValue)
    try check(keys: request.keys, of: key, among: keys)
    let request = request.value
    try check(
      "\(key).arrival_us", request.arrivalUs, in: 0...EngineRange.time.upperBound / 1000)
    try check("\(key).prompt", request.prompt, in: EngineRange.tokens)
    try check("\(key).output", request.output, in: EngineRange.tokens)
    try check("\(key).shared_prefix", request.sharedPrefix, in: 0...EngineRange.tokens.upperBound)
    if (request.prefixGroup == nil) != (request.sharedPrefix == nil) {
      throw mistake(
        key, "prefix_group and shared_prefix stand together", "give both or neither")
    }
  }

  /// Refuses a step or a summary that speaks of other requests than `names`, or of what cannot be.
  func check(_ line: DecisionLog.Line, _ names: Set<String>) throws(InputError) {
    try check("type", line.type, among: ["step", "summary"])
    for item in line.batch ?? [] {
      try check("batch", item.request, in: names)
      try check("batch", item.kind, among: ["P", "D"])
      try check("batch", item.tokens, in: EngineRange.tokens)
      try check("batch", item.context, in: 0...EngineRange.tokens.upperBound)
    }
    let lists = [
      ("preempted", line.preempted), ("emitted", line.emitted), ("finished", line.finished),
      ("requests", line.requests?.map(\.id)),
    ]
    for (key, list) in lists {
      for name in list ?? [] { try check(key, name, in: names) }
    }
    if line.type == "step" && line.requests != nil {
      throw mistake("requests", "an iteration has none", "call the line a summary")
    }
  }

  private func check(_ key: String, _ name: String, in names: Set<String>) throws(InputError) {
    if names.contains(name) { return }
    throw mistake(key, "\"\(name)\" is none of the requests", "name those of the second line")
  }
}

extension DecisionLog {
  /// Refuses a log whose clock could run on past the engine's.
  func checkLength(_ place: LogLine) throws(InputError) {
    let tokens = requests.reduce(0) { $0 + $1.prompt + $1.output }
    let iteration = clock.microseconds(tokens: tokens) * Double(stages)
    let end = Double(requests.last?.arrivalUs ?? 0) + Double(steps.count + stages) * iteration
    if end * 1000 > Double(EngineRange.clock.upperBound) {
      throw place.mistake(
        "clock", "\(steps.count) iterations may take longer than the engine's clock runs",
        "give microseconds")
    }
  }
}
