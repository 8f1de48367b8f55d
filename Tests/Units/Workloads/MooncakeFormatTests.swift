import Foundation
import Serving
import Support
import Testing

@testable import Workloads

/// An object with these values; nil leaves the key out.
private func row(
  _ timestamp: String? = "0", _ input: String? = "600", _ output: String? = "3",
  _ hashes: String? = "[1, 2]", and rest: String = ""
) -> String {
  let values = [
    ("timestamp", timestamp), ("input_length", input), ("output_length", output),
    ("hash_ids", hashes),
  ]
  let pairs = values.compactMap { key, value in value.map { "\"\(key)\": \($0)" } }
  return "{\(pairs.joined(separator: ", "))\(rest)}"
}

@Test func `objects of Mooncake's keys become requests`() throws {
  let loaded = try load(
    """
    {"timestamp": 0, "input_length": 1025, "output_length": 5, "hash_ids": [0, 1, 2]}
    {"hash_ids":[0],"a":{"b":[1,"{"]},"output_length":2e1,"timestamp":27.000001,"input_length":7.0}
    {"timestamp": 3000, "input_length": 1023, "output_length": 1, "hash_ids": [0]}
    """)
  #expect(
    loaded.trace
      == Trace(
        requests: [
          Request(arrival: 0, promptTokens: 1025, outputTokens: 5),
          Request(arrival: 27_000_001, promptTokens: 7, outputTokens: 20),
          Request(arrival: 3_000_000_000, promptTokens: 1023, outputTokens: 1),
        ], columns: Columns(prefixHashes: [[0, 1, 2], [0], [0]], prefixBlockTokens: 512)))
  #expect(loaded.formatName == "mooncake")
  #expect(
    loaded.notes == [
      "keys that are not read: a", "prefix hashes of 512-token blocks: 3 of 3 requests have some",
    ])
}

@Test(arguments: ["\n", "\r\n", "\r", "\n\n \t\r\n"])
func `line ends and blank lines between objects do not matter`(end: String) throws {
  let text = [row("0"), row("10"), row("20")].joined(separator: end)
  #expect(try load(text).trace.requests.map(\.arrival) == [0, 10_000_000, 20_000_000])
  #expect(try load(text + end).trace == load(text).trace)
}

@Test(
  arguments: [
    ("[0, 1]", [0, 1]), ("[]", []), ("[9007199254740993]", [9_007_199_254_740_993]),
    ("[18446744073709551615, 9223372036854775808]", [.max, 1 << 63]),
    ("[-1, -9223372036854775808, 9223372036854775807]", [.max, 1 << 63, 1 << 63 - 1]),
    ("[-2, 18446744073709551615]", [.max - 1, .max]),
  ] as [(String, [UInt64])])
func `hash ids are 64 bits, signed or unsigned, and exact`(list: String, ids: [UInt64]) throws {
  let prompt = 512 * max(ids.count, 1) - (ids.isEmpty ? 1 : 0)
  #expect(try load(row("0", "\(prompt)", "1", list)).trace.columns.prefixHashes == [ids])
}

@Test func `sessions and priorities are read where there are any`() throws {
  let rows = [
    row("30"), row("20", and: #", "session_id": "é,\"1", "priority": null"#),
    row("10", and: #", "session_id": -17, "priority": -9223372036854775808"#),
    row("0", "600", "0", and: #", "session_id": "gone", "priority": 9"#),
    row("0", and: #", "session_id": null, "priority": 2.0"#),
  ]
  let loaded = try load(rows.joined(separator: "\n"))
  #expect(loaded.trace.columns.sessions == ["", "-17", "é,\"1", ""])
  #expect(loaded.trace.columns.priorities == [2, .min, 0, 0])
  #expect(
    loaded.notes == [
      "3 rows earlier than the row above; the trace was sorted by arrival",
      "1 row dropped: no output tokens",
      "prefix hashes of 512-token blocks: 4 of 4 requests have some",
      "2 of 4 requests have no priority and were given 0",
    ])
  let bare = try load(row()).trace
  #expect(
    bare.columns.sessions == nil && bare.columns.priorities == nil && bare.columns.labels == nil)
}

@Test(arguments: [
  Misfit(row(nil), "timestamp", "the key is missing"),
  Misfit(row("0", nil), "input_length", "the key is missing"),
  Misfit(row("0", "1", nil), "output_length", "the key is missing"),
  Misfit(row("-1"), "timestamp", "`-1` is negative"),
  Misfit(row("2000000000001"), "timestamp", "`2000000000001` is too large"),
  Misfit(row("1e30"), "timestamp", "is too large"),
  Misfit(row("1e400"), "timestamp", "`1e400` is too large"),
  Misfit(row("NaN"), "timestamp", "the value is not a number"),
  Misfit(row("-Infinity"), "timestamp", "the value is not a number"),
  Misfit(row("\"0\""), "timestamp", "the value is not a number"),
  Misfit(row("null"), "timestamp", "the value is not a number"),
  Misfit(row("0", "1.5"), "input_length", "`1.5` is not whole"),
  Misfit(row("0", "-5"), "input_length", "`-5` is negative"),
  Misfit(row("0", "2147483648"), "input_length", "`2147483648` is too large"),
  Misfit(row("0", "Infinity"), "input_length", "the value is not a number"),
  Misfit(row("0", "[5]"), "input_length", "the value is not a number"),
  Misfit(row("0", "5", "NaN"), "output_length", "the value is not a number"),
  Misfit(row("0", "5", "0.25"), "output_length", "`0.25` is not whole"),
  Misfit(row("0", "5", "true"), "output_length", "the value is not a number"),
  Misfit(row("0", "5", "1", "[1.5]"), "hash_ids", "not a list of 64-bit numbers"),
  Misfit(row("0", "5", "1", "[18446744073709551616]"), "hash_ids", "not a list of 64-bit"),
  Misfit(row("0", "5", "1", "[-9223372036854775809]"), "hash_ids", "not a list of 64-bit"),
  Misfit(row("0", "5", "1", "[\"1\"]"), "hash_ids", "not a list of 64-bit numbers"),
  Misfit(row("0", "5", "1", "[NaN]"), "hash_ids", "not a list of 64-bit numbers"),
  Misfit(row("0", "5", "1", "null"), "hash_ids", "not a list of 64-bit numbers"),
  Misfit(row("0", "5", "1", "7"), "hash_ids", "not a list of 64-bit numbers"),
  Misfit(row(and: ", \"session_id\": 1.5"), "session_id", "the value is no name"),
  Misfit(row(and: ", \"session_id\": [1]"), "session_id", "the value is no name"),
  Misfit(row(and: ", \"session_id\": \"\\ud800\""), "session_id", "the value is no name"),
  Misfit(row(and: ", \"priority\": 1.5"), "priority", "`1.5` is not whole"),
  Misfit(row(and: ", \"priority\": NaN"), "priority", "the value is not a number"),
  Misfit(row(and: ", \"priority\": \"high\""), "priority", "the value is not a number"),
  Misfit(row(and: ", \"priority\": 9223372036854775808"), "priority", "is too large"),
])
func `a value that is none is refused by its line and key`(misfit: Misfit) {
  let error = refusal("\(row())\n\n\(misfit.row)\n")
  #expect(isAbout(error, line: 3, column: misfit.column, says: misfit.words))
  let isRecognised = misfit.row.contains("timestamp") && misfit.row.contains("input_length")
  #expect(
    isAbout(
      refusal(misfit.row), line: 1, column: isRecognised ? misfit.column : nil,
      says: isRecognised ? misfit.words : "of no known format"))
}

@Test(arguments: [
  "{", "{}}", "[1]", "3", "null", "text", "{'timestamp': 0", "{\"timestamp\": 0",
  row(and: ", \"others\": nan"), "{\"timestamp\": 0} {}", "{\"timestamp\" 0}", "# a comment",
  String(repeating: "[", count: 100_000), "{\"a\":" + String(repeating: "{\"a\":", count: 9999),
])
func `a line that is no object is refused`(line: String) {
  let error = refusal("\(row())\n\(line)\n\(row())\n")
  #expect(isAbout(error, line: 2, column: nil, says: "is not a JSON object"))
  #expect(error?.remedy.contains(MooncakeFormat().header) == true)
}

@Test func `a number has no needless zero`() {
  let error = refusal("\(row())\n\(row("01"))")
  #expect(isAbout(error, line: 2, column: "timestamp", says: "`01` is not a number"))
  #expect(isAbout(refusal(row("01")), line: 1, column: nil, says: "is not a JSON object"))
}

@Test func `a key that is read stands once`() {
  let error = refusal(row(and: ", \"input_length\": 600"))
  #expect(isAbout(error, line: 1, column: "input_length", says: "the key stands twice"))
}

@Test func `what is under a key that is not read may be anything in JSON, as Python writes it`()
  throws
{
  let rest = #", "loss": [NaN, -Infinity, {"a": "\ud800"}], "text": "\u00e9\\\"}""#
  #expect(try load(row(and: rest)).trace == load(row()).trace)
}

@Test func `a NUL byte and invalid UTF-8 are refused`() {
  let nul = refusal("\(row())\n\(row(and: ", \"a\": \"\u{0}\""))\n")
  #expect(isAbout(nul, line: 2, column: nil, says: "NUL"))
  let bytes = Array(row().utf8).dropLast() + Array(", \"session_id\": \"".utf8)
  let error = refusal(Array(bytes) + [0xC3, 0x28] + Array("\"}".utf8))
  #expect(isAbout(error, line: 1, column: "session_id", says: "the value is no name"))
}

@Test func `a Mooncake trace of which nothing is left is refused`() {
  let error = refusal("\(row("0", "600", "0"))\n\(row("0", "0", "1", "[]"))")
  #expect(isAbout(error, line: nil, column: nil, says: "none of the 2 rows"))
}

/// 200 requests of `tokens` with a hash for each `size` of them, and `strays` with one hash only.
private func blocks(of size: Int, tokens: Int = 4096, strays: Int = 0) -> String {
  (0..<200).map { index in
    let count = index < strays ? 1 : tokens / size
    return row("0", "\(tokens)", "1", "[\((0..<count).map(String.init).joined(separator: ","))]")
  }.joined(separator: "\n")
}

@Test func `hashes of blocks of another size are read where no other size fits`() throws {
  for size in [16, 32, 256, 1024] {
    let loaded = try load(blocks(of: size))
    #expect(loaded.trace.columns.prefixBlockTokens == size)
    #expect(loaded.notes.contains { $0.hasPrefix("prefix hashes of \(size)-token blocks: 200") })
  }
  let none = refusal(blocks(of: 512, strays: 100))
  #expect(isAbout(none, line: nil, column: "hash_ids", says: "100 of 200 requests"))
  #expect(none?.remedy.contains("--columns arrival=timestamp,") == true)
  let several = refusal((0..<9).map { _ in row("0", "3000", "1", "[7]") }.joined(separator: "\n"))
  #expect(isAbout(several, line: nil, column: "hash_ids", says: "9 of 9 requests"))
}

@Test func `hashes may be missing from all rows or from some`() throws {
  let bare = row("0", "600", "3", nil)
  let none = try load("\(bare)\n\(bare)")
  #expect(none.trace.columns.prefixHashes == nil && none.notes == [])
  #expect(try load("\(bare)\n\(row())").trace.columns.prefixHashes == [[], [1, 2]])
}

@Test func `times that are seconds are told by their fractions, and asked for without them`() throws
{
  let seconds = try load([row("0.5"), row("1.5"), row("3")].joined(separator: "\n"))
  #expect(seconds.trace.requests.map(\.arrival) == [500_000_000, 1_500_000_000, 3_000_000_000])
  #expect(seconds.notes.last?.hasPrefix("timestamp was read as seconds: as milliseconds") == true)
  let whole = refusal([row("1"), row("2"), row("3")].joined(separator: "\n"))
  #expect(isAbout(whole, line: nil, column: "timestamp", says: "1000 requests per second"))
  #expect(whole?.remedy.contains("hashes=hash_ids,unit=s") == true)
}

@Test func `a turn without a time that follows no earlier one is refused`() {
  let turn = #"{"session_id": "s", "delay": 10, "input_length": 5, "output_length": 6}"#
  let error = refusal("\(row())\n\(turn)")
  #expect(isAbout(error, line: 2, column: "timestamp", says: "has a delay and no time"))
}

@Test func `Dynamo's names of the keys are known`() throws {
  let text = #"{"created_time": 5, "input_tokens": 7, "output_tokens": 8}"#
  let trace = try load(text).trace
  #expect(trace.requests == [Request(arrival: 5_000_000, promptTokens: 7, outputTokens: 8)])
}

@Test func `a hundredth of the requests may have hashes of their own count`() throws {
  #expect(
    try load(blocks(of: 512, strays: 2)).notes.last
      == "2 of 200 requests have hash_ids other than one for each block of 512 tokens")
  let error = refusal(blocks(of: 512, strays: 3))
  #expect(isAbout(error, line: nil, column: "hash_ids", says: "3 of 200 requests"))
}

@Test func `a million hashes on one line are read`() throws {
  let ids = Array(repeating: "-7", count: 1_000_000).joined(separator: ",")
  let trace = try load(row("0", "512000000", "1", "[\(ids)]")).trace
  #expect(trace.columns.prefixHashes?[0].count == 1_000_000)
}

@Test func `a message about an object of a million bytes is short`() throws {
  let long = String(repeating: "9", count: 1_000_000)
  for text in [
    row(long), row("0", long), row("0", "1", "1", "[\(long)]"), row("0", "1", "1", long),
    "{\(long)", "{\"\(long)\": 1}", row(and: ", \"priority\": \(long)"),
    row(and: ", \"session_id\": \(long)"), "\(row())\n\(long)",
  ] {
    let error = try #require(refusal(text))
    #expect(error.description.utf8.count < 500)
  }
}

/// The published trace, beside the package.
private let path =
  Repository.shared.appending(path: "traces/mooncake-fast25/conversation_trace.jsonl").path

@Test(
  .enabled(
    if: FileManager.default.fileExists(atPath: path),
    "conversation_trace.jsonl is not at ../shared/traces/mooncake-fast25"))
func `Mooncake's conversation trace has its published statistics`() throws {
  let loaded = try TraceFile.read(path)
  let trace = loaded.trace
  #expect(loaded.formatName == "mooncake")
  #expect(
    loaded.notes == ["prefix hashes of 512-token blocks: 12031 of 12031 requests have some"])
  #expect(trace.count == 12_031)
  #expect(abs((trace.meanRate ?? 0) - 3.40) < 0.005)
  #expect(abs(mean(trace.prompts) - 12035) < 0.5)
  #expect(abs(mean(trace.outputs) - 342.6) < 0.05)
  #expect(percentile(50, of: trace.prompts) == 6909 && percentile(100, of: trace.prompts) == 126195)
  #expect(percentile(50, of: trace.outputs) == 350 && percentile(100, of: trace.outputs) == 2000)
  let hashes = try #require(trace.columns.prefixHashes).flatMap(\.self)
  #expect(hashes.count == 288_500)
  #expect(Set(hashes).count == 182_790)
  #expect(trace.columns.prefixBlockTokens == 512)
  let copy = try TraceFile.parse(TraceWriter.csv(trace), source: "copy.csv")
  #expect(copy.trace == trace)
}
