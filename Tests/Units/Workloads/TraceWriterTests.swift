import Serving
import Testing

@testable import Workloads

private func text(_ trace: Trace, madeBy command: String? = nil) -> String {
  String(decoding: TraceWriter.csv(trace, madeBy: command), as: UTF8.self)
}

@Test func `a plain trace is written with row numbers and exact seconds`() {
  let trace = Trace(requests: [
    Request(arrival: 0, promptTokens: 10, outputTokens: 1),
    Request(arrival: 1_500_000_000, promptTokens: 7564, outputTokens: 99),
    Request(arrival: 12_000_000_001, promptTokens: 1, outputTokens: 2_147_483_647),
  ])
  #expect(
    text(trace) == """
      id,arrival_s,prompt_tokens,output_tokens
      0,0,10,1
      1,1.5,7564,99
      2,12.000000001,1,2147483647

      """)
}

@Test func `sessions, hashes and awkward labels are written so that they can be read`() {
  let request = Request(arrival: 0, promptTokens: 1, outputTokens: 1)
  let trace = Trace(
    requests: [request, request, request],
    columns: Columns(
      labels: ["#1", "a,\"b\"", "c"], sessions: ["", "x\ny", "z"],
      prefixHashes: [[], [0, .max], [10]]))
  #expect(
    text(trace) == #"""
      id,arrival_s,prompt_tokens,output_tokens,session_id,prefix_hashes
      "#1",0,1,1,,
      "a,""b""",0,1,1,"x
      y",0 18446744073709551615
      c,0,1,1,z,10

      """#)
}

@Test func `priorities and the size of blocks are written where there are any`() {
  let request = Request(arrival: 0, promptTokens: 600, outputTokens: 1)
  let trace = Trace(
    requests: [request, request],
    columns: Columns(
      sessions: ["a", "b"], prefixHashes: [[7], []], prefixBlockTokens: 512,
      priorities: [-3, .max]))
  #expect(
    text(trace, madeBy: "hand") == """
      # made by: hand
      # block_size=512
      id,arrival_s,prompt_tokens,output_tokens,session_id,priority,prefix_hashes
      0,0,600,1,a,-3,7
      1,0,600,1,b,9223372036854775807,

      """)
}

@Test func `the command that made a trace stands in comments before the header`() throws {
  let trace = Trace(requests: [Request(arrival: 0, promptTokens: 1, outputTokens: 1)])
  #expect(
    text(trace, madeBy: "servesim synthesize\n --seed 1").hasPrefix(
      "# made by: servesim synthesize\n#  --seed 1\nid,"))
  let bytes = TraceWriter.csv(trace, madeBy: "a\rb\r\nc")
  #expect(try TraceFile.parse(bytes, source: "trace.csv").trace == trace)
}

@Test(arguments: 0..<200)
func `what is written is read back the same`(seed: Int) throws {
  var random = RandomStream(seed: UInt64(seed), named: "round trip")
  let trace = randomTrace(&random)
  let bytes = TraceWriter.csv(trace, madeBy: seed % 2 == 0 ? "a test" : nil)
  let loaded = try TraceFile.parse(bytes, source: "trace.csv")
  #expect(loaded.trace == trace)
  #expect(TraceWriter.csv(loaded.trace, madeBy: seed % 2 == 0 ? "a test" : nil) == bytes)
}

private func randomTrace(_ random: inout RandomStream) -> Trace {
  let count = 1 + random.integer(below: 30)
  let requests = (0..<count).map { _ in
    Request(
      arrival: random.integer(below: 1 << random.integer(below: 61)),
      promptTokens: 1 + random.integer(below: 1 << random.integer(below: 31)),
      outputTokens: 1 + random.integer(below: 1 << random.integer(below: 31)))
  }
  let labels = (0..<count).map { "\(randomText(&random))\($0 + 1)" }
  let sessions = (0..<count).map { _ in randomText(&random) }
  let hashes = (0..<count).map { _ in
    (0..<random.integer(below: 4)).map { _ in random.next() >> random.integer(below: 64) }
  }
  let priorities = (0..<count).map { _ in
    Int(bitPattern: UInt(random.next())) >> random.integer(below: 64)
  }
  return Trace(
    requests: requests,
    columns: Columns(
      labels: random.integer(below: 2) == 0 ? nil : labels,
      sessions: random.integer(below: 2) == 0 ? nil : sessions,
      prefixHashes: random.integer(below: 2) == 0 ? nil : PrefixHashes(hashes),
      prefixBlockTokens: random.integer(below: 2) == 0 ? 16 : 1 + random.integer(below: 1 << 31),
      priorities: random.integer(below: 2) == 0 ? nil : priorities))
}

private func randomText(_ random: inout RandomStream) -> String {
  let pieces = ["a", ",", "\"", "\n", "\r", "\r\n", " ", "#", "é", "日", "\t", "x", "'", ";"]
  return (0..<random.integer(below: 6)).map { _ in pieces[random.integer(below: pieces.count)] }
    .joined()
}
