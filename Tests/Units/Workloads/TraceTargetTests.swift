import Formats
import Serving
import Testing

@testable import Workloads

private let trace = Trace(
  requests: [
    Request(arrival: 0, promptTokens: 40, outputTokens: 5),
    Request(arrival: 1_500_000_001, promptTokens: 32, outputTokens: 6),
    Request(arrival: 86_400_000_000_000 * 59 + 7_000_000_000, promptTokens: 9, outputTokens: 1),
  ],
  columns: Columns(
    sessions: ["a", "", "é\""], prefixHashes: [[1, .max], [1, 3], []], priorities: [0, -3, 7],
    clients: ["us", "", "a,b"], adapters: ["", "one", ""]))

@Suite struct `A trace that is written` {
  @Test(arguments: TraceTarget.allCases)
  func `is read back with its times and tokens`(target: TraceTarget) throws {
    let bytes = target.bytes(of: trace, madeBy: "a test")
    // In seconds, vLLM's are no other's.
    let loaded =
      target == .vllm
      ? try TraceFile.parse(
        bytes, source: "trace.csv", as: nil,
        TraceReading(
          columns: ColumnMeanings(
            GivenValue(
              source: "c",
              text: "arrival=timestamp,prompt=input_length,output=output_length,hashes=hash_ids"))))
      : try TraceFile.parse(bytes, source: "trace.csv")
    #expect(loaded.trace.requests == trace.requests)
    let columns = loaded.trace.columns
    #expect(columns.prefixHashes == (target == .azure ? nil : trace.columns.prefixHashes))
    let isWhole = target == .native || target == .mooncake
    #expect(columns.sessions == (isWhole ? trace.columns.sessions : nil))
    #expect(columns.priorities == (isWhole ? trace.columns.priorities : nil))
    #expect(columns.clients == (target == .native ? trace.columns.clients : nil))
    #expect(columns.adapters == (target == .native ? trace.columns.adapters : nil))
    #expect(isWhole || target.notes(on: trace)[0].contains("the format has no sessions"))
  }

  @Test func `as Azure's has dates from 1970 on`() {
    let lines = String(decoding: TraceTarget.azure.bytes(of: trace, madeBy: ""), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines[2] == "1970-01-01 00:00:01.500000001,32,6")
    #expect(lines[3] == "1970-03-01 00:00:07.000000000,9,1")
  }

  @Test func `for vLLM has prompts that share nothing where no hashes are known`() {
    let bare = Trace(requests: trace.requests)
    let text = String(decoding: TraceTarget.vllm.bytes(of: bare, madeBy: ""), as: UTF8.self)
    #expect(text.contains("{\"timestamp\": 1.500000001, \"input_length\": 32, "))
    #expect(text.contains("[0, 1, 2]") && text.contains("[3, 4]") && text.contains("[5]"))
  }
}
