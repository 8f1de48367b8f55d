import Formats
import Serving

/// servesim's own format, which `TraceWriter` writes.
///
/// `arrival_s` is seconds since the start of the trace, exact to the nanosecond. `prefix_hashes`
/// are opaque 64-bit numbers with spaces between, one for each block of the prompt; a comment
/// `# block_size=512` says how many tokens a block has, 16 where there is none. A request of
/// smaller `priority` goes first.
struct NativeFormat: TraceFormat {
  let name = "native"
  let summary = "servesim's own CSV; `# block_size=16` above it is the tokens in a block of hashes"
  let header = "[id,]arrival_s,prompt_tokens,output_tokens[,session_id][,priority][,prefix_hashes]"

  let required = ["arrival_s", "prompt_tokens", "output_tokens"]

  private static let columns = [
    "id", "arrival_s", "prompt_tokens", "output_tokens", "session_id", "priority", "prefix_hashes",
  ]

  /// Tokens in a block of hashes where no comment says how many.
  static let standardBlockTokens = 16

  func recognises(_ firstLine: FirstLine) -> Bool {
    guard case .columns(let columns) = firstLine else { return false }
    return columns.contains("arrival_s")
  }

  func parse(
    _ bytes: [UInt8], source: String, _ reading: TraceReading
  ) throws(InputError) -> LoadedTrace {
    var reader = try CSVReader(bytes, source: source)
    let arrival = try reader.column("arrival_s", of: header)
    let prompt = try reader.column("prompt_tokens", of: header)
    let output = try reader.column("output_tokens", of: header)
    let session = try reader.optionalColumn("session_id")
    let priority = try reader.optionalColumn("priority")
    let hashes = try reader.optionalColumn("prefix_hashes")
    var labels = try reader.optionalColumn("id").map { RowLabels(column: $0) }
    var builder = TraceBuilder(reading)
    builder.ignored = try reader.columns(besides: Self.columns)
    builder.columns.sessions = session.map { _ in [] }
    builder.columns.priorities = priority.map { _ in [] }
    builder.columns.prefixHashes = hashes.map { _ in [] }
    while try reader.nextRow() {
      try labels?.read(reader)
      let isKept = builder.add(
        arrival: try reader.arrival(arrival), promptTokens: try reader.tokens(prompt),
        outputTokens: try reader.tokens(output))
      guard isKept else { continue }
      try labels?.keep(reader)
      if let session { builder.columns.sessions?.append(try reader.text(session)) }
      if let priority { builder.columns.priorities?.append(try reader.priority(priority)) }
      if let hashes { builder.columns.prefixHashes?.append(try reader.hashes(hashes)) }
    }
    builder.columns.labels = try labels?.finish(reader, isInOrder: builder.isInOrder)
    builder.columns.prefixBlockTokens = try reader.blockTokens() ?? Self.standardBlockTokens
    return try builder.finish(source: source, formatName: name)
  }
}
