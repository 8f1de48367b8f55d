import Formats
import Serving

/// A format whose requests are JSON objects, maybe inside others, told by what their keys are
/// called and mean.
struct ObjectFormat: TraceFormat {
  /// What stands under a key.
  enum Meaning: Sendable, Equatable {
    /// When a request arrives, from any origin; that of the object around it is added.
    case arrival(TimeUnit)
    /// When it arrives, as a date or as a number since 1970.
    case date
    /// Tokens.
    case prompt, output
    /// A text, or messages of which the texts count, that are the prompt or the output.
    case promptText, outputText
    /// Messages of which the first two are a prompt and its output.
    case conversation
    /// The numbers of the prompt's tokens.
    case tokens
    /// The hashes of the prompt's blocks, as numbers or as numbers in quotes, and a block's tokens.
    case hashes, blockTokens
    case label, session, priority
    /// The label of the request that this one goes on from.
    case parent
    /// The time from the answer before to a turn, from a turn's own answer to the next, and how
    /// long its answer took.
    case delay(TimeUnit)
    case pause(TimeUnit)
    case duration(TimeUnit)
    /// A value that is neither null nor false where the request failed.
    case failure
    /// What kind of operation it is; of OpenTelemetry's, some are requests.
    case operation
    /// An object whose keys are as those around it.
    case inside
    /// Keys and values as OpenTelemetry writes them: an object, or a list of `key` and `value`.
    case attributes
    /// Objects that are requests, or hold some.
    case rows
  }

  /// A key that is read.
  struct Field: Sendable {
    var key: String
    var meaning: Meaning

    init(_ key: String, _ meaning: Meaning) {
      self.key = key
      self.meaning = meaning
    }
  }

  let name: String
  let summary: String
  /// The keys of the first object that tell the format, each of which may have other names.
  let signs: [[String]]
  let fields: [Field]
  /// Tokens in a block of the hashes where the file does not say it.
  var blockTokens = 16
  /// Whether hashes mean the same in one session only.
  var hashesAreLocal = false
  /// Whether requests inside an object wait for each other, unless they have times of their own.
  var isChain = false
  /// Whether an object without tokens is passed, and not a mistake.
  var passesOthers = false
  /// Whether an object inside a session that holds requests is an agent that the session started.
  var hasSubAgents = false
  /// What is taken for granted of a file that has several sessions.
  var assumption: String?

  var header: String { "{" + signs.map { $0[0] }.joined(separator: ",") + "}" }

  var required: [String] { signs.count > 1 ? signs.map { $0[0] } : [] }

  /// What is taken for granted of sessions whose times count from their own start.
  static let startTogether = "sessions start together, for nothing says when each began"

  /// Whether it tells how long turns wait for each other.
  var tellsTurns: Bool {
    isChain
      || fields.contains { field in
        switch field.meaning {
        case .delay, .pause, .duration: true
        default: false
        }
      }
  }

  func recognises(_ firstLine: FirstLine) -> Bool {
    guard case .keys(let keys) = firstLine else { return false }
    return signs.allSatisfy { $0.contains(where: keys.contains) }
  }

  func parse(
    _ bytes: [UInt8], source: String, _ reading: TraceReading
  ) throws(InputError) -> LoadedTrace {
    var scanner = ObjectScanner(bytes, source: source, format: self)
    var rows = ObjectRows(self, reading)
    while try scanner.next() {
      var outer = ObjectRow(at: scanner.position)
      try scanner.read(&outer, &rows)
      try rows.close(outer, scanner)
    }
    return try rows.finish(source, scanner.ignored)
  }
}
