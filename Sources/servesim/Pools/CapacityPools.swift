import Formats
import Studies
import Workloads

/// Capacities of fleets of pools.
extension CapacityOptions {
  /// The fleets that are searched for; none where schedulers are.
  func fleets(_ scenario: Scenario) throws -> [SearchedFleet] {
    try pools?.fleets(scenario) { name in
      name == Scenario.Settings.scheduler.name
        ? GivenValue(source: "--\(SweepGrid.schedulers)", text: schedulers[0])
        : invocation.value(of: name)
    } ?? []
  }

  /// What serves under each of the schedulers, or each of `fleets`, which goes by its pools.
  func services(
    _ scenario: Scenario, _ fleets: [SearchedFleet], _ loaded: LoadedTrace, _ seeds: [UInt64]
  ) throws -> [Service] {
    let words = [
      Load.Settings.requestRate.printed: "searched",
      Load.Settings.seed.printed: seeds.count == 1
        ? "\(seeds[0])" : "\(seeds[0]) to \(seeds[seeds.count - 1])",
    ]
    if pools == nil {
      return try schedulers.map { name in
        try scenario.under(name).service(for: loaded.trace, loaded.notes, shownAs: words)
      }
    }
    return try fleets.map { fleet in
      var service = try fleet.scenario.service(for: loaded.trace, loaded.notes, shownAs: words)
      service.engine.name = fleet.counts.text
      return service
    }
  }
}
