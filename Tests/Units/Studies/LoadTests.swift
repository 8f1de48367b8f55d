import Metrics
import Studies
import Testing

@Suite struct `What reports say of a load` {
  private func shown(_ change: (inout Load) -> Void) throws -> [String: String] {
    var load = Load()
    change(&load)
    let settings = try load.shown(serving: chat(20, rate: 2), [])
    return Dictionary(uniqueKeysWithValues: settings.map { ($0.name, $0.value) })
  }

  @Test func `is that clients make the arrivals where they do`() throws {
    let settings = try shown { $0.clientCount = 4 }
    #expect(settings["arrivals"] == "closed-loop" && settings["clients"] == "4")
    #expect(settings["requests_per_second"] == nil && settings["think_time_seconds"] == "0.0")
  }

  @Test func `is the rate where they only bound how many are under way`() throws {
    let settings = try shown {
      $0.clientCount = 4
      $0.requestRate = 2
    }
    #expect(settings["arrivals"] == "trace" && settings["clients"] == "4")
    #expect(settings["requests_per_second"] != nil && settings["think_time_seconds"] == nil)
  }
}
