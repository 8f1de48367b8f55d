/// What a replica tells of a batch that it puts in flight.
extension Replica {
  /// What is wrong where the batch of `seconds` that replica `index` begins at `now` passes the end
  /// of the clock.
  func endOfClock(
    _ index: Int, _ seconds: Double, _ now: Nanoseconds, _ timeline: borrowing Timeline
  ) -> RunError {
    .endOfClock(
      EndOfClock(
        event: .batch(replica: index, seconds: seconds), time: now, settled: timeline.settled))
  }

  /// Ends the batch in the ledger and hands over the phases that ended with it.
  @inline(__always)
  mutating func closeLedger(_ timeline: inout Timeline) {
    if ledger == nil { return }
    ledger!.land()
    timeline.spans += ledger!.spans
    ledger!.spans.removeAll(keepingCapacity: true)
  }
}
