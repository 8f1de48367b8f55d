import Formats
import Serving
import Studies
import Support
import Testing
import Workloads

@Suite struct `A sweep without a command line` {
  private static let grid = Result {
    try SweepGrid(schedulers: ["vllm", "orca"]) { name in
      ["request-rate": "4,9", "limit": "40", "slo": "ttft.p99<2s,tpot<1s"][name].map {
        GivenValue(source: name, text: $0)
      }
    }
  }

  private static func run() throws -> SweepRun {
    try SweepRun(
      grid.get(), TraceFile.read(Repository.path("Traces/chat.csv")), jobs: 2, tool: "tests")
  }

  @Test func `has a row for each scheduler at each rate, and goes on from rows that are known`()
    throws
  {
    let points = try Self.run().points()
    #expect(points.map(\.point.rate) == [4, 9, 4, 9])
    #expect(points.map(\.row.scheduler) == ["vllm", "vllm", "orca", "orca"])
    #expect(points.allSatisfy { $0.row.isMet == true && $0.row.value("requests", "total") == 40 })
    let known = Ledger(points.map(\.row))
    let again = try Self.run().points(
      known: known, note: { Issue.record("\($0.key) was served again") })
    #expect(again.map(\.row) == points.map(\.row))
  }

  @Test func `keeps its rows in a file as they are, and takes none that was changed`() throws {
    let rows = try Self.run().points().map(\.row)
    let text = SweepRow.text(rows)
    #expect(try SweepRow.rows(Array(text.utf8), source: "f") == rows)
    #expect(try SweepRow.rows(Array(text.utf8.dropLast(9)), source: "f") == rows.dropLast())
    let changed = text.replacing("\"total\": 40", with: "\"total\": 41", maxReplacements: 1)
    let error = #expect(throws: InputError.self) {
      try SweepRow.rows(Array(changed.utf8), source: "f")
    }
    #expect(error?.line == 1)
  }
}
