/// Serving to the end, or as far as someone wants to know.
extension Simulation {
  /// Serves the trace to its end and returns what was seen.
  ///
  /// - Parameter progress: told now and then how many requests are completed or refused.
  public mutating func run(progress: ((Int) -> Void)? = nil) throws(RunError) -> Timeline {
    var steps = 0
    while try advance(coasting: coasts) {
      steps += 1
      if steps & 0xFFFF == 0 { progress?(timeline.settled) }
    }
    sumPools()
    if transfers != nil { sumTiers() }
    return timeline
  }

  /// Serves the trace to its end and returns what was seen; nil where `isDecided`, asked now and
  /// then, says before that the rest need not be seen.
  public mutating func run(
    unless isDecided: (borrowing Simulation) -> Bool
  ) throws(RunError) -> Timeline? {
    var steps = 0
    while try advance(coasting: coasts) {
      steps += 1
      if steps & 0x7F == 0 && isDecided(self) { return nil }
    }
    sumPools()
    if transfers != nil { sumTiers() }
    return timeline
  }

  /// Advances to the next instant at which anything happens; false if nothing is left to happen.
  public mutating func step() throws(RunError) -> Bool { try advance(coasting: false) }

  /// Lets the due replicas that are free plan, the lower first, and enters what comes of it; behind
  /// them those to which that happens, such as a prompt that has a place where it is decoded.
  mutating func planTouched() throws(RunError) {
    if ranks > 1 { return try planGroups() }
    if due.count > 1 { due.sort() }
    var place = 0
    while place < due.count {
      let index = due[place]
      place += 1
      isDue[index] = false
      if replicas[index].canPlan(at: now) { try plan(index) }
      calendar.steps[index] = replicas[index].nextEvent(after: now)
    }
    due.removeAll(keepingCapacity: true)
  }
}
