import Foundation
import Reporting
import Serving
import Studies
import Testing

@testable import Formats

private let header = PricedBatches.header

private func price(_ text: String) throws -> PricedBatches {
  try PricedBatches(Array(text.utf8), source: "batches.csv", on: deployment())
}

private func csv(_ batches: PricedBatches) -> String {
  var bytes: [UInt8] = []
  PricedBatchesData.writeCSV(batches) { bytes += $0 }
  return String(decoding: bytes, as: UTF8.self)
}

@Suite struct PricedBatchesTests {
  @Test func `a row costs what its batch costs, wherever its columns stand`() throws {
    let batches = try price(
      """
      # by hand
      decode_context_tokens,id,prefill_chunks,decode_requests
      640,a,512@1024 2x7,10
      0,b,5@6,0
      9,c,,1

      """)
    let notations = ["prefill=512@1024,prefill=2x7,decode=10x64", "prefill=5@6", "decode=1x9"]
    let cost = try deployment().cost()
    for (row, notation) in zip(batches.rows, notations) {
      let batch = try BatchNotation.batch(notation, source: "here")
      let report = try CostReport(of: batch, on: deployment())
      #expect(row.seconds[0] == report.total.seconds)
      #expect(Array(row.seconds[2...]) == report.parts.map(\.seconds))
      #expect(abs(row.seconds[0] - cost.seconds(for: batch)) < 1e-12 * row.seconds[0])
    }
    #expect(batches.rows.count == 3)
  }

  @Test func `what is printed adds up to the last digit`() throws {
    let text = csv(try price("\(header)\n512@1024 3@4,7,12345\n,3,10\n"))
    let lines = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(
      lines[0].dropFirst(3) == [
        "seconds", "layer_seconds", "linear_seconds", "attention_prefill_seconds",
        "attention_decode_seconds", "collective_seconds", "other_seconds", "head_seconds",
        "host_seconds",
      ])
    let numbers = try #require(lines[1].dropFirst(3).map { Double($0) } as? [Double])
    #expect(numbers[2...6].reduce(0, +) == numbers[1])
    #expect(numbers[1] + numbers[7] + numbers[8] == numbers[0])
    #expect(numbers[0] > 0 && numbers[5] == 0)
  }

  /// The second row alone has a prompt longer than any that was measured.
  @Test func `what times rest on is among the settings`() throws {
    #expect(try price("\(header)\n512@0,4,100\n").settings.allSatisfy { $0.name != "times" })
    let long = try price("\(header)\n512@0,4,100\n100@200000,0,0\n,3,10\n")
    let words = long.settings.first { $0.name == "times" }?.value
    #expect(words?.hasPrefix("beyond the sizes measured: ") == true)
    let lent = try PricedBatches(
      Array("\(header)\n512@0,4,100\n".utf8), source: "b.csv", on: deployment("llama-3-8b", "l4"))
    #expect(lent.settings.first { $0.name == "times" }?.value.contains("as on l40s") == true)
  }

  @Test func `other columns are carried along as they are`() throws {
    let batches = try price("\(header),,id\n1,2,3,\"a \"\"b\"\", c\",007\n")
    #expect(
      batches.columns == ["prefill_chunks", "decode_requests", "decode_context_tokens", "", "id"])
    #expect(batches.rows[0].fields == ["1", "2", "3", "a \"b\", c", "007"])
    #expect(csv(batches).contains("\n1,2,3,\"a \"\"b\"\", c\",007,0.0"))
    var json = ""
    PricedBatchesData.writeJSON(batches) { json += $0 }
    let read = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let rows = try #require(read?["batches"] as? [[String: Any]])
    #expect(rows.count == 1 && rows[0]["id"] as? String == "007")
    #expect(json.contains("\"seconds\": \(batches.rows[0].seconds[0]),\n"))
    #expect(PricedBatchesData.text(batches).contains("attention decode"))
    #expect(PricedBatchesData.markdown(batches).split(separator: "\n").count == 3)
  }

  @Test func `a batch that no cache would hold is priced`() throws {
    #expect(try price("\(header)\n,1000,2000000000\n").rows[0].seconds[0] > 1)
  }

  @Test(arguments: [
    ("", 1, nil, "empty"), ("\(header)\n", 1, nil, "nothing after it"),
    ("prefill_chunks,decode_requests\n1,1\n", 1, "decode_context_tokens", "missing"),
    ("\(header)\n1,1,1\n,0,0\n", 3, "decode_requests", "nothing to do"),
    ("\(header)\n,0,4\n", 2, "decode_context_tokens", "4 tokens are cached"),
    ("\(header)\n5@6 7@,0,0\n", 2, "prefill_chunks", "in chunk 2, `7@`: "),
    ("\(header)\n0@6,0,0\n", 2, "prefill_chunks", "`0` is too small"),
    ("\(header)\n5;6,0,0\n", 2, "prefill_chunks", "`5;6` is not a whole number"),
    ("\(header)\n70000x1,0,0\n", 2, "prefill_chunks", "65536 prompts"),
    ("\(header)\n1,-1,0\n", 2, "decode_requests", "negative"),
    ("\(header)\n1,1.5,0\n", 2, "decode_requests", "not whole"),
    ("\(header)\n1,1,\n", 2, "decode_context_tokens", "empty"),
    ("\(header)\n1,1,2147483648\n", 2, "decode_context_tokens", "too large"),
    ("\(header)\n1,1\n", 2, "decode_context_tokens", "after 2 of 3 fields"),
    ("\(header)\n1@2,3@4,1,1\n", 2, nil, "4 fields"),
    ("\(header),head_seconds\n1,1,1,1\n", 1, "head_seconds", "is added"),
    ("\(header),prefill_chunks\n1,1,1,1\n", 1, "prefill_chunks", "two columns"),
  ])
  func `a mistake is told with its line and column`(
    text: String, line: Int, column: String?, words: String
  ) {
    let error = #expect(throws: InputError.self) { try price(text) }
    #expect(error?.source == "batches.csv")
    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.problem.contains(words) == true)
    #expect(error?.remedy.isEmpty == false)
  }
}
