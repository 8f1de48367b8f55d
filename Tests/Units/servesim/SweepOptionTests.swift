import Foundation
import Metrics
import Reporting
import Serving
import Studies
import Support
import Testing
import Workloads

@testable import Formats
@testable import servesim

private func options(_ words: [String]) throws -> SweepOptions {
  try SweepOptions(Parser.parse(["a.csv"] + words, for: .sweep()))
}

@Suite struct `Lists of a sweep` {
  @Test func `are combined, the last option first`() throws {
    let grid = try options([
      "--schedulers=vllm,sarathi:chunk=256,block-size=8", "--tensor-parallel-size=1,2",
      "--seed=5,6", "--request-rate=4,0.5",
    ]).grid
    #expect(grid.combinations.count == 8)
    #expect(grid.loads == .rates([4, 0.5]))
    let last = try #require(grid.combinations.last)
    #expect(last.value(of: "schedulers") == "sarathi:chunk=256,block-size=8")
    let deployment = try Deployment { last.given($0) }
    #expect(deployment.tensorParallelSize == 2)
    let workload = try Load { last.given($0) }
    #expect(workload.seed == 6 && workload.requestRate == nil)
    #expect(
      grid.combinations.prefix(3).map { $0.value(of: "seed") } == ["5", "6", "5"])
  }

  @Test func `of rates may be left to the sweep`() throws {
    #expect(try options(["--request-rate=auto"]).grid.loads == .auto)
    #expect(try options([]).grid.loads == .given)
  }

  @Test(arguments: [
    ["--request-rate=1,auto"], ["--request-rate=1,1.0"], ["--request-rate=0"], ["--gpu=a,,b"],
    ["--seed=1,1"], ["--resume"], ["--stagger=1", "--clients=2", "--request-rate=auto"],
    ["--jobs=0"],
  ])
  func `that cannot be are refused under their own name`(words: [String]) {
    let error = #expect(throws: InputError.self) { try options(words) }
    #expect(error?.source == words[0].split(separator: "=").first.map(String.init))
  }

  @Test func `of too many points are refused`() {
    let many = (1...1000).map(String.init).joined(separator: ",")
    #expect(throws: InputError.self) { try options(["--seed=\(many)", "--limit=\(many)"]) }
  }
}

@Suite struct `Results of a sweep` {
  private static let trace = GivenValue(
    source: "TRACE",
    text: Repository.path("Traces/chat.csv"))

  private static func sweep(_ words: String..., jobs: Int = 2) throws -> SweepRun {
    try SweepRun(
      options(words + ["--limit=40"]).grid, TraceFile.read(trace.text), jobs: jobs, tool: "t")
  }

  /// Runs `sweep` into `folder` and returns the bytes that it ends with.
  private static func run(_ sweep: SweepRun, in folder: String, resumes: Bool) throws -> Data {
    let file = try SweepFile(
      GivenValue(source: "--output", text: folder), resumes: resumes)
    let points = try sweep.points(known: file.known, note: { try file.append($0) })
    _ = try file.finish(points.map(\.row))
    return try Data(contentsOf: URL(filePath: "\(folder)/results.jsonl"))
  }

  @Test func `are written by one sweep at a time`() throws {
    let folder = try TemporaryFolder()
    let given = GivenValue(source: "--output", text: folder.path)
    let first = try SweepFile(given, resumes: false)
    #expect(throws: InputError.self) { _ = try SweepFile(given, resumes: true) }
    _ = try first.finish([])
    _ = consume first
    _ = try SweepFile(given, resumes: true)
  }

  @Test func `tell of a scheduler that stopped planning, and have no figures of it`() throws {
    let row = SweepRow(
      key: "k",
      StoppedRun(scheduler: "s", settings: [.init("model", "m")], reason: "nothing is planned"))
    #expect(row.stopped == "nothing is planned" && row.isMet == nil)
    #expect(row.seconds(.e2e, .max) == nil)
    #expect(SweepRow(line: row.line) == row)
    let table = SweepReport.text([.init(labels: ["s"], row: row)], labels: ["schedulers"])
    #expect(table.contains("stopped"))
  }

  @Test(arguments: ["4,9,20", "auto"])
  func `are the same bytes on any number of threads, and wherever the sweep was killed`(
    rates: String
  ) throws {
    let folder = try TemporaryFolder()
    func sweep(_ jobs: Int) throws -> SweepRun {
      try Self.sweep("--schedulers=vllm,orca", "--request-rate=\(rates)", jobs: jobs)
    }
    let whole = try Self.run(sweep(1), in: "\(folder.path)/a", resumes: false)
    #expect(try Self.run(sweep(3), in: "\(folder.path)/b", resumes: false) == whole)
    let lines = whole.split(separator: UInt8(ascii: "\n"))
    // What a killed sweep leaves: some rows in the order in which they ended, the last one torn.
    for kill in 0..<10 {
      let path = "\(folder.path)/kill-\(kill)"
      var left = Data(lines.reversed().joined(separator: [UInt8(ascii: "\n")]))
      left = left.prefix(left.count * kill / 9)
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try left.write(to: URL(filePath: "\(path)/results.jsonl"))
      try Data().write(to: URL(filePath: "\(path)/.servesim-leftover"))
      #expect(try Self.run(sweep(2), in: path, resumes: true) == whole, "cut at \(left.count)")
      #expect(!FileManager.default.fileExists(atPath: "\(path)/.servesim-leftover"))
    }
  }

  @Test func `of another sweep stay, and are not overwritten unasked`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/out"
    let both = try Self.run(Self.sweep("--schedulers=vllm,orca"), in: path, resumes: false)
    #expect(throws: InputError.self) {
      try Self.run(Self.sweep("--schedulers=orca"), in: path, resumes: false)
    }
    let one = try Self.run(Self.sweep("--schedulers=orca"), in: path, resumes: true)
    #expect(one != both && one.count == both.count)
    #expect(try Self.run(Self.sweep("--schedulers=vllm,orca"), in: path, resumes: true) == both)
  }

  @Test func `leave out what does not fit, but not a value that never does`() throws {
    let sweep = try Self.sweep(
      "--schedulers=vllm", "--model=llama-3-8b,llama-3-70b", "--tensor-parallel-size=1,4")
    #expect(sweep.curves.count == 3 && sweep.refused.count == 1)
    let error = #expect(throws: InputError.self) {
      try Self.sweep("--schedulers=vllm", "--model=llama-3-8b,llama-3-70b")
    }
    #expect(error?.source == "--tensor-parallel-size")
    #expect(throws: InputError.self) { try Self.sweep("--schedulers=vllm,srathi") }
  }
}
