import Foundation
import Support
import Workloads

@testable import Serving

/// Random damage to valid inputs, the same for the same seed.
struct Damage {
  private var random: RandomStream
  private static let numbers = [
    "0", "-1", "1", "7", "65537", "2147483648", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "1e18", "1e300", "1e400", "5e-324", "0.5", "NaN", "Infinity", "",
    "\"\"",
    "null", "[]", "{}", "true",
  ]

  init(seed: Int) {
    random = RandomStream(seed: UInt64(seed), named: "damage")
  }

  /// The file called `name` in `corpus`.
  static func corpus(_ name: String) throws -> [UInt8] {
    return Array(try Data(contentsOf: Repository.root.appending(path: "Tests/Fuzz/corpus/\(name)")))
  }

  /// `bytes` with one to four damages.
  mutating func apply(to bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.integer(below: 4) { damage(&bytes) }
    return bytes
  }

  mutating func apply(to text: String) -> String {
    String(decoding: apply(to: Array(text.utf8)), as: UTF8.self)
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    if bytes.isEmpty { return }
    let start = random.integer(below: bytes.count)
    let end = min(bytes.count, start + 1 + random.integer(below: 12))
    switch random.integer(below: 9) {
    case 0: bytes[start] ^= 1 << UInt8(random.integer(below: 8))
    case 1: bytes.removeSubrange(start..<end)
    case 2: bytes.insert(contentsOf: bytes[start..<end], at: start)
    case 3: bytes.removeSubrange(start...)
    case 4: swapLines(&bytes)
    default: replaceNumber(&bytes, from: start)
    }
  }

  /// Puts another number, or something that is none, in place of the next one.
  private mutating func replaceNumber(_ bytes: inout [UInt8], from start: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let first = bytes[start...].firstIndex(where: digits.contains) else { return }
    let end = bytes[first...].firstIndex { !digits.contains($0) } ?? bytes.count
    let number = Self.numbers[random.integer(below: Self.numbers.count)]
    bytes.replaceSubrange(first..<end, with: Array(number.utf8))
  }

  private mutating func swapLines(_ bytes: inout [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    lines.swapAt(random.integer(below: lines.count), random.integer(below: lines.count))
    bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }
}
