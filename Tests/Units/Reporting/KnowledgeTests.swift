import Metrics
import Serving
import Support
import Testing

@testable import Reporting

@Suite struct `What a comparison says that schedulers know` {
  @Test func `stands below a comparison, and how evenly clients were served beside it`() throws {
    var handmade = HandmadeRun()
    handmade.complete(arrival: 0, scheduled: 0, firstToken: 100, gaps: [10, 10])
    handmade.complete(arrival: 0, scheduled: 0, firstToken: 100, gaps: [10, 10])
    let trace = Trace(requests: handmade.trace.requests, columns: Columns(clients: ["a", "b"]))
    var runs = ["sjf", "vllm"].map {
      Run(scheduler: $0, metrics: RunMetrics(trace: trace, timeline: handmade.timeline))
    }
    #expect(!ComparisonTable.text(runs).contains("knows"))
    runs[0].knowledge = "a predicted length"
    let text = ComparisonTable.text(runs)
    #expect(
      text.contains("Of a request, besides its prompt and arrival: sjf knows a predicted length."))
    // Both were served alike.
    let table = ComparisonTable.table(runs)
    let column = try #require(table.columns.firstIndex { $0.title.contains("Jain's index") })
    #expect(table.rows.map { $0[column].text } == ["1.00", "1.00"])
  }
}
