import Formats
import Studies

/// What a model takes of memory, in words and as JSON.
public enum MemoryText {
  /// The plan in GiB, as an engine's log has it.
  public static func text(_ report: MemoryReport) -> String {
    let model = report.model
    var lines = [
      report.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", "), "",
      "model      \(model.name) (\(model.family)): \(billions(model.parameters)) parameters"
        + (model.activeParameters < model.parameters
          ? ", \(billions(model.activeParameters)) of them active" : ""),
      "weights    \(gibibytes(report.whole.weightBytes)) in all, \(model.formatsInWords)",
      "KV cache   \(model.cache.rawValue), "
        + report.whole.cacheGroups.map(words).joined(separator: "; "),
    ]
    if let plan = report.plan { lines += ["", "of each \(setting("gpu", report)):"] + rows(plan) }
    if let concurrency = report.maxConcurrency, report.problem == nil {
      lines.append(
        "Maximum concurrency for \(Numbers.grouped(report.maxModelLen)) tokens per request: "
          + "\(Numbers.fixed(concurrency, decimals: 2))x")
    }
    if let problem = report.problem {
      lines += ["", "It cannot be served so: \(problem.problem); \(problem.remedy)."]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func rows(_ plan: MemoryReport.Plan) -> [String] {
    let draft = plan.draft == .init() ? [] : [("weights that draft", plan.draft.weightBytes)]
    let rows =
      [("usable", plan.usableBytes), ("weights", plan.weightBytes)] + draft + [
        ("activations", plan.activationBytes), ("reserved by libraries", plan.reserveBytes),
        ("KV cache", plan.cacheBytes),
      ]
    return rows.map { name, bytes in
      "  \(name)\(String(repeating: " ", count: 24 - name.count))\(gibibytes(bytes))"
    } + [
      "GPU KV cache size: \(Numbers.grouped(plan.cacheTokens)) tokens, "
        + "\(Numbers.grouped(plan.blocks)) blocks of \(plan.blockSize)"
    ]
  }

  private static func words(_ group: MemoryReport.Layers) -> String {
    let kept =
      switch group.kind {
      case .all: "all tokens"
      case .last(let tokens): "the last \(Numbers.grouped(tokens)) tokens"
      case .chunk(let tokens): "the tokens of a chunk of \(Numbers.grouped(tokens))"
      case .indexer: "an indexer's keys of all tokens"
      case .state: "a state"
      }
    let bytes =
      group.kind == .state
      ? "\(Numbers.grouped(group.bytesPerSequence)) bytes per sequence"
      : "\(Numbers.grouped(Int(group.bytesPerToken.rounded()))) bytes per token"
    return "\(group.layers) layers keep \(kept), \(bytes)"
  }

  private static func setting(_ name: String, _ report: MemoryReport) -> String {
    report.settings.first { $0.name == name }?.value ?? "GPU"
  }

  private static func billions(_ count: Int) -> String {
    Numbers.fixed(Double(count) / 1e9, decimals: 2) + " billion"
  }

  private static func gibibytes(_ bytes: Int) -> String {
    Numbers.fixed(Double(bytes) / Double(1 << 30), decimals: 2) + " GiB"
  }

  /// The same for programs to read:
  ///
  ///     {"model": {"name", "family", "parameters", "active_parameters", "weight_bytes",
  ///        "max_model_len", "cache": {"dtype", "bytes_per_token", "bytes_per_sequence",
  ///          "groups": [{"layers", "keeps", "bytes_per_token", "bytes_per_sequence"}]}},
  ///      "settings": {name: text, …},
  ///      "plan": {"usable_bytes", "weight_bytes", "activation_bytes", "reserve_bytes",
  ///        "cache_bytes", "blocks", "block_size", "cache_tokens", "max_concurrency"},
  ///      "problem": why it cannot be served so, or null}
  ///
  /// The model's bytes are those on one GPU; `bytes_per_token` is of the keys and values, or
  /// latents, of layers that keep the whole context, `bytes_per_sequence` of recurrent states;
  /// `keeps` is the tokens that a group keeps, or "all", or "indexer" (an indexer's keys of all
  /// tokens), or "state".
  public static func json(_ report: MemoryReport) -> String {
    let model = report.model
    let groups = report.whole.cacheGroups
    let growing = groups.filter { $0.kind == .all }.reduce(0.0) { $0 + $1.bytesPerToken }
    let cache = JSONValue.object([
      .init("dtype", .string(model.cache.rawValue)), .init("bytes_per_token", number(growing)),
      .init("bytes_per_sequence", .integer(groups.reduce(0) { $0 + $1.bytesPerSequence })),
      .init(
        "groups",
        .array(
          groups.map { group in
            .object([
              .init("layers", .integer(group.layers)),
              .init("keeps", keeps(group)),
              .init("bytes_per_token", number(group.bytesPerToken)),
              .init("bytes_per_sequence", .integer(group.bytesPerSequence)),
            ])
          })),
    ])
    return JSONValue.object([
      .init(
        "model",
        .object([
          .init("name", .string(model.name)), .init("family", .string(model.family)),
          .init("parameters", .integer(model.parameters)),
          .init("active_parameters", .integer(model.activeParameters)),
          .init("weight_bytes", .integer(report.whole.weightBytes)),
          .init("max_model_len", .integer(report.maxModelLen)), .init("cache", cache),
        ])),
      .init(
        "settings", .object(report.settings.map { .init($0.name, .string($0.value)) })),
      .init("plan", report.plan.map { plan($0, report) } ?? .null),
      .init(
        "problem",
        report.problem.map { .string("\($0.problem); \($0.remedy)") } ?? .null),
    ]).text()
  }

  /// A whole number where it is one.
  private static func number(_ value: Double) -> JSONValue {
    value == value.rounded() ? .integer(Int(value)) : JSONValue(value)
  }

  private static func keeps(_ group: MemoryReport.Layers) -> JSONValue {
    switch group.kind {
    case .all: .string("all")
    case .last(let tokens), .chunk(let tokens): .integer(tokens)
    case .indexer: .string("indexer")
    case .state: .string("state")
    }
  }

  private static func plan(_ plan: MemoryReport.Plan, _ report: MemoryReport) -> JSONValue {
    .object([
      .init("usable_bytes", .integer(plan.usableBytes)),
      .init("weight_bytes", .integer(plan.weightBytes)),
      .init("activation_bytes", .integer(plan.activationBytes)),
      .init("reserve_bytes", .integer(plan.reserveBytes)),
      .init("cache_bytes", .integer(plan.cacheBytes)), .init("blocks", .integer(plan.blocks)),
      .init("block_size", .integer(plan.blockSize)),
      .init("cache_tokens", .integer(plan.cacheTokens)),
      .init("max_concurrency", JSONValue(report.maxConcurrency)),
    ])
  }
}
