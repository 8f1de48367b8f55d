import Serving
import Testing

@testable import Formats
@testable import Workloads

private let samples = [
  #"""
  # made by: hand
  id,arrival_s,prompt_tokens,output_tokens,session_id,prefix_hashes
  "a,b",0.5,10,20,"s ""1""",0xFF -5 18446744073709551615
  c,1e1,7564.0,1,é,
  """#,
  "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n"
    + "2024-05-10T00:00:00+01:30,5,6\r\n1700158546680,1,2",
  #"""
  {"timestamp": 0, "input_length": 5.0, "output_length": 1e1, "hash_ids": [-5], "priority": -2}

  {"hash_ids": [18446744073709551615], "timestamp": 1.5, "input_length": 6, "output_length": 1,
  """# + #" "session_id": "é", "chats": [{"a": [null, "\u00e9\\"]}]}"#,
  #"""
  {"id": "a", "block_size": 64, "requests": [{"t": 0.5, "in": 130, "out": 4, "hash_ids": [1, 2]},
  {"t": 10, "requests": [{"t": 2, "in": 70, "out": 3, "hash_ids": ["1"]}]}]}
  """#,
  #"""
  {"spans": [{"start_time": "2026-02-25T10:00:00.5", "attributes": {"gen_ai.input.messages":
  "[{\"role\": \"user\", \"content\": \"1\"}]", "gen_ai.output.text": "1234"}},
  {"startTimeUnixNano": "17", "attributes": [{"key": "error.type", "value": {"intValue": "1"}}]}]}
  """#,
  "Timestamp,Session ID,Request tokens,Response tokens\n5,a,472.0,18\n9,,1,1\n",
  "# block_size = 512\narrival_s,priority,prompt_tokens,output_tokens\n0,-5,1,1\n1,7.0,1,1",
]

/// Reads `bytes` in every format; whatever is refused must be refused in a few words.
private func read(_ bytes: [UInt8]) {
  for format in TraceFormats.all {
    check { () throws(InputError) in try format.parse(bytes, source: "x") }
  }
  check { () throws(InputError) in try TraceFile.parse(bytes, source: "x") }
}

private func check(_ body: () throws(InputError) -> LoadedTrace) {
  do {
    #expect(try body().trace.count > 0)
  } catch {
    #expect(error.description.utf8.count < 500)
  }
}

@Test(arguments: samples.indices)
func `a file cut off anywhere is read or refused`(sample: Int) {
  let bytes = Array(samples[sample].utf8)
  for count in 0...bytes.count { read(Array(bytes.prefix(count))) }
}

@Test(arguments: 0..<20)
func `a file with random damage is read or refused`(seed: Int) {
  var random = RandomStream(seed: UInt64(seed), named: "damage")
  let special = Array("\"{}[]\\=,\n\r#-+.eE0129xXnaN \t:TZ".utf8) + [0, 0x7F, 0xC3, 0xFF]
  for _ in 0..<300 {
    var bytes = Array(samples[random.integer(below: samples.count)].utf8)
    for _ in 0...random.integer(below: 8) {
      let place = random.integer(below: bytes.count)
      let byte = special[random.integer(below: special.count)]
      switch random.integer(below: 3) {
      case 0: bytes[place] = byte
      case 1: bytes.insert(byte, at: place)
      default: if bytes.count > 1 { bytes.remove(at: place) }
      }
    }
    read(bytes)
  }
}

@Test(arguments: 0..<20)
func `random bytes are refused`(seed: Int) {
  var random = RandomStream(seed: UInt64(seed), named: "noise")
  for _ in 0..<100 {
    read((0..<random.integer(below: 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }
}

@Test func `a million hashes in one row are read`() throws {
  let hashes = Array(repeating: "0xfedcba9876543210", count: 1_000_000).joined(separator: " ")
  let header = "arrival_s,prompt_tokens,output_tokens,prefix_hashes"
  let trace = try load("\(header)\n0,1,1,\(hashes)\n").trace
  #expect(trace.columns.prefixHashes?[0].count == 1_000_000)
}
