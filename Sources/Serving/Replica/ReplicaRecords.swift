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

  /// The batch that replica `index` computes from `start` to `end`.
  func record(_ index: Int, start: Nanoseconds, end: Nanoseconds) -> IterationRecord {
    IterationRecord(
      replica: index, start: start, end: end, decodes: batch.decodes,
      chunks: batch.chunks.count, chunkTokens: batch.chunkTokens,
      decodeContext: batch.decodeContext, running: running.count, waiting: waiting.count,
      usedBlocks: cache.usedBlocks, preempted: evictions)
  }
}
