import Serving
import Testing

@testable import Costs
@testable import Formats

@Suite struct `A model's file` {
  private func parse(_ text: String) throws(InputError) -> [String: JSONValue] {
    try parse(Array(text.utf8))
  }

  private func parse(_ bytes: [UInt8]) throws(InputError) -> [String: JSONValue] {
    try JSONKeys(bytes, source: "config.json", remedy: HuggingFaceFile.remedy).values
  }

  /// As Python's json module writes them.
  @Test func `Infinity and NaN are numbers that no one has to look at`() throws {
    let values = try parse(#"{"a": [0.0, Infinity], "b": -Infinity, "c": NaN}"#)
    #expect(values["a"] == .array([.number(0), .number(.infinity)]))
    #expect(values["b"] == .number(-.infinity))
    let error = #expect(throws: InputError.self) {
      try read(llama3.replacing("4096", with: "Infinity"))
    }
    #expect(error?.column == "hidden_size")
    #expect(error?.problem == "inf is not a whole number from 1 to 524288")
  }

  @Test(arguments: [
    ("", "it is empty"), (" \n", "it is empty"), ("[]", "it is a list, not a JSON object"),
    ("null", "it is null, not a JSON object"), ("{", "it is not JSON: no key in quotes"),
    (#"{"a": 1,}"#, "it is not JSON: no key in quotes stands here"),
    (#"{"a": [1,]}"#, "it is not JSON: no value stands here"),
    (#"{"a" 1}"#, "it is not JSON: no colon follows the key a"),
    (#"{"a": 1 "b": 2}"#, "it is not JSON: neither a comma nor a closing brace"),
    (#"{"a": 1} {}"#, "it is not JSON: something follows the JSON"),
    (#"{"a": 1, "a": 2}"#, "it is not JSON: the key a stands twice"),
    (#"{"a": 1-2}"#, "it is not JSON: `1-2` is not a number"),
    (#"{"a": 'x'}"#, "it is not JSON: no value stands here"),
    (#"{"a": "x"#, "it is not JSON: a text is not closed"),
    (#"{"a": "\q"}"#, "it is not JSON: a text is no UTF-8, or has an escape"),
    (String(repeating: "[", count: 100_000), "it is not JSON: lists and objects are nested"),
  ])
  func `what is no JSON is refused`(text: String, problem: String) {
    let error = #expect(throws: InputError.self) { try parse(text) }
    #expect(error?.source == "config.json")
    #expect(error?.problem.hasPrefix(problem) == true, "\(String(describing: error))")
  }

  @Test func `a fault has its line and column`() {
    let error = #expect(throws: InputError.self) { try parse("{\n  \"a\": 1,\n  \"b\": ?\n}") }
    #expect(error?.line == 3 && error?.column == "8")
  }

  @Test func `a mark of the order of bytes is skipped, and UTF-16 is refused`() throws {
    let text = #"{"a": 1}"#
    let marked = try parse([0xEF, 0xBB, 0xBF] + text.utf8)
    #expect(marked == ["a": .integer(1)])
    let wide: [UInt8] = text.utf8.flatMap { [$0, 0] as [UInt8] }
    let error = #expect(throws: InputError.self) { try parse(wide) }
    #expect(error?.problem == "it is not UTF-8")
  }

  /// A key of a family that is not read may be of any kind.
  @Test func `the family is named before the kind of any key`() {
    let error = #expect(throws: InputError.self) {
      try read(#"{"moe_layer_freq": [0, 1], "model_type": "rwkv", "hidden_size": "x"}"#)
    }
    #expect(error?.column == "model_type")
  }
}
