import Foundation
import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Support
import Testing
import Workloads

@testable import servesim

private let root = Repository.root
private let source = Repository.shared
  .appending(path: "traces/azure-llm-2023/AzureLLMInferenceTrace_conv.csv")
private let report = root.appending(path: "Reports/azure-conversation")

/// The study is run again as its README says, and must give the same bytes.
@Suite(
  .enabled(if: FileManager.default.fileExists(atPath: source.path), "needs ../shared/traces"))
struct `The report on Azure's conversation service` {
  @Test(arguments: ["", "-15"])
  func `comes out again to the byte`(_ suffix: String) throws {
    let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "servesim-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func made(_ name: String) -> String { folder.appending(path: name).path }
    let schedulers = "request-level,orca,vllm-0.6,vllm-0.11,sarathi,splitfuse"
    var words = ["compare", source.path, "--schedulers", schedulers]
    words += ["--slo", "ttft.p99<2s,tbt.p99<100ms"]
    if !suffix.isEmpty { words += ["--request-rate", "15"] }
    words += ["--csv", made("data"), "--markdown", made("table"), "--svg", made("chart")]
    let catalogue = Catalogue.standard
    guard case .run(_, let invocation) = try Tool(catalogue).intent(of: words) else {
      Issue.record("the words run no command")
      return
    }
    let options = try CompareOptions(invocation)
    try options.serve()

    func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }
    func new(_ name: String) throws -> String { try text(folder.appending(path: name)) }
    #expect(try new("data") == text(report.appending(path: "data\(suffix).csv")))
    #expect(try new("chart") == text(report.appending(path: "chart\(suffix).svg")))
    #expect(try text(report.appending(path: "README.md")).contains(new("table")))
  }
}
