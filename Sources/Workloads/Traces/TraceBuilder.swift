import Formats
import Serving

/// Gathers the rows of a file into a trace, and counts what is not taken as it stands.
struct TraceBuilder {
  private var requests: [Request] = []
  private var withoutOutput = 0
  private var withoutPrompt = 0
  private var outOfOrder = 0
  private let reading: TraceReading

  /// What else is known of the requests that were kept.
  var columns = Columns()
  /// Which requests wait for others, where the file may tell it.
  var turns: Turns?
  /// What the file has that is not read.
  var ignored: IgnoredNames?
  /// Whether the file says when requests arrive.
  var hasArrivals = true

  init(_ reading: TraceReading) { self.reading = reading }

  /// Requests kept so far.
  var count: Int { requests.count }
  /// Whether the rows so far stand in order of arrival.
  var isInOrder: Bool { outOfOrder == 0 }

  /// Takes a row; false if it is dropped, because a request has a prompt and an output.
  @inline(__always)
  mutating func add(arrival: Nanoseconds, promptTokens: Int, outputTokens: Int) -> Bool {
    if outputTokens == 0 || promptTokens == 0 {
      if outputTokens == 0 { withoutOutput += 1 } else { withoutPrompt += 1 }
      guard reading.keepsZeroTokens else { return false }
    }
    if let last = requests.last, arrival < last.arrival { outOfOrder += 1 }
    requests.append(
      Request(
        arrival: arrival, promptTokens: max(1, promptTokens), outputTokens: max(1, outputTokens)))
    return true
  }

  /// Likewise a request that may wait for others, which arrives as `place` says.
  mutating func add(
    _ turn: Turn, at place: Turns.Place, promptTokens: Int, outputTokens: Int
  ) -> Bool {
    let isKept = add(
      arrival: place.arrival ?? 0, promptTokens: promptTokens, outputTokens: outputTokens)
    if isKept { turns?.keep(turn, place) } else { turns?.drop(turn) }
    return isKept
  }

  /// Begins to note which requests wait for others, behind those so far, which wait for none.
  mutating func beginTurns() {
    if turns == nil { turns = Turns(after: requests.map(\.arrival)) }
  }

  /// Finds how many tokens a block of the hashes has, which no key says.
  mutating func settleBlockTokens(usually: Int) {
    columns.prefixBlockTokens = usually
    guard let hashes = columns.prefixHashes else { return }
    columns.prefixBlockTokens = requests.blockTokens(of: hashes, usually: usually)
  }

  /// The trace, with times counted from `origin`; an error if no row was kept.
  func finish(
    source: String, formatName: String, origin: Nanoseconds = 0
  ) throws(InputError) -> LoadedTrace {
    if requests.isEmpty && withoutOutput + withoutPrompt == 0 {
      throw InputError(
        source, problem: "there are no requests in it",
        remedy: "a request has at least one prompt token and one output token")
    }
    if requests.isEmpty {
      throw InputError(
        source, problem: "none of the \(withoutOutput + withoutPrompt) rows has both tokens",
        remedy: "a request has at least one prompt token and one output token")
    }
    var requests = requests
    guard requests.count <= EngineRange.requests.upperBound else {
      throw InputError(
        source, problem: "\(requests.count) requests are too many",
        remedy: "a trace has at most \(EngineRange.requests.upperBound)")
    }
    let last = requests.reduce(0) { max($0, $1.arrival) }
    if last - origin > EngineRange.time.upperBound {
      throw InputError(
        source, problem: "a request arrives \((last - origin).seconds) s after the first",
        remedy: "times within \(Int(EngineRange.time.upperBound.seconds)) s of the first")
    }
    if origin != 0 {
      for index in requests.indices { requests[index].arrival -= origin }
    }
    var columns = columns
    columns.waits = turns?.waits
    var loaded = LoadedTrace(
      trace: Trace(requests: requests, columns: columns), formatName: formatName, notes: notes)
    loaded.hasArrivals = hasArrivals
    return loaded
  }

  private var notes: [String] {
    var notes: [String] = []
    if let note = ignored?.note { notes.append(note) }
    if outOfOrder > 0 {
      notes.append(
        "\(rows(outOfOrder)) earlier than the row above; the trace was sorted by arrival")
    }
    for (count, kind) in [(withoutOutput, "output"), (withoutPrompt, "prompt")] where count > 0 {
      notes.append(
        reading.keepsZeroTokens
          ? "\(rows(count)) without \(kind) tokens kept, with one"
          : "\(rows(count)) dropped: no \(kind) tokens")
    }
    if let waits = turns?.waits, !waits.areRecorded {
      notes.append("requests that wait for others to end: \(waits.waiting)")
    }
    if let hashes = columns.prefixHashes {
      let count = hashes.count { !$0.isEmpty }
      notes.append(
        "prefix hashes of \(columns.prefixBlockTokens)-token blocks: "
          + "\(count) of \(hashes.count) requests have some")
    }
    return notes
  }

  private func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }
}
