import Costs
import Serving

/// A name for whatever was put into it, by content: equal contents have equal names on every
/// machine, and others will not in practice. Two 64-bit hashes of the FNV kind, not for secrets.
public struct Fingerprint: Sendable, Equatable {
  private var first: UInt64 = 0xCBF2_9CE4_8422_2325
  private var second: UInt64 = 0x9E37_79B9_7F4A_7C15

  public init() {}

  /// Thirty-two hexadecimal digits.
  public var text: String { [first, second].map(Self.digits).joined() }

  /// Adds a text, and where it ends.
  public mutating func add(_ text: String) {
    for byte in text.utf8 { add(word: UInt64(byte)) }
    add(word: 0x100)
  }

  /// Adds the requests, sessions, prompts' hashes and priorities of a trace; not its labels.
  public mutating func add(_ trace: Trace) {
    add(word: UInt64(trace.count))
    add(word: UInt64(trace.prefixBlockTokens))
    for row in trace.requests.indices {
      let request = trace.requests[row]
      add(word: UInt64(request.arrival))
      add(word: UInt64(request.promptTokens) << 32 | UInt64(request.outputTokens))
      if let sessions = trace.sessions { add(sessions[row]) }
      if let priorities = trace.priorities { add(word: UInt64(bitPattern: Int64(priorities[row]))) }
      guard let hashes = trace.prefixHashes else { continue }
      add(word: UInt64(hashes[row].count))
      for hash in hashes[row] { add(word: hash) }
    }
  }

  /// Adds what a deployment is made of, by its data and not by the names it goes by alone.
  public mutating func add(_ deployment: Deployment) {
    add(String(describing: deployment.model))
    add(deployment.gpu.json)
    add(String(describing: deployment.host))
  }

  private mutating func add(word: UInt64) {
    first = (first ^ word) &* 0x100_0000_01B3
    first ^= first >> 32
    second = (second << 23 | second >> 41) ^ word
    second = second &* 0xD6E8_FEB8_6659_FD93
  }

  private static func digits(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
