import Serving

/// servesim's own format, which `TraceWriter` writes.
///
/// `arrival_s` is seconds since the start of the trace, exact to the nanosecond. `prefix_hashes`
/// are opaque 64-bit numbers with spaces between, one for each block of the prompt.
struct NativeFormat: TraceFormat {
  let name = "native"
  let summary = "servesim's own CSV: seconds since the start, tokens, sessions and prefix hashes"
  let header = "[id,]arrival_s,prompt_tokens,output_tokens[,session_id][,prefix_hashes]"

  func recognises(_ columns: [String]) -> Bool { columns.contains("arrival_s") }

  func parse(_ bytes: [UInt8], source: String) throws(InputError) -> LoadedTrace {
    var reader = try CSVReader(bytes, source: source)
    let arrival = try reader.column("arrival_s", of: header)
    let prompt = try reader.column("prompt_tokens", of: header)
    let output = try reader.column("output_tokens", of: header)
    let session = try reader.optionalColumn("session_id")
    let hashes = try reader.optionalColumn("prefix_hashes")
    var labels = try reader.optionalColumn("id").map { RowLabels(column: $0) }
    var builder = TraceBuilder()
    builder.sessions = session.map { _ in [] }
    builder.prefixHashes = hashes.map { _ in [] }
    while try reader.nextRow() {
      try labels?.read(reader)
      let isKept = builder.add(
        arrival: try reader.arrival(arrival), promptTokens: try reader.tokens(prompt),
        outputTokens: try reader.tokens(output))
      guard isKept else { continue }
      try labels?.keep(reader)
      if let session { builder.sessions?.append(try reader.text(session)) }
      if let hashes { builder.prefixHashes?.append(try reader.hashes(hashes)) }
    }
    builder.labels = try labels?.finish(reader, isInOrder: builder.isInOrder)
    return try builder.finish(source: source, formatName: name)
  }
}
