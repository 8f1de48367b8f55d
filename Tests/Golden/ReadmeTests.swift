import Costs
import Foundation
import Reporting
import Schedulers
import Serving
import Studies
import Support
import Testing
import Workloads

@Suite struct `The README` {
  @Test func `is at most 159 lines`() throws {
    #expect(
      try Repository.text(of: "README.md").split(separator: "\n", omittingEmptySubsequences: false)
        .count <= 160)
  }

  @Test func `shows every scheduler in the list, with the iterations that were checked`() throws {
    var checked: [String: Int] = [:]
    let logs = Repository.root.appending(path: "Tests/Golden/decisions")
    for path in try FileManager.default.subpathsOfDirectory(atPath: logs.path)
    where path.hasSuffix(".jsonl") {
      let data = try Data(contentsOf: logs.appending(path: path))
      let conformance = try Conformance(DecisionLog(Array(data), source: path))
      let name = conformance.ours.prefix { $0 != ":" }
      checked[String(name), default: 0] += conformance.iterations
    }
    let rows = Schedulers.all.map {
      "| `\($0.name)` | \($0.summary) | \($0.reproduces) | \(checked[$0.name] ?? 0) |\n"
    }
    let head = "| name | rule | decides as | iterations checked |\n| --- | --- | --- | ---: |\n"
    #expect(try Repository.text(of: "README.md").contains(head + rows.joined()))
  }

  @Test func `shows the file of a scheduler as it is`() throws {
    let source = try Repository.text(of: "Sources/Schedulers/Sarathi.swift")
    #expect(try Repository.text(of: "README.md").contains("```swift\n\(source)```\n"))
  }

  @Test func `shows a library's user lines that are run`() throws {
    let lines = try Repository.text(of: "README.md").split(separator: "\n")
      .filter { $0.hasPrefix("    let ") }
    let test = try Repository.text(of: "Tests/Outside/OutsideTests.swift")
    #expect(lines.count == 3)
    #expect(test.filter { !$0.isWhitespace }.contains(lines.joined().filter { !$0.isWhitespace }))
  }

  @Test func `shows what its first command prints`() throws {
    let deployment = Deployment(
      model: try Models.named("llama-3-8b"), gpu: try GPUs.named("h100-sxm"))
    let trace = try TraceFile.read(Repository.root.appending(path: "Traces/chat.csv").path).trace
    let report = ReplayReport.text(try deployment.service("vllm").replay(trace).run)
    // The settings in the first lines are the command line's.
    let figures = report[report.range(of: "\nRequests\n")!.lowerBound...]
    #expect(try Repository.text(of: "README.md").contains(figures))
  }

  @Test func `shows the commands that are run in its name`() throws {
    let readme = try Repository.text(of: "README.md")
    let script = try Repository.text(of: ".ci/run")
    for command in ["swift run -c release servesim replay Traces/chat.csv", "swift test"] {
      #expect(readme.contains("\n    \(command)"))
      #expect(script.contains("step \(command)"))
    }
  }
}

@Suite struct `The trace in the tree` {
  @Test func `is what the command beside it makes`() throws {
    let command = try Repository.text(of: "Traces/chat.csv.command")
    #expect(command.contains("servesim synthesize --requests 2000 --request-rate 5.53 --seed 0 "))
    let trace = try ChatWorkload.azureConversation.trace(count: 2000, rate: 5.53, seed: 0)
    let made = TraceWriter.csv(
      trace, madeBy: "servesim synthesize --requests 2000 --request-rate 5.53 --seed 0")
    #expect(try Repository.text(of: "Traces/chat.csv") == String(decoding: made, as: UTF8.self))
  }
}
