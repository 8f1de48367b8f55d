import Formats
import Serving

/// What is known of a request while the objects around it are read.
struct ObjectRow {
  /// Where its object begins.
  var position: Int
  var arrival: Nanoseconds?
  var promptTokens: Int?
  var outputTokens: Int?
  var promptCharacters: Int?
  var outputCharacters: Int?
  /// Where its hashes stand among those of all.
  var hashes: Range<Int>?
  var blockTokens: Int?
  var label: String?
  var session: String?
  var parent: String?
  var priority: Int?
  var hasFailed = false
  /// Whether it is an operation of another kind than a request.
  var isOther = false
  /// Whether it holds requests and is none itself.
  var holdsRows = false
  /// The place among those that wait for each other.
  var turn = 0
  /// The agent that sends it, if a session started one for it.
  var agent: Int?
  /// The times from the answer before to it, from its own answer to the next, and of its answer.
  var delay, pause, duration: Nanoseconds?

  init(at position: Int) { self.position = position }

  /// Takes from the object around it what it does not say itself.
  ///
  /// - Parameter waits: whether it waits for the one before, unless it has a time of its own.
  mutating func inherit(_ outer: ObjectRow, waits: Bool) {
    if waits && arrival == nil {
      // It has none until the one before is done.
    } else if let own = arrival, let base = outer.arrival {
      arrival = own.addingReportingOverflow(base).partialValue
    } else {
      arrival = arrival ?? outer.arrival
    }
    session = session ?? outer.session
    blockTokens = blockTokens ?? outer.blockTokens
  }

  /// What it says of waiting, as a turn of `session`.
  func turn(of session: String?) -> Turn {
    Turn(
      session: session, agent: agent, arrival: arrival, delay: delay, pause: pause,
      duration: duration)
  }

  /// Tokens that are estimated from characters, four to a token.
  static func tokens(ofCharacters count: Int) -> Int { (count + 3) / 4 }
}

/// The requests of a file of objects, and what is told of all of them.
struct ObjectRows {
  private let format: ObjectFormat
  private let reading: TraceReading
  private var builder: TraceBuilder
  /// Requests inside an object that is still read.
  private var open: [ObjectRow] = []
  /// Hashes of the prompts in `open`.
  var hashes: [UInt64] = []
  private var isFirst = true
  private var earliest = Nanoseconds.max
  private var (failed, others, estimated, hashed, leftOut, agents) = (0, 0, 0, 0, 0, 0)
  private var roots: [String: String] = [:]
  /// Where each label stands.
  private var labelled: [String: Int] = [:]

  init(_ format: ObjectFormat, _ reading: TraceReading) {
    self.format = format
    self.reading = reading
    builder = TraceBuilder(reading)
    if format.tellsTurns { builder.turns = Turns() }
  }

  /// How many requests there are in the object that is read.
  var count: Int { open.count }

  /// Adds a request that stands inside another object.
  mutating func add(_ row: ObjectRow) { open.append(row) }

  /// Gives the requests from `first` on to an agent, or leaves them out where that is asked for.
  mutating func closeSubAgent(from first: Int) {
    agents += 1
    guard reading.leavesOutSubAgents else {
      for index in first..<open.count { open[index].agent = agents }
      return
    }
    leftOut += open.count - first
    open.removeSubrange(first...)
  }

  /// Gives to the requests from `first` on what the object `outer` around them says.
  mutating func inherit(_ outer: ObjectRow, from first: Int) {
    for index in first..<open.count {
      open[index].inherit(outer, waits: format.isChain && open[index].turn > 0)
    }
  }

  /// Takes the requests of an outermost object, which is one itself unless it holds some.
  mutating func close(_ outer: ObjectRow, _ scanner: ObjectScanner) throws(InputError) {
    if !outer.holdsRows { open.append(outer) }
    for row in open { try take(row, in: outer, scanner) }
    open.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
  }

  private mutating func take(
    _ row: ObjectRow, in outer: ObjectRow, _ scanner: ObjectScanner
  ) throws(InputError) {
    if row.hasFailed {
      failed += 1
      return
    }
    let prompt = row.promptTokens ?? row.promptCharacters.map(ObjectRow.tokens)
    let output = row.outputTokens ?? row.outputCharacters.map(ObjectRow.tokens)
    if format.passesOthers && (row.isOther || prompt == nil || output == nil) {
      others += 1
      return
    }
    guard let prompt, let output else {
      throw scanner.missing(prompt == nil ? .prompt : .output, at: row.position)
    }
    if let label = row.label, let earlier = labelled.updateValue(row.position, forKey: label) {
      throw scanner.mistake(
        row.position, scanner.key(.label),
        "the id `\(shortened(label))` stands on line \(scanner.line(at: earlier)) as well",
        "an id that no other request has")
    }
    let session = session(of: row)
    let turn = row.turn(of: session ?? (format.isChain ? "#\(outer.position)" : nil))
    let place = try place(turn, row, scanner)
    if isFirst {
      builder.hasArrivals = place.arrival != nil
      isFirst = false
    }
    if builder.hasArrivals != (place.arrival != nil) {
      throw scanner.missingArrival(of: row)
    }
    let arrival = place.arrival ?? 0
    guard EngineRange.time.contains(arrival) else {
      throw scanner.mistake(
        row.position, scanner.key(.arrival(.seconds)), "the time is too large",
        "times within \(Int(EngineRange.time.upperBound.seconds)) s of the first")
    }
    let earlier = builder.count
    guard builder.add(turn, at: place, promptTokens: prompt, outputTokens: output) else { return }
    earliest = min(earliest, arrival)
    if row.promptTokens == nil || row.outputTokens == nil { estimated += 1 }
    try addColumns(of: row, session, earlier, scanner)
  }

  /// Where `turn`, which is `row`, stands among those before.
  private func place(
    _ turn: Turn, _ row: ObjectRow, _ scanner: ObjectScanner
  ) throws(InputError) -> Turns.Place {
    guard let turns = builder.turns else { return Turns.Place(arrival: row.arrival) }
    do throws(TurnProblem) {
      return try turns.place(turn)
    } catch {
      throw scanner.mistake(row.position, "", error.problem, error.remedy)
    }
  }

  private mutating func addColumns(
    of row: ObjectRow, _ session: String?, _ earlier: Int, _ scanner: ObjectScanner
  ) throws(InputError) {
    if session != nil && builder.columns.sessions == nil {
      builder.columns.sessions = Array(repeating: "", count: earlier)
    }
    builder.columns.sessions?.append(session ?? "")
    if row.priority != nil && builder.columns.priorities == nil {
      builder.columns.priorities = Array(repeating: 0, count: earlier)
    }
    builder.columns.priorities?.append(row.priority ?? 0)
    if row.hashes != nil && builder.columns.prefixHashes == nil {
      builder.columns.prefixHashes = PrefixHashes(Array(repeating: [], count: earlier))
    }
    guard builder.columns.prefixHashes != nil else { return }
    let own = row.hashes.map { hashes[$0] } ?? []
    let size = row.blockTokens ?? format.blockTokens
    if !own.isEmpty {
      if hashed > 0 && size != builder.columns.prefixBlockTokens {
        throw scanner.mistake(
          row.position, scanner.key(.blockTokens),
          "blocks of \(size) tokens stand beside others of \(builder.columns.prefixBlockTokens)",
          "give hashes of blocks of one size")
      }
      builder.columns.prefixBlockTokens = size
      hashed += 1
    }
    let scope = format.hashesAreLocal ? FNV1a(session ?? scanner.source).value : 0
    builder.columns.prefixHashes?.append(own.map { $0 &+ scope })
  }

  /// The conversation that the request is part of: as it says, or that of the one that it goes on
  /// from.
  private mutating func session(of row: ObjectRow) -> String? {
    guard let label = row.label, row.parent != nil || !roots.isEmpty else { return row.session }
    let root = row.parent.flatMap { roots[$0] } ?? label
    roots[label] = root
    return root
  }
}

extension ObjectRows {
  /// The trace, of which the first request is at 0.
  func finish(_ source: String, _ ignored: IgnoredNames) throws(InputError) -> LoadedTrace {
    var builder = builder
    builder.ignored = ignored
    if builder.count == 0 && failed + others > 0 {
      throw InputError(
        source, problem: "none of the \(failed + others) objects is a request with tokens",
        remedy: "a request has the keys `\(format.header)`")
    }
    var loaded = try builder.finish(source: source, formatName: format.name, origin: earliest)
    loaded.notes += [
      (failed, "requests that failed were dropped"), (others, "objects are no requests"),
      (estimated, "requests have lengths estimated from characters, four to a token"),
      (leftOut, "requests of sub-agents were left out"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    if let assumption = format.assumption,
      let sessions = loaded.trace.columns.sessions, sessions.contains(where: { $0 != sessions[0] })
    {
      loaded.notes.append(assumption)
    }
    return loaded
  }
}
