import Support
import Testing

@testable import Formats

@Suite struct `A reader of JSON` {
  @Test func `is asked for what comes next, or passes over it`() throws {
    var reader = JSONReader(Array(#" {"a": [1, -2.5e1], "b\n": {"c": "d"}, "e": null} "#.utf8))
    #expect(try reader.kind() == .object)
    try reader.enter()
    let first = try #require(try reader.nextKey())
    #expect(reader.index(of: first, among: ["b", "a"]) == 1)
    #expect(try reader.kind() == .array)
    try reader.enter()
    #expect(try reader.nextElement())
    #expect(try reader.kind() == .number)
    #expect(try reader.number().count == 1)
    #expect(try reader.nextElement())
    try reader.skip()
    #expect(try !reader.nextElement())
    let second = try #require(try reader.nextKey())
    #expect(try reader.name(of: second) == "b\n")
    #expect(reader.index(of: second, among: ["b\n"]) == 0)
    try reader.skip()
    #expect(try reader.nextKey() != nil)
    #expect(try reader.kind() == .null)
    #expect(reader.word() == UInt8(ascii: "n"))
    #expect(try reader.nextKey() == nil)
    let isAtEnd = reader.isAtEnd
    #expect(isAtEnd)
  }

  @Test(
    arguments: [
      ("[]", []),
      ("[7, 10000000000000000000,20 , 3,4]", [7, 10_000_000_000_000_000_000, 20, 3, 4]),
      ("[0, 18446744073709551615 ,-1]", [0, .max, .max]), ("[1e3,2.0]", [1000, 2]),
      ("[-9223372036854775808]", [1 << 63]), ("[18446744073709551616]", nil), ("[0.5]", nil),
      ("[1, \"2\", [3]]", nil), ("{\"a\": [1]}", nil), ("7", nil), ("[NaN]", nil),
    ] as [(String, [UInt64]?)])
  func `knows whole numbers of 64 bits in a list`(text: String, numbers: [UInt64]?) throws {
    var reader = JSONReader(Array(text.utf8))
    var list: [UInt64] = [7]
    let isWhole = try reader.integers(into: &list)
    #expect((isWhole ? list : nil) == numbers.map { [7] + $0 })
    let isAtEnd = reader.isAtEnd
    #expect(isAtEnd)
  }

  @Test(
    arguments: [
      ("\"\"", ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9é""#, "éé"),
      (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, nil), (#""\ude00""#, nil),
      (#""\ud83d\u0041""#, nil), (#""\u12""#, nil), (#""\u00g0""#, nil), (#""\x""#, nil),
    ] as [(String, String?)])
  func `knows the escapes of a text`(json: String, text: String?) throws {
    var reader = JSONReader(Array(json.utf8))
    #expect(try reader.string() == text)
    let isAtEnd = reader.isAtEnd
    #expect(isAtEnd)
  }

  @Test(arguments: ["0", "-0", "10.50", "1e5", "1E+05", "-1.5e-300"])
  func `knows a number`(text: String) throws {
    var reader = JSONReader(Array(text.utf8))
    #expect(try reader.number() == 0..<text.utf8.count)
  }

  @Test(arguments: ["01", "-", "1.", "-.5", "1e", "1e+", "1-2", "--1", "+1", ".5", "1.2.3"])
  func `knows what is no number`(text: String) {
    #expect(throws: JSONFault.self) { try JSONValue(Array(text.utf8)) }
  }

  @Test func `says on which line and in which column a fault is`() {
    let bytes = Array("{\r\n  \"a\": 1,\r  \"b\":\n ?}".utf8)
    let fault = #expect(throws: JSONFault.self) { try JSONValue(bytes) }
    let error = fault.map { JSONReader(bytes).error($0, source: "x", remedy: "") }
    #expect(error?.line == 4 && error?.column == "2")
    #expect(error?.problem == "it is not JSON: no value stands here")
  }

  @Test func `goes sixty-four deep and no deeper`() {
    let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(throws: Never.self) { try JSONValue(Array(text.utf8)) }
    let fault = #expect(throws: JSONFault.self) { try JSONValue(Array("[\(text)]".utf8)) }
    #expect(fault?.problem == "lists and objects are nested too deeply")
    let deep = Array(String(repeating: "{\"a\":[", count: 100_000).utf8)
    var reader = JSONReader(deep)
    #expect(throws: JSONFault.self) { try reader.skip() }
  }
}

/// Random values, the same for the same seed.
private struct RandomJSON {
  var random: SeededNumbers

  init(seed: UInt64) { random = SeededNumbers(state: seed) }

  mutating func value(depth: Int = 0) -> JSONValue {
    switch Int.random(in: 0..<(depth > 4 ? 6 : 8), using: &random) {
    case 0: .null
    case 1: .bool(Bool.random(using: &random))
    case 2:
      .integer(Int(truncatingIfNeeded: random.next() >> UInt64.random(in: 0..<64, using: &random)))
    case 3, 4: number()
    case 5: .string(text())
    case 6: .array((0..<count()).map { _ in value(depth: depth + 1) })
    default: .object(members(depth))
    }
  }

  /// Any bits that are a number, whole or not.
  private mutating func number() -> JSONValue {
    let value = Double(bitPattern: random.next())
    return .number(value.isFinite ? value : Double(Int.random(in: -9...9, using: &random)))
  }

  private mutating func members(_ depth: Int) -> [JSONValue.Member] {
    (0..<count()).map { .init("\($0)" + text(), value(depth: depth + 1)) }
  }

  private mutating func count() -> Int { Int.random(in: 0..<5, using: &random) }

  private mutating func text() -> String {
    let letters = Array("ab \"\\/\n\r\t\u{0}\u{1}\u{7F}é€😀\u{2028}\u{202E}{}[],:".unicodeScalars)
    return (0..<Int.random(in: 0..<8, using: &random)).reduce(into: "") { text, _ in
      text.unicodeScalars.append(letters.randomElement(using: &random) ?? " ")
    }
  }
}

@Suite struct `JSON values` {
  @Test(arguments: 0..<20)
  func `are the same after they were written and read`(seed: Int) throws {
    var random = RandomJSON(seed: UInt64(seed))
    for _ in 0..<100 {
      let value = random.value()
      #expect(try JSONValue(Array(value.text().utf8)) == value)
      #expect(try JSONValue(Array(value.line().utf8)) == value)
    }
  }

  /// What is passed over is what would be read, but for texts and keys that stand twice.
  @Test(arguments: 0..<20)
  func `are read or refused, and passed over where they are read, whatever is done to them`(
    seed: Int
  ) {
    var random = RandomJSON(seed: UInt64(seed))
    for _ in 0..<100 {
      var bytes = Array(random.value().line().utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random.random) where !bytes.isEmpty {
        let place = Int.random(in: bytes.indices, using: &random.random)
        switch Int.random(in: 0..<3, using: &random.random) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.random.next())
        case 1: bytes.remove(at: place)
        default: bytes.removeSubrange(place...)
        }
      }
      var reader = JSONReader(bytes)
      let isValue = (try? reader.skip()) != nil
      let isPassed = isValue && reader.isAtEnd
      do {
        _ = try JSONValue(bytes)
        #expect(isPassed)
      } catch {
        #expect(!error.problem.isEmpty && (0...bytes.count).contains(error.position))
      }
    }
  }

  @Test func `hold a key once in an object`() {
    let fault = #expect(throws: JSONFault.self) {
      try JSONValue(Array(#"{"a": 1, "b": {"a": 2}, "\u0061": 3}"#.utf8))
    }
    #expect(fault?.problem == "the key a stands twice in an object")
  }
}
