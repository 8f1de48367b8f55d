import Formats
import Serving

/// The formats that traces are written in.
public enum TraceTarget: String, CaseIterable, Sendable {
  case native, azure, mooncake, vllm

  /// What it is, in one line.
  public var summary: String {
    switch self {
    case .native: "servesim's own CSV, with all that is known"
    case .azure: "the CSV of Azure's traces, from the beginning of 1970"
    case .mooncake: "Mooncake's JSON lines, in milliseconds"
    case .vllm: "the timed_trace of vllm bench serve, in seconds"
    }
  }

  /// The bytes of `trace`, made by `command`.
  public func bytes(of trace: Trace, madeBy command: String) -> [UInt8] {
    switch self {
    case .native: return TraceWriter.csv(trace, madeBy: command)
    case .azure: return azure(trace)
    case .mooncake: return lines(trace, .milliseconds)
    case .vllm: return lines(trace, .seconds)
    }
  }

  /// What the format does not tell of `trace`, and what reads it must be told, a sentence each.
  public func notes(on trace: Trace) -> [String] {
    let columns = trace.columns
    var lost: [String] = []
    let size = columns.prefixBlockTokens
    if self != .native {
      if columns.labels != nil { lost.append("labels") }
      if columns.sessions != nil && self != .mooncake { lost.append("sessions") }
      if columns.priorities != nil && self != .mooncake { lost.append("priorities") }
      if columns.clients != nil { lost.append("clients") }
      if columns.adapters != nil { lost.append("adapters") }
      if columns.waits != nil { lost.append("waits for answers") }
      if columns.prefixHashes != nil && self == .azure { lost.append("prefix hashes") }
    }
    var notes = lost.isEmpty ? [] : ["the format has no " + lost.joined(separator: ", ")]
    if self == .vllm {
      notes.append("give vllm bench serve --timed-trace-chunk-hash-size \(size)")
    } else if self == .mooncake && columns.prefixHashes != nil && size != 512 {
      notes.append("blocks have \(size) tokens, and not Mooncake's 512: tell those who read them")
    }
    return notes
  }

  private func azure(_ trace: Trace) -> [UInt8] {
    var text = CSVText()
    text.append("TIMESTAMP,ContextTokens,GeneratedTokens\n")
    var date = CivilDate()
    for request in trace.requests {
      text.append(date.text(of: request.arrival))
      text.bytes.append(.comma)
      text.append(UInt64(request.promptTokens))
      text.bytes.append(.comma)
      text.append(UInt64(request.outputTokens))
      text.bytes.append(.lineFeed)
    }
    return text.bytes
  }

  private func lines(_ trace: Trace, _ unit: TimeUnit) -> [UInt8] {
    var text = CSVText()
    let columns = trace.columns
    var next: UInt64 = 0
    for (row, request) in trace.requests.enumerated() {
      text.append("{\"timestamp\": ")
      text.time(request.arrival, unit)
      text.append(", \"input_length\": \(request.promptTokens)")
      text.append(", \"output_length\": \(request.outputTokens)")
      if let hashes = columns.prefixHashes {
        text.append(", \"hash_ids\": [")
        text.list(hashes[row], separator: ", ")
        text.append("]")
      } else if self == .vllm {
        // Its prompts are as long as their hashes say.
        let size = columns.prefixBlockTokens
        let count = UInt64((request.promptTokens + size - 1) / size)
        text.append(", \"hash_ids\": [")
        text.list(Array(next..<next + count)[...], separator: ", ")
        text.append("]")
        next += count
      }
      if self == .mooncake {
        if let sessions = columns.sessions, !sessions[row].isEmpty {
          text.append(", \"session_id\": " + JSONValue.string(sessions[row]).line())
        }
        if let priorities = columns.priorities { text.append(", \"priority\": \(priorities[row])") }
      }
      text.append("}\n")
    }
    return text.bytes
  }
}

/// Dates from the beginning of 1970, one after the other.
private struct CivilDate {
  private var (year, month, day) = (1970, 1, 1)
  private var daysPassed = 0

  /// The time of day and the date that is `time` after the beginning; not before the last.
  mutating func text(of time: Nanoseconds) -> String {
    let (seconds, fraction) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    while daysPassed < seconds / 86_400 {
      daysPassed += 1
      day += 1
      if day > CivilTime.days(inMonth: month, of: year) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    func padded(_ number: Int, _ digits: Int = 2) -> String {
      let text = String(number)
      return String(repeating: "0", count: digits - text.utf8.count) + text
    }
    let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { padded($0) }
    return "\(year)-\(padded(month))-\(padded(day)) \(clock.joined(separator: ":"))"
      + ".\(padded(fraction, 9))"
  }
}
