import Formats
import Metrics
import Reporting
import Studies
import Testing

@Suite struct `Capacities as JSON` {
  @Test func `have what each search found, and a reason where one could not go on`() throws {
    let found = ServiceCapacity(
      scheduler: "a", settings: [Run.Setting("model", "m")],
      brackets: [
        CapacitySearch.Bracket(kept: 3, missed: 3.5, tries: 7),
        CapacitySearch.Bracket(kept: 5, missed: nil, tries: 4),
      ], backlogRate: 9)
    let stopped = ServiceCapacity(StoppedRun(scheduler: "b", reason: "it plans nothing"))
    let text = CapacityJSON.text(
      [found, stopped],
      requirement: Requirement(try ServiceLevelObjective(parsing: "ttft.p99<2s"), attainment: 0.9),
      seeds: [8, 9], verdict: "a is ahead.")
    let json = try JSONValue(Array(text.utf8))
    #expect(json["attainment"]?.real == 0.9)
    #expect(
      json["objective"] == .string("ttft.p99<2s") && json["verdict"] == .string("a is ahead."))
    guard case .array(let capacities)? = json["capacities"] else {
      Issue.record("there are no capacities")
      return
    }
    let first = try #require(capacities.first)
    #expect(first["scheduler"] == .string("a") && first["settings"]?["model"] == .string("m"))
    #expect(first["capacity_requests_per_second"]?.real == 4)
    #expect(first["is_lower_bound"] == .bool(true))
    #expect(first["interval_requests_per_second"]?["high"] == .null)
    #expect(first["backlog_requests_per_second"]?.real == 9)
    #expect(
      first["searches"]?.line()
        == "[{\"seed\": 8, \"kept_requests_per_second\": 3.0, \"missed_requests_per_second\": 3.5, "
        + "\"runs\": 7}, {\"seed\": 9, \"kept_requests_per_second\": 5.0, "
        + "\"missed_requests_per_second\": null, \"runs\": 4}]")
    #expect(
      capacities.last?.line()
        == "{\"scheduler\": \"b\", \"settings\": {}, \"stopped\": \"it plans nothing\"}")
  }
}
