import Foundation
import Metrics
import Support
import Testing

@testable import Formats
@testable import Reporting

@Suite struct JSONTests {
  @Test func `objects keep their order and numbers their digits`() {
    let value = JSONValue.object([
      .init("z", .array([.integer(-3), .number(0.1), .number(.infinity), .null, .bool(true)])),
      .init("a", .object([])),
    ])
    #expect(
      value.text() == """
        {
          "z": [
            -3,
            0.1,
            null,
            null,
            true
          ],
          "a": {}
        }

        """)
  }

  @Test func `what a string cannot hold is escaped and read back the same`() throws {
    let text = "a\"b\\c\nd\te\r\u{1}\u{0}\u{1F} é 漢 😀 \u{7F}"
    let written = JSONValue.array([.string(text)]).text()
    let read = try JSONSerialization.jsonObject(with: Data(written.utf8))
    #expect(read as? [String] == [text])
    #expect(written.contains("a\\\"b\\\\c\\nd\\te\\r\\u0001\\u0000\\u001f"))
  }

  @Test func `a run has the members that are promised, in their order`() throws {
    let run = try sampleRun(objective: "ttft.p99<2s,tbt<1s")
    guard case .object(let members) = RunsJSON.value(run) else {
      Issue.record("a run is an object")
      return
    }
    #expect(
      members.map(\.name) == [
        "scheduler", "settings", "requests", "seconds", "throughput", "memory", "batch", "slo",
      ])
    #expect(members[0].value == .string("vllm"))
    #expect(members[1].value == .object([.init("model", .string("m"))]))
    #expect(
      members[2].value
        == .object([
          .init("total", .integer(3)), .init("completed", .integer(2)),
          .init("refused", .integer(1)), .init("preempted", .integer(1)),
          .init("preemptions", .integer(2)), .init("truncated", .integer(1)),
        ]))
    #expect(names(members[3].value) == ["ttft", "tbt", "tpot", "e2e", "scheduling_delay"])
    #expect(
      names(members[7].value) == [
        "objective", "met", "clauses", "attaining_requests", "attainment",
        "goodput_requests_per_second", "load",
      ])
  }

  @Test func `a latency that no request has is null and no objective is no member`() {
    var handmade = HandmadeRun()
    handmade.complete(arrival: 0, scheduled: 0, firstToken: 10, gaps: [])
    let metrics = RunMetrics(trace: handmade.trace, timeline: handmade.timeline)
    let text = RunsJSON.text([Run(scheduler: "orca", metrics: metrics)])
    #expect(text.contains("\"tbt\": null,\n        \"tpot\": null,"))
    #expect(!text.contains("slo"))
    #expect(text.contains("\"p99\": 0.01,"))
  }

  private func names(_ value: JSONValue) -> [String] {
    guard case .object(let members) = value else { return [] }
    return members.map(\.name)
  }
}
