import Formats
import Serving

/// Reads the objects of a trace key by key, with all that stands in them.
struct ObjectScanner {
  /// The file, as the user named it.
  let source: String
  let format: ObjectFormat
  private let keys: [[UInt8]]
  var reader: JSONReader
  private var isArray = false
  private var hasBegun = false
  /// Where the object that is read begins.
  private(set) var position = 0
  /// The keys that are not read.
  private(set) var ignored: IgnoredNames
  /// Those of the object last told of, and which keys it has that are read, a bit each.
  private var lastUnread: (names: [String], read: UInt64) = ([], 0)

  init(_ bytes: [UInt8], source: String, format: ObjectFormat) {
    self.source = source
    self.format = format
    keys = format.fields.map { Array($0.key.utf8) }
    reader = JSONReader(bytes)
    // Where a key has other names, one that is missing is no sign of a slip.
    let hasAliases = format.fields.count { $0.meaning == .prompt } > 1 || format.passesOthers
    ignored = IgnoredNames(kind: "key", read: hasAliases ? [] : format.fields.map(\.key))
  }

  /// Moves before the next of the outermost objects; false if there is none.
  mutating func next() throws(InputError) -> Bool {
    let isAtEnd = reader.isAtEnd
    position = reader.position
    if !hasBegun {
      hasBegun = true
      if isAtEnd {
        throw InputError(source, line: 1, problem: "the file is empty", remedy: remedy)
      }
      isArray = reader.bytes[position] == .openingBracket
      if isArray { try json { reader throws(JSONFault) in try reader.enter() } }
    }
    if isArray {
      if try json({ reader throws(JSONFault) in try reader.nextElement() }) { return true }
      isArray = false
    }
    return !reader.isAtEnd
  }

  /// Reads the object that comes next into `row`, and the requests inside it into `rows`.
  mutating func read(_ row: inout ObjectRow, _ rows: inout ObjectRows) throws(InputError) {
    let first = rows.count
    try readKeys(&row, &rows)
    if row.holdsRows { rows.inherit(row, from: first) }
  }

  private mutating func readKeys(
    _ row: inout ObjectRow, _ rows: inout ObjectRows
  ) throws(InputError) {
    guard try kind() == .object else { throw mistake(nil, "no object stands here", remedy) }
    try json { reader throws(JSONFault) in try reader.enter() }
    var found: UInt64 = 0
    var names: [String] = []
    while let key = try json({ reader throws(JSONFault) in try reader.nextKey() }) {
      guard let index = reader.index(of: key, among: keys) else {
        names.append(try json { reader throws(JSONFault) in try reader.name(of: key) })
        try json { reader throws(JSONFault) in try reader.skip() }
        continue
      }
      if found >> UInt64(index) & 1 == 1 {
        throw mistake(format.fields[index].key, "the key stands twice", "leave one of them out")
      }
      found |= 1 << UInt64(index)
      try read(format.fields[index], &row, &rows)
    }
    if !names.isEmpty, (names, found) != lastUnread {
      lastUnread = (names, found)
      let (bytes, position) = (reader.bytes, position)
      let read =
        ignored.read.isEmpty
        ? [] : keys.indices.filter { found >> UInt64($0) & 1 == 1 }.map { format.fields[$0].key }
      try ignored.add(names + read, source: source, line: Self.line(at: position, in: bytes))
    }
  }

  private mutating func read(
    _ field: ObjectFormat.Field, _ row: inout ObjectRow, _ rows: inout ObjectRows
  ) throws(InputError) {
    let key = field.key
    if try kind() == .null { return try json { reader throws(JSONFault) in try reader.skip() } }
    switch field.meaning {
    case .arrival(let unit):
      row.arrival = try number(key, DecimalNumber.arrivalRemedy(unit.words, places: unit.places)) {
        text throws(NumberProblem) in try DecimalNumber.arrival(text, places: unit.places)
      }
    case .delay(let unit): row.delay = try span(key, unit)
    case .pause(let unit): row.pause = try span(key, unit)
    case .duration(let unit): row.duration = try span(key, unit)
    case .date: row.arrival = try date(key)
    case .prompt: row.promptTokens = try tokens(key)
    case .output: row.outputTokens = try tokens(key)
    case .blockTokens:
      let start = reader.position
      row.blockTokens = try tokens(key)
      if row.blockTokens == 0 {
        throw mistake(start, key, "a block of no tokens holds nothing", DecimalNumber.tokensRemedy)
      }
    case .promptText: row.promptCharacters = (row.promptCharacters ?? 0) + (try characters())
    case .outputText: row.outputCharacters = (row.outputCharacters ?? 0) + (try characters())
    case .conversation: try readConversation(&row)
    case .tokens: try readTokens(&row, &rows)
    case .hashes: try readHashes(key, &row, &rows)
    case .label: row.label = try name(key)
    case .session: row.session = try name(key)
    case .parent: row.parent = try name(key)
    case .priority:
      row.priority = try number(key, DecimalNumber.priorityRemedy) { text throws(NumberProblem) in
        try DecimalNumber.priority(text)
      }
    case .failure: row.hasFailed = try isTrue()
    case .operation: row.isOther = !Self.operations.contains(try name(key))
    case .inside: try readKeys(&row, &rows)
    case .attributes: try readAttributes(&row, &rows)
    case .rows: try readRows(&row, &rows)
    }
  }

  /// Operations of OpenTelemetry that are requests to a model.
  private static let operations = ["chat", "text_completion", "generate_content"]

  private mutating func readRows(
    _ row: inout ObjectRow, _ rows: inout ObjectRows
  ) throws(InputError) {
    row.holdsRows = true
    guard try kind() == .array else { throw mistake(nil, "no list of objects stands here", remedy) }
    try json { reader throws(JSONFault) in try reader.enter() }
    var turn = 0
    while try json({ reader throws(JSONFault) in try reader.nextElement() }) {
      _ = try kind()
      var inner = ObjectRow(at: reader.position)
      let first = rows.count
      try read(&inner, &rows)
      inner.turn = turn
      turn += 1
      if !inner.holdsRows {
        rows.add(inner)
      } else if format.hasSubAgents {
        rows.closeSubAgent(from: first)
      }
    }
  }

  private mutating func readAttributes(
    _ row: inout ObjectRow, _ rows: inout ObjectRows
  ) throws(InputError) {
    if try kind() == .object { return try readKeys(&row, &rows) }
    guard try kind() == .array else { throw mistake(nil, "no attributes stand here", remedy) }
    try json { reader throws(JSONFault) in try reader.enter() }
    while try json({ reader throws(JSONFault) in try reader.nextElement() }) {
      let value = try json { reader throws(JSONFault) in try reader.value() }
      guard case .string(let name)? = value["key"], case .object(let members)? = value["value"],
        let inner = members.first?.value,
        let field = format.fields.first(where: { $0.key == name })
      else { continue }
      var attribute = self
      attribute.reader = JSONReader(Array(inner.line().utf8))
      do throws(InputError) {
        try attribute.read(field, &row, &rows)
      } catch {
        throw mistake(name, error.problem, error.remedy)
      }
    }
  }
}

// MARK: - Mistakes

extension ObjectScanner {
  var remedy: String {
    "objects `\(format.header)`, a line each or in an array with commas between them"
  }

  func line(at position: Int) -> Int { Self.line(at: position, in: reader.bytes) }

  static func line(at position: Int, in bytes: [UInt8]) -> Int {
    1 + bytes[..<min(position, bytes.count)].count { $0 == .lineFeed }
  }

  /// What the file calls what means `meaning`.
  func key(_ meaning: ObjectFormat.Meaning) -> String {
    let isTime = if case .arrival = meaning { true } else { false }
    let field = format.fields.first { field in
      if case .arrival = field.meaning, isTime { return true }
      return field.meaning == meaning || isTime && field.meaning == .date
    }
    return field?.key ?? ""
  }

  func mistake(_ key: String?, _ problem: String, _ remedy: String) -> InputError {
    InputError(
      source, line: line(at: reader.position), column: key, problem: problem, remedy: remedy)
  }

  /// A mistake in the value of `key` at `position`.
  func mistake(
    _ position: Int, _ key: String, _ problem: String, _ remedy: String
  ) -> InputError {
    InputError(source, line: line(at: position), column: key, problem: problem, remedy: remedy)
  }

  /// The error for a request at `position` that does not say what `meaning` is.
  func missing(_ meaning: ObjectFormat.Meaning, at position: Int) -> InputError {
    mistake(position, key(meaning), "the key is missing", DecimalNumber.tokensRemedy)
  }

  /// The error for a request that does not say when it arrives, where others do.
  func missingArrival(of row: ObjectRow) -> InputError {
    return mistake(
      row.position, key(.arrival(.seconds)), "the key is missing",
      "a time for every request, or for none")
  }
}
