import Formats
import Serving

/// What the columns of a table, or the keys of JSON objects, mean, as a user says it:
/// `arrival=sent_at,prompt=in,output=out,unit=ms`.
public struct ColumnMeanings: Sendable, Equatable {
  /// The option that said it.
  public let source: String
  private(set) var names: [(meaning: String, name: String)] = []
  private var unit = TimeUnit.seconds
  private var isDate = false
  private var blockTokens = NativeFormat.standardBlockTokens
  /// The unit of latencies; that of arrivals where nil.
  private var latencyUnit: TimeUnit?

  /// The words that may be given a column, and what each means.
  private static let meanings = [
    "arrival", "prompt", "output", "id", "session", "priority", "hashes",
  ]
  /// Those that a measured run has besides: the time to a request's first token, and to its last.
  private static let latencies = ["ttft", "e2e"]
  private static let units = TimeUnit.allCases.map(\.rawValue) + ["date"]
  /// What may be given, for help and messages.
  public static let help =
    "arrival=NAME,prompt=NAME,output=NAME; also id, session, priority, hashes with block=TOKENS; "
    + "unit=\(units.joined(separator: "|")) of the arrivals, s if left out"
  /// What may be given of a measured run.
  public static let runHelp =
    "arrival=NAME,prompt=NAME,output=NAME,ttft=NAME,e2e=NAME; unit=\(units.joined(separator: "|")) "
    + "of the arrivals, s if left out, and latency-unit of the latencies, likewise if left out"

  public init(_ given: GivenValue) throws(InputError) {
    source = given.source
    for piece in try given.list() {
      let parts = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      guard parts.count == 2, !parts[1].isEmpty else {
        throw given.mistake("\(quoted(piece)) is not MEANING=NAME", "give \(Self.help)")
      }
      try set(parts[0], parts[1], given)
    }
    for word in ["prompt", "output"] where !names.contains(where: { $0.meaning == word }) {
      throw given.mistake("nothing says which column is the \(word)", "add \(word)=NAME")
    }
  }

  private mutating func set(
    _ word: String, _ value: String, _ given: GivenValue
  ) throws(InputError) {
    switch word {
    case "unit":
      let word = try GivenValue(source: source, text: value).choice(of: Self.units)
      isDate = word == "date"
      unit = TimeUnit(rawValue: word) ?? .seconds
    case "latency-unit":
      let words = TimeUnit.allCases.map(\.rawValue)
      latencyUnit = TimeUnit(
        rawValue: try GivenValue(source: source, text: value).choice(of: words))
    case "block":
      blockTokens = try GivenValue(source: source, text: value).int(in: 1...1 << 20)
    default:
      guard (Self.meanings + Self.latencies).contains(word) else {
        throw .unknown("meaning", word, among: Self.meanings + ["unit", "block"], in: source)
      }
      if names.contains(where: { $0.meaning == word || $0.name == value }) {
        throw given.mistake("\(quoted(word)) or \(quoted(value)) stands twice", "say it once")
      }
      names.append((word, value))
    }
  }

  public static func == (a: ColumnMeanings, b: ColumnMeanings) -> Bool {
    a.source == b.source && a.unit == b.unit && a.isDate == b.isDate
      && a.blockTokens == b.blockTokens && a.latencyUnit == b.latencyUnit
      && a.names.elementsEqual(b.names) { $0.meaning == $1.meaning && $0.name == $1.name }
  }

  /// The format that the names make, of objects or of a table.
  func format(ofObjects isObjects: Bool) -> any TraceFormat {
    let (name, summary) = ("columns", "columns as they are named")
    let names = names.filter { !Self.latencies.contains($0.meaning) }
    if isObjects {
      return ObjectFormat(
        name: name, summary: summary, signs: names.map { [$0.name] },
        fields: names.map { ObjectFormat.Field($0.name, key($0.meaning)) },
        blockTokens: blockTokens)
    }
    return TableFormat(
      name: name, summary: summary,
      fields: names.map { TableFormat.Field($0.name, column($0.meaning)) },
      blockTokens: blockTokens)
  }

  /// The column of `meaning`, if it is named.
  func name(of meaning: String) -> String? { names.first { $0.meaning == meaning }?.name }

  /// How many of the units that latencies have make a second.
  var latencyUnitsPerSecond: Double {
    let unit = latencyUnit ?? unit
    return 1e9 / (0..<unit.places).reduce(1.0) { scale, _ in scale * 10 }
  }

  /// The arrival in `column`, from any origin.
  func arrival(
    _ column: Column, of reader: borrowing CSVReader
  ) throws(InputError) -> Nanoseconds {
    if isDate { return try AzureFormat.time(column, of: reader) }
    do throws(NumberProblem) {
      return try DecimalNumber.arrival(
        reader.bytes.span.extracting(reader.range(of: column)), places: unit.places)
    } catch {
      throw reader.error(
        in: column, reader.describe(error, in: column),
        DecimalNumber.arrivalRemedy(unit.words, places: unit.places))
    }
  }

  private func column(_ meaning: String) -> TableFormat.Meaning {
    switch meaning {
    case "arrival": isDate ? .date : .arrival(unit)
    case "prompt": .prompt
    case "output": .output
    case "id": .label
    case "session": .session
    case "priority": .priority
    default: .hashes
    }
  }

  private func key(_ meaning: String) -> ObjectFormat.Meaning {
    switch column(meaning) {
    case .arrival(let unit): .arrival(unit)
    case .date: .date
    case .prompt: .prompt
    case .output: .output
    case .label: .label
    case .session: .session
    case .priority: .priority
    case .hashes: .hashes
    }
  }
}
