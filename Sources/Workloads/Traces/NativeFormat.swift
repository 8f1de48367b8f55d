import Formats
import Foundation
import Serving

/// servesim's own format, which `TraceWriter` writes.
///
/// `arrival_s` is seconds since the start of the trace, exact to the nanosecond. `prefix_hashes`
/// are opaque 64-bit numbers with spaces between, one for each block of the prompt; a comment
/// `# block_size=512` says how many tokens a block has, 16 where there is none. One of smaller
/// `priority` goes first; `client` is whose it is, and `adapter` the LoRA adapter that it is
/// served with, empty for none. A request with ids of requests further up in `after`, with spaces
/// between, may be sent `delay_s` seconds after the last of those has ended, and need not have an
/// `arrival_s` then; where there is no `after`, one with a `delay_s` follows the one before of its
/// session. In `after`, `%20` stands for a space in an id, and `%25` for a percent sign.
struct NativeFormat: TraceFormat {
  let name = "native"
  let summary =
    "servesim's own CSV: `# block_size=16` above it is the tokens in a block of hashes; requests "
    + "wait for those whose ids are in after, and delay_s longer"
  let header =
    "[id,]arrival_s,prompt_tokens,output_tokens[,session_id][,priority][,client]"
    + "[,adapter][,after][,delay_s][,prefix_hashes]"

  let required = ["arrival_s", "prompt_tokens", "output_tokens"]

  private static let columns = [
    "id", "arrival_s", "prompt_tokens", "output_tokens", "session_id", "priority", "client",
    "adapter", "after", "delay_s", "prefix_hashes",
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
    let client = try reader.optionalColumn("client")
    let adapter = try reader.optionalColumn("adapter")
    let hashes = try reader.optionalColumn("prefix_hashes")
    let turns = try NativeTurns(reader, session: session)
    var labels = try reader.optionalColumn("id").map { RowLabels(column: $0) }
    var builder = TraceBuilder(reading)
    builder.ignored = try reader.columns(besides: Self.columns)
    builder.columns.sessions = session.map { _ in [] }
    builder.columns.priorities = priority.map { _ in [] }
    builder.columns.clients = client.map { _ in [] }
    builder.columns.adapters = adapter.map { _ in [] }
    builder.columns.prefixHashes = hashes.map { _ in [] }
    if turns != nil { builder.beginTurns() }
    while try reader.nextRow() {
      try labels?.read(reader)
      let isKept: Bool
      if let turns {
        let (turn, place) = try turns.read(reader, arrival, builder)
        isKept = builder.add(
          turn, at: place, promptTokens: try reader.tokens(prompt),
          outputTokens: try reader.tokens(output))
      } else {
        isKept = builder.add(
          arrival: try reader.arrival(arrival), promptTokens: try reader.tokens(prompt),
          outputTokens: try reader.tokens(output))
      }
      guard isKept else { continue }
      try labels?.keep(reader)
      if let session { builder.columns.sessions?.append(try reader.text(session)) }
      if let priority { builder.columns.priorities?.append(try reader.priority(priority)) }
      if let client { builder.columns.clients?.append(try reader.text(client)) }
      if let adapter { builder.columns.adapters?.append(try reader.text(adapter)) }
      if let hashes { builder.columns.prefixHashes?.append(try reader.hashes(hashes)) }
    }
    builder.columns.labels = try labels?.finish(reader, isInOrder: builder.isInOrder)
    builder.columns.prefixBlockTokens = try reader.blockTokens() ?? Self.standardBlockTokens
    return try builder.finish(source: source, formatName: name)
  }
}

/// The columns of a native trace that tell which requests wait for others.
private struct NativeTurns {
  private let after, delay, session, id: Column?

  /// Nil where there are none.
  init?(_ reader: borrowing CSVReader, session: Column?) throws(InputError) {
    after = try reader.optionalColumn("after")
    delay = try reader.optionalColumn("delay_s")
    if after == nil && delay == nil { return nil }
    self.session = session
    id = try reader.optionalColumn("id")
  }

  /// The turn of the row that `reader` stands on, and where it stands among those before.
  func read(
    _ reader: borrowing CSVReader, _ arrival: Column, _ builder: TraceBuilder
  ) throws(InputError) -> (Turn, Turns.Place) {
    var turn = Turn()
    turn.label =
      try id.map { column throws(InputError) in try reader.text(column) }
      ?? String(reader.rows - 1)
    turn.session = try session.map { column throws(InputError) in try reader.text(column) }
    if let delay, !reader.range(of: delay).isEmpty { turn.delay = try reader.arrival(delay) }
    if let after {
      turn.earlier = try names(reader, after)
    } else if turn.delay == nil {
      turn.earlier = []
    }
    if !reader.range(of: arrival).isEmpty { turn.arrival = try reader.arrival(arrival) }
    var place = Turns.Place(arrival: turn.arrival)
    if let turns = builder.turns {
      do throws(TurnProblem) { place = try turns.place(turn) } catch {
        throw reader.error(in: after ?? arrival, error.problem, error.remedy)
      }
    }
    if place.arrival == nil { _ = try reader.arrival(arrival) }
    return (turn, place)
  }

  /// The ids in `column`.
  private func names(
    _ reader: borrowing CSVReader, _ column: Column
  ) throws(InputError) -> [String] {
    let words = try reader.text(column).utf8.split { $0 == .space || $0 == .tab }
    var names: [String] = []
    for word in words {
      let text = String(decoding: word, as: UTF8.self)
      guard let name = text.removingPercentEncoding else {
        throw reader.error(
          in: column, "`\(shortened(text))` is no id",
          "%20 for a space in one, %25 for a percent sign")
      }
      names.append(name)
    }
    return names
  }
}
