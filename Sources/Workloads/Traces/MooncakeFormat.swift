import Formats
import Serving

/// The traces of Mooncake, one JSON object a line, and others that are written like them.
///
/// Qin et al., Mooncake, FAST 2025; github.com/kvcache-ai/Mooncake. `timestamp` is milliseconds
/// since the start. `hash_ids` are opaque 64-bit numbers, one for each block of 512 tokens of the
/// prompt, with or without the last block where that is not full; where blocks of another size fit
/// and no others do, they are those. Dynamo's names of the keys are known too. A later turn of a
/// session may have a `delay` in milliseconds after the turn before and no time (AIPerf, Dynamo),
/// or wait for others by their `request_id` (Dynamo's agentic traces).
struct MooncakeFormat: TraceFormat {
  let name = "mooncake"
  let summary = "Mooncake's JSON lines: milliseconds since the start, hashes of 512-token blocks"
  let header =
    "{timestamp,input_length,output_length[,hash_ids][,session_id][,delay][,wait_for][,priority]}"
  let required = ["timestamp", "input_length", "output_length"]
  private static let blockTokens = 512

  /// Objects with a `chat_id` are Qwen-Bailian's, whose times are seconds.
  func recognises(_ firstLine: FirstLine) -> Bool {
    guard case .keys(let keys) = firstLine else { return false }
    if keys.contains("chat_id") { return false }
    return keys.contains("timestamp") && keys.contains("input_length")
      || keys.contains("created_time") && keys.contains { $0.hasPrefix("input_") }
  }

  func parse(
    _ bytes: [UInt8], source: String, _ reading: TraceReading
  ) throws(InputError) -> LoadedTrace {
    var objects = JSONObjects(bytes, source: source, header: header)
    var builder = TraceBuilder(reading)
    builder.columns.prefixHashes = []
    builder.ignored = IgnoredNames(kind: "key", read: MooncakeRow.names)
    var withoutPriority = 0
    var hasHashes = false
    var row = MooncakeRow()
    while try objects.next() {
      try row.read(&objects)
      if !row.others.isEmpty {
        try builder.ignored?.add(row.keys, source: source, line: objects.line)
      }
      let earlier = builder.count
      guard try builder.add(row, objects) else { continue }
      builder.columns.prefixHashes?.append(row.hashes)
      hasHashes = hasHashes || row.hasHashes
      if row.turn.session != nil && builder.columns.sessions == nil {
        builder.columns.sessions = Array(repeating: "", count: earlier)
      }
      builder.columns.sessions?.append(row.turn.session ?? "")
      if row.priority != nil && builder.columns.priorities == nil {
        builder.columns.priorities = Array(repeating: 0, count: earlier)
      }
      builder.columns.priorities?.append(row.priority ?? 0)
      if row.priority == nil { withoutPriority += 1 }
    }
    if !hasHashes { builder.columns.prefixHashes = nil }
    builder.settleBlockTokens(usually: Self.blockTokens)
    var loaded = try builder.finish(source: source, formatName: name)
    if let note = try blockNote(loaded.trace, source: source) { loaded.notes.append(note) }
    if builder.columns.priorities != nil && withoutPriority > 0 {
      loaded.notes.append(
        "\(withoutPriority) of \(builder.count) requests have no priority and were given 0")
    }
    return loaded
  }
}

extension MooncakeFormat {
  /// Many programs write `timestamp` in seconds under the same keys. Read as milliseconds those
  /// arrive a thousand times too fast, at a rate that no single service has been seen to have; with
  /// fractions, which Mooncake's have not, they are taken for seconds.
  func settleUnits(of loaded: inout LoadedTrace, source: String) throws(InputError) {
    let trace = loaded.trace
    guard let rate = trace.meanRate, rate > Self.highestRate else { return }
    let times = trace.requests.map(\.arrival)
    let clause =
      "as milliseconds, these times make \(Int(min(rate, 0x1p62))) requests per second"
    let latest = EngineRange.time.upperBound / 1000
    let hasFractions = times.contains { !$0.isMultiple(of: 1_000_000) }
    if hasFractions, rate / 1000 <= Self.highestRate, times.allSatisfy({ $0 <= latest }) {
      loaded.trace = trace.arriving(at: times.map { $0 * 1000 })
      loaded.notes.append("timestamp was read as seconds: \(clause)")
      return
    }
    let hashes = trace.columns.prefixHashes == nil ? "" : ",hashes=hash_ids"
    throw InputError(
      source, column: "timestamp", problem: clause,
      remedy:
        "read the file as \(name):\(source) if they are milliseconds; if they are seconds, add "
        + "--columns arrival=timestamp,prompt=input_length,output=output_length\(hashes),unit=s")
  }

  /// Requests a second, on average.
  private static let highestRate = 200.0

  /// What to say of requests whose hashes are not one a block; an error if they are many.
  private func blockNote(_ trace: Trace, source: String) throws(InputError) -> String? {
    let size = trace.columns.prefixBlockTokens
    let hashes = trace.columns.prefixHashes ?? []
    let misfits = trace.count - trace.requests.fits(size, hashes)
    if misfits == 0 { return nil }
    let problem =
      "\(misfits) of \(trace.count) requests have hash_ids other than one for each block of "
      + "\(size) tokens"
    if trace.requests.isNearlyAll(trace.count - misfits) { return problem }
    throw InputError(
      source, column: "hash_ids", problem: problem,
      remedy: "blocks of no one power of two up to 8192 fit; say what they are, as in --columns "
        + "arrival=timestamp,prompt=input_length,output=output_length,hashes=hash_ids,block=16,"
        + "unit=ms")
  }
}

extension TraceBuilder {
  /// Takes `row`, on which `objects` stands; false if it is dropped.
  fileprivate mutating func add(
    _ row: MooncakeRow, _ objects: borrowing JSONObjects
  ) throws(InputError) -> Bool {
    if row.turn.session != nil || row.turn.label != nil || row.turn.isTold { beginTurns() }
    var place = Turns.Place(arrival: row.turn.arrival)
    if let turns {
      do throws(TurnProblem) { place = try turns.place(row.turn) } catch {
        throw objects.mistake("wait_for", error.problem, error.remedy)
      }
    }
    if place.arrival == nil { throw row.missingTime(objects) }
    return add(row.turn, at: place, promptTokens: row.promptTokens, outputTokens: row.outputTokens)
  }
}

/// What an object says of a request.
private struct MooncakeRow {
  /// When it is sent, and what it waits for.
  var turn = Turn()
  var promptTokens = 0
  var outputTokens = 0
  var hashes: [UInt64] = []
  var priority: Int?
  /// Which of `keys` the object has, a bit each.
  private var found = 0
  /// The other keys of the object.
  private(set) var others: [String] = []

  private static let keys: [StaticString] = [
    "timestamp", "input_length", "output_length", "hash_ids", "session_id", "priority", "delay",
    "wait_for", "request_id",
  ]
  /// What Dynamo calls the first of them.
  private static let others: [StaticString] = ["created_time", "input_tokens", "output_tokens"]
  /// What it calls a delay.
  private static let delays: [StaticString] = ["delay_ms", "delay_after_dependencies_ms"]
  /// The keys that are read.
  static let names = keys.map(\.description)

  /// All keys of the object.
  var keys: [String] { Self.names.indices.filter(has).map { Self.names[$0] } + others }

  /// Reads the object that `objects` has moved into.
  mutating func read(_ objects: inout JSONObjects) throws(InputError) {
    clear()
    while let key = try objects.nextKey() {
      guard
        let index = objects.index(of: key, among: Self.keys)
          ?? objects.index(of: key, among: Self.others)
          ?? objects.index(of: key, among: Self.delays).map({ _ in 6 })
      else {
        others.append(try objects.name(of: key))
        try objects.skip()
        continue
      }
      if has(index) {
        throw objects.mistake(Self.keys[index], "the key stands twice", "leave one of them out")
      }
      found |= 1 << index
      try read(index, &objects)
    }
    for index in 1..<3 where !has(index) { throw missing(index, objects) }
  }

  private func missing(_ index: Int, _ objects: borrowing JSONObjects) -> InputError {
    objects.mistake(Self.keys[index], "the key is missing", Self.remedy(index))
  }

  /// The error for a request of which nothing tells when it is sent.
  func missingTime(_ objects: borrowing JSONObjects) -> InputError {
    if turn.delay == nil { return missing(0, objects) }
    return objects.mistake(
      Self.keys[0], "the request has a delay and no time, and follows no earlier one",
      "a time, or the session_id of requests further up in the file")
  }

  /// Forgets the row before, but for the room that its hashes took.
  private mutating func clear() {
    hashes.removeAll(keepingCapacity: true)
    (turn, priority, found) = (Turn(), nil, 0)
    if !others.isEmpty { others = [] }
  }

  private func has(_ index: Int) -> Bool { found >> index & 1 == 1 }

  /// Whether the object has hashes, if only none.
  var hasHashes: Bool { has(3) }

  private mutating func read(_ index: Int, _ objects: inout JSONObjects) throws(InputError) {
    switch index {
    case 0: turn.arrival = try objects.arrival(milliseconds: Self.keys[index])
    case 1: promptTokens = try objects.tokens(Self.keys[index])
    case 2: outputTokens = try objects.tokens(Self.keys[index])
    case 3: try objects.hashes(Self.keys[index], into: &hashes)
    case 4: turn.session = try objects.name(Self.keys[index])
    case 5: priority = try objects.priority(Self.keys[index])
    case 6: turn.delay = try objects.span(milliseconds: Self.keys[index])
    case 7: turn.earlier = try objects.names(Self.keys[index])
    default: turn.label = try objects.name(Self.keys[index])
    }
  }

  /// What would stand under a key that every object has.
  private static func remedy(_ index: Int) -> String {
    switch index {
    case 0: DecimalNumber.arrivalRemedy("milliseconds", places: 6)
    case 3: JSONObjects.hashesRemedy
    default: DecimalNumber.tokensRemedy
    }
  }
}
