import Foundation
import Serving

/// Writes traces in servesim's own format.
public enum TraceWriter {
  /// The bytes of `trace` as a native CSV, from which the reader makes the same trace again.
  ///
  /// Requests without labels are called by their rows. `command` is what made the trace; it
  /// stands in a comment before the header.
  public static func csv(_ trace: Trace, madeBy command: String? = nil) -> [UInt8] {
    let columns = trace.columns
    var text = CSVText()
    text.bytes.reserveCapacity(64 + trace.count * 32)
    if let command { text.comment("made by: \(command)") }
    if columns.prefixBlockTokens != NativeFormat.standardBlockTokens {
      text.comment("block_size=\(columns.prefixBlockTokens)")
    }
    text.append("id,arrival_s,prompt_tokens,output_tokens")
    if columns.sessions != nil { text.append(",session_id") }
    if columns.priorities != nil { text.append(",priority") }
    if columns.clients != nil { text.append(",client") }
    if columns.adapters != nil { text.append(",adapter") }
    if columns.waits != nil { text.append(",after,delay_s") }
    if columns.prefixHashes != nil { text.append(",prefix_hashes") }
    text.bytes.append(.lineFeed)
    for row in 0..<trace.count {
      let request = trace.requests[row]
      if let labels = columns.labels { text.field(labels[row]) } else { text.append(UInt64(row)) }
      text.bytes.append(.comma)
      let isTimed = columns.waits.map { $0.areRecorded || $0[row].isEmpty } ?? true
      if isTimed { text.seconds(request.arrival) }
      text.bytes.append(.comma)
      text.append(UInt64(request.promptTokens))
      text.bytes.append(.comma)
      text.append(UInt64(request.outputTokens))
      if let sessions = columns.sessions {
        text.bytes.append(.comma)
        text.field(sessions[row])
      }
      if let priorities = columns.priorities {
        text.bytes.append(.comma)
        text.append(String(priorities[row]))
      }
      for names in [columns.clients, columns.adapters] {
        guard let names else { continue }
        text.bytes.append(.comma)
        text.field(names[row])
      }
      if let waits = columns.waits {
        text.bytes.append(.comma)
        text.field(
          waits[row].map { escaped(trace.label(of: RequestID(Int($0)))) }
            .joined(separator: " "))
        text.bytes.append(.comma)
        if !waits[row].isEmpty, let delay = waits.delay(of: row) { text.seconds(delay) }
      }
      if let hashes = columns.prefixHashes {
        text.bytes.append(.comma)
        text.list(hashes[row])
      }
      text.bytes.append(.lineFeed)
    }
    return text.bytes
  }

  /// `label` as it stands in a list with spaces between.
  private static func escaped(_ label: String) -> String {
    label.replacing("%", with: "%25").replacing(" ", with: "%20").replacing("\t", with: "%09")
  }
}

/// The bytes of a CSV while it is written.
struct CSVText {
  var bytes: [UInt8] = []

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// `text` behind a `#`, on as many lines as it has.
  mutating func comment(_ text: String) {
    for line in text.utf8.split(omittingEmptySubsequences: false, whereSeparator: \.endsLine) {
      append("# ")
      bytes.append(contentsOf: line)
      bytes.append(.lineFeed)
    }
  }

  /// A text, in quotes where it would not be read back without them.
  mutating func field(_ text: String) {
    let needsQuotes =
      text.utf8.first == .hash
      || text.utf8.contains { $0 == .comma || $0 == .quote || $0.endsLine }
    guard needsQuotes else { return append(text) }
    bytes.append(.quote)
    for byte in text.utf8 {
      if byte == .quote { bytes.append(.quote) }
      bytes.append(byte)
    }
    bytes.append(.quote)
  }

  mutating func append(_ number: UInt64) {
    var digits = 1
    var bound: UInt64 = 10
    while number >= bound {
      digits += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    bytes.append(contentsOf: repeatElement(.zero, count: digits))
    var rest = number
    for index in stride(from: bytes.count - 1, to: bytes.count - 1 - digits, by: -1) {
      bytes[index] += UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  /// A time in seconds, exact, without zeros at its end.
  mutating func seconds(_ time: Nanoseconds) { self.time(time, .seconds) }

  /// Likewise in `unit`.
  mutating func time(_ time: Nanoseconds, _ unit: TimeUnit) {
    let scale = (0..<unit.places).reduce(UInt64(1)) { scale, _ in scale * 10 }
    let (whole, fraction) = UInt64(time).quotientAndRemainder(dividingBy: scale)
    append(whole)
    if fraction == 0 { return }
    let start = bytes.count
    append(fraction + scale)
    bytes[start] = .point
    while bytes.last == .zero { bytes.removeLast() }
  }

  mutating func list(_ hashes: ArraySlice<UInt64>, separator: String = " ") {
    for (index, hash) in hashes.enumerated() {
      if index > 0 { append(separator) }
      append(hash)
    }
  }
}
