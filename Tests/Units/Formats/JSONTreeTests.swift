import Testing

@testable import Formats

@Suite struct `JSON that was written` {
  @Test func `reads back to the same value, on one line or many`() {
    let value = JSONValue.object([
      .init("a \"b\" \\ \n\t\u{1}é€", .array([.null, .bool(true), .bool(false), .object([])])),
      .init("numbers", .array([.integer(-12), .number(0.1), .number(1e-300), .number(5e22)])),
      .init("", .string("")), .init("empty", .array([])),
    ])
    #expect(JSONValue(parsing: value.text()) == value)
    #expect(JSONValue(parsing: value.line()) == value)
    #expect(!value.line().contains("\n"))
  }

  @Test(arguments: [
    "", "{", "{\"a\"", "{\"a\":}", "[1,]", "[1 2]", "{\"a\": 1} x", "nul", "\"a", "\"\\x\"", "01x",
    "{\"a\": 1", "--1", "\"\\ud800\"",
  ])
  func `is nothing where it is torn or wrong`(text: String) {
    #expect(JSONValue(parsing: text) == nil)
  }

  @Test func `has members by name and numbers`() {
    let value = JSONValue(parsing: "{\"a\": {\"b\": 2}, \"c\": 0.5}")
    #expect(value?["a"]?["b"]?.real == 2)
    #expect(value?["c"]?.real == 0.5)
    #expect(value?["d"] == nil && value?["c"]?["d"] == nil && value?["a"]?.real == nil)
  }
}
