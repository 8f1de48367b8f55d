import Foundation
import Reporting
import Serving
import Studies
import Testing

private func report(
  _ text: String, tensorParallel: Int = 1, stages: Int = 1
) throws -> CostReport {
  var deployment = try deployment()
  deployment.tensorParallelSize = tensorParallel
  deployment.pipelineParallelSize = stages
  return try CostReport(of: BatchNotation.batch(text, source: "here"), on: deployment)
}

@Suite struct CostReportTests {
  @Test(arguments: [(1, 1), (4, 2)])
  func `operations and parts each sum to the total`(tensorParallel: Int, stages: Int) throws {
    let report = try report(
      "prefill=300@5,prefill=3x20,decode=9x70", tensorParallel: tensorParallel, stages: stages)
    for rows in [report.operations, report.parts] {
      #expect(abs(rows.reduce(0) { $0 + $1.seconds } / report.total.seconds - 1) < 1e-12)
      #expect(abs(rows.reduce(0) { $0 + $1.share } - 1) < 1e-12)
      #expect(abs(rows.reduce(0) { $0 + $1.flops } / report.total.flops - 1) < 1e-12)
      #expect(abs(rows.reduce(0) { $0 + $1.memoryBytes } / report.total.memoryBytes - 1) < 1e-12)
      let sent = rows.reduce(0) { $0 + $1.sentBytes }
      #expect(abs(sent - report.total.sentBytes) <= 1e-12 * sent)
    }
    #expect((report.total.sentBytes > 0) == (tensorParallel > 1))
    #expect(report.operations.contains { $0.name == "send activations" } == (stages > 1))
  }

  /// 2 x 64 x 4096 x 28672 FLOPs in each of 32 layers, of 989.4 TFLOP/s.
  @Test func `a row says what was done and which share of the peak that is`() throws {
    let report = try report("prefill=63,decode=1x1")
    let up = try #require(report.operations.first { $0.name == "MLP up" })
    let flops = 32 * 2.0 * 64 * 4096 * 28672
    #expect(up.size == "64x4096x28672" && up.runs == 32 && up.part == "linear")
    #expect(up.flops == flops)
    #expect(abs(up.computeUse / (flops / up.seconds / 989.4e12) - 1) < 1e-12)
    #expect(abs(up.memoryUse / (up.memoryBytes / up.seconds / 3.35e12) - 1) < 1e-12)
    #expect(up.limit == "memory" && up.secondsPerRun == up.seconds / 32)
  }

  @Test func `all prompts are one row, all decodes another`() throws {
    let rows = try report("prefill=3x128@7,prefill=128,decode=2x9").operations
      .filter { $0.name.hasSuffix("attention") }
    #expect(rows.map(\.size) == ["512 in 4", "2x9"])
    #expect(rows.map(\.runs) == [32, 32])
  }

  @Test func `the tables show every operation, every part and the total`() throws {
    let report = try report("prefill=1000@24,decode=1x4096", tensorParallel: 2)
    let text = CostTable.text(report)
    #expect(text.hasPrefix("model llama-3-8b, gpu h100-sxm, tensor_parallel_size 2, "))
    #expect(
      text.contains(
        "\n1,000 tokens of 1 prompt after 24 cached, 1 decode with 4,096 cached tokens\n"))
    for row in report.operations + report.parts { #expect(text.contains("\n\(row.name)  ")) }
    #expect(text.split(separator: "\n").count { $0.hasPrefix("total  ") } == 2)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 140 })
    let markdown = CostTable.markdown(report).split(separator: "\n")
    #expect(markdown.count == 6 + report.operations.count + report.parts.count)
  }

  @Test func `programs read the same numbers from CSV and JSON`() throws {
    let report = try report("decode=3x5")
    let rows = CostData.csv(report).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let column = try #require(rows[0].firstIndex(of: "seconds"))
    #expect(rows.dropFirst().map { Double($0[column]) } == report.operations.map(\.seconds))
    #expect(rows.last?.prefix(4) == ["host", "", "host", ""])
    let text = CostData.json(report)
    let json = try JSONSerialization.jsonObject(with: Data(text.utf8))
    let members = try #require(json as? [String: Any])
    #expect(text.contains("\n  \"seconds\": \(report.total.seconds),\n"))
    #expect((members["batch"] as? [String: Int])?["decode_context_tokens"] == 15)
    let operations = try #require(members["operations"] as? [[String: Any]])
    #expect(operations.map { $0["operation"] as? String } == report.operations.map(\.name))
    for row in report.operations { #expect(text.contains("\"seconds\": \(row.seconds),\n")) }
    #expect(operations.last?["runs"] is NSNull)
  }
}
