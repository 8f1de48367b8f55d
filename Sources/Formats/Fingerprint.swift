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

  /// Adds a number.
  public mutating func add(word: UInt64) {
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
