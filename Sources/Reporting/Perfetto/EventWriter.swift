import Formats
import Serving

/// Writes trace events as JSON, one a line, in pieces.
struct EventWriter {
  private static let pieceBytes = 1 << 16
  private var bytes: [UInt8] = []
  private var isFirst = true

  init() { bytes.reserveCapacity(Self.pieceBytes * 2) }

  /// Begins the file.
  mutating func begin() { append("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n") }

  /// Ends the file.
  mutating func end() { append("\n]}\n") }

  /// Gives a process or a thread its name.
  mutating func name(_ kind: String, process: Int, thread: Int, _ name: String) {
    open("M", kind, at: 0, process: process, thread: thread)
    append(",\"args\":{\"name\":")
    append(JSONValue.string(name).text(depth: 0))
    append("}}")
  }

  /// Begins an event of the type `type`.
  mutating func open(
    _ type: String, _ name: String, at time: Nanoseconds, process: Int, thread: Int
  ) {
    append(isFirst ? "{\"ph\":\"" : ",\n{\"ph\":\"")
    isFirst = false
    append(type)
    append("\",\"name\":")
    append(JSONValue.string(name).text(depth: 0))
    field("ts", time: time)
    field("pid", number: process)
    field("tid", number: thread)
  }

  /// Ends the event.
  mutating func close() { append("}") }

  /// Adds a field that is a time, in microseconds with three decimals.
  mutating func field(_ name: String, time: Nanoseconds) {
    key(name)
    append(time / 1000)
    append(".")
    let rest = time % 1000
    if rest < 100 { append(rest < 10 ? "00" : "0") }
    append(rest)
  }

  /// Adds a field that is a whole number.
  mutating func field(_ name: String, number: Int) {
    key(name)
    append(number)
  }

  /// Adds a field that is a word, of letters alone.
  mutating func field(_ name: String, text: String) {
    key(name)
    append("\"")
    append(text)
    append("\"")
  }

  /// Adds the numbers that a viewer shows for the event.
  mutating func arguments(_ values: [(name: String, value: Int)]) {
    append(",\"args\":{")
    for (index, argument) in values.enumerated() {
      append(index == 0 ? "\"" : ",\"")
      append(argument.name)
      append("\":")
      append(argument.value)
    }
    append("}")
  }

  /// Hands on what there is if it is enough.
  mutating func flushIfFull(_ sink: ([UInt8]) throws -> Void) rethrows {
    if bytes.count >= Self.pieceBytes { try flush(sink) }
  }

  /// Hands on what there is.
  mutating func flush(_ sink: ([UInt8]) throws -> Void) rethrows {
    if !bytes.isEmpty { try sink(bytes) }
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func key(_ name: String) {
    append(",\"")
    append(name)
    append("\":")
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func append(_ number: Int) { append(number.description) }
}
