import Formats
import Metrics
import Serving
import Studies

/// What one batch costs, as CSV and JSON for programs to read.
///
/// An operation is `operation`, `size`, `part`, `runs`, `seconds_per_run`, `seconds` (of all runs),
/// `share` (of the iteration), `bound_by`, `basis` (`measured` kernels,
/// `extrapolated` beyond their sizes, `borrowed` from another GPU or format, `roofline`),
/// `borrowed_from` (that GPU or format), `flops`,
/// `memory_bytes`, `sent_bytes` (of all runs, on
/// one GPU of each pipeline stage), `mfu`, `memory_use` and `link_use` (shares of the data sheet's
/// peaks).
///
///     {"settings": {name: text, …},
///      "batch": {"prompts", "prompt_tokens", "cached_prompt_tokens", "decode_requests",
///                "decode_context_tokens"},
///      "seconds": number,
///      "operations": [{as above}], "parts": [{as above without what operations alone have}],
///      "experts": {"ranks", "tokens", "balancedness"} where ranks have other experts each}
///
/// The seconds of the operations add up to those of the iteration, and those of the parts too.
public enum CostData {
  /// One row an operation, and one for the host.
  public static func csv(_ report: CostReport) -> String {
    var writer = CSVWriter()
    var bytes: [UInt8] = []
    for field in operation(report.operations[0]) { writer.add(field.name) }
    writer.endRow { bytes += $0 }
    for row in report.operations {
      for field in operation(row) { writer.add(field.value) }
      writer.endRow { bytes += $0 }
    }
    writer.flush { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The report as JSON.
  public static func json(_ report: CostReport) -> String {
    JSONValue.object(
      [
        .init("settings", settings(report.settings)),
        .init("batch", batch(report.batch)),
        .init("seconds", .number(report.total.seconds)),
        .init("operations", .array(report.operations.map { .object(operation($0)) })),
        .init("parts", .array(report.parts.map { .object(part($0)) })),
      ] + balance(report)
    ).text()
  }

  private static func balance(_ report: CostReport) -> [JSONValue.Member] {
    guard let balance = report.balance else { return [] }
    return [
      .init(
        "experts",
        .object([
          .init("ranks", .integer(balance.ranks)), .init("tokens", .integer(balance.tokens)),
          .init("balancedness", .number(balance.balancedness)),
        ]))
    ]
  }

  static func settings(_ settings: [Run.Setting]) -> JSONValue {
    .object(settings.map { .init($0.name, .string($0.value)) })
  }

  private static func batch(_ batch: Batch) -> JSONValue {
    .object([
      .init("prompts", .integer(batch.chunks.count)),
      .init("prompt_tokens", .integer(batch.chunkTokens)),
      .init("cached_prompt_tokens", .integer(batch.chunks.reduce(0) { $0 + $1.context })),
      .init("decode_requests", .integer(batch.decodes)),
      .init("decode_context_tokens", .integer(batch.decodeContext)),
    ])
  }

  private static func operation(_ row: CostReport.Row) -> [JSONValue.Member] {
    [
      .init("operation", .string(row.name)),
      .init("size", .string(row.size)),
      .init("part", .string(row.part)),
      .init("runs", row.runs.map { .integer($0) } ?? .null),
      .init("seconds_per_run", JSONValue(row.secondsPerRun)),
      .init("seconds", .number(row.seconds)),
      .init("share", .number(row.share)),
      .init("bound_by", row.limit.map { .string($0) } ?? .null),
      .init("basis", row.basis.map { .string($0) } ?? .null),
      .init("borrowed_from", row.owner.map { .string($0) } ?? .null),
    ] + work(row)
  }

  private static func part(_ row: CostReport.Row) -> [JSONValue.Member] {
    [
      .init("part", .string(row.part)),
      .init("seconds", .number(row.seconds)),
      .init("share", .number(row.share)),
    ] + work(row)
  }

  private static func work(_ row: CostReport.Row) -> [JSONValue.Member] {
    [
      .init("flops", .number(row.flops)),
      .init("memory_bytes", .number(row.memoryBytes)),
      .init("sent_bytes", .number(row.sentBytes)),
      .init("mfu", .number(row.computeUse)),
      .init("memory_use", .number(row.memoryUse)),
      .init("link_use", .number(row.linkUse)),
    ]
  }
}

extension CSVWriter {
  /// Adds a single value as it stands in JSON, without quotation marks; nothing for null.
  fileprivate mutating func add(_ value: JSONValue) {
    switch value {
    case .string(let text): add(text)
    case .integer(let number): add(number)
    case .number(let number): add(number)
    case .bool(let bool): add(bool.description)
    case .null: add("")
    case .array, .object: preconditionFailure("a field holds a single value")
    }
  }
}
