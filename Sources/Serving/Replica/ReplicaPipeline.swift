/// A batch on its way through the stages of a pipeline, with the pool of the sequences it decodes.
struct Flight: Sendable {
  var batch: Batch
  var pool: DecodePool
  var end: Nanoseconds
}

/// Pipeline parallelism: as many batches in flight as there are stages, each sequence in at most
/// one of them, and the next batch formed when the first stage is free.
extension Replica {
  @inline(__always)
  var isPipelined: Bool { rules.limits.pipelineParallelSize > 1 }

  /// The next instant after `now` at which a batch ends or the first stage is free for one more, or
  /// `now` where another one can be planned ahead.
  @inline(__always)
  func nextEvent(after now: Nanoseconds) -> Nanoseconds {
    if plansOn { return now }
    let isWaiting = isPipelined && flights.count < stages.count && stages[0] > now
    return isWaiting ? min(batchEnd, stages[0]) : batchEnd
  }

  /// Whether a batch can be planned at `now`.
  @inline(__always)
  func canPlan(at now: Nanoseconds) -> Bool {
    guard hasWork else { return false }
    if !isPipelined { return batchEnd == Simulation.never || plansOn }
    return flights.count < rules.limits.pipelineParallelSize && stages[0] <= now
  }

  /// Sends the planned batch, which takes `seconds` in all stages together, on its way at `now`;
  /// returns how long the first stage is busy with it.
  mutating func launch(
    at now: Nanoseconds, seconds: Double, _ occupancy: inout Occupancy
  ) -> Nanoseconds {
    let stage = max(1, Nanoseconds(seconds: seconds / Double(rules.limits.pipelineParallelSize)))
    if !flights.isEmpty { occupancy.recordBubble(now - stages[0]) }
    var ready = now
    for index in stages.indices {
      ready = max(ready, stages[index]) + stage
      stages[index] = ready
    }
    for chunk in batch.chunks { sequences[chunk.sequence].inFlight += chunk.tokens }
    guard var flying = sparePools.popLast() else {
      preconditionFailure("there is a pool for every batch in flight and one for the rest")
    }
    if batch.decodes > 0 { swap(&flying, &pool) }
    flights.append(Flight(batch: batch, pool: flying, end: ready))
    batchEnd = flights[0].end
    return stage
  }

  /// Takes the first batch out of the pipeline at its end, `now`: its pool becomes the one that is
  /// not in flight; returns that one's predecessor.
  mutating func completeFirst(at now: Nanoseconds, _ occupancy: inout Occupancy) -> DecodePool {
    var flight = flights.removeFirst()
    swap(&flight.pool, &pool)
    batch = flight.batch
    for chunk in batch.chunks { sequences[chunk.sequence].inFlight -= chunk.tokens }
    batchEnd = flights.first?.end ?? Simulation.never
    if flights.isEmpty { occupancy.recordBubble(now - stages[0]) }
    return flight.pool
  }

  /// Moves the members of `idle` into the pool that is not in flight.
  mutating func merge(_ idle: consuming DecodePool) {
    if idle.count > 0 {
      let tag = idle.tag
      for id in running.all
      where sequences[id].phase == .decoding && sequences[id].pool == tag {
        idle.leave(id, &sequences[id])
        pool.join(id, &sequences[id])
      }
    }
    sparePools.append(idle)
  }

  /// Drops what is in flight for `id`, which loses its cache: the late result is not used.
  mutating func cancelInFlight(_ id: SequenceID) {
    if sequences[id].phase == .decoding {
      let tag = sequences[id].pool
      guard let place = flights.firstIndex(where: { $0.pool.tag == tag }) else { return }
      flights[place].pool.leave(id, &sequences[id])
      cache.settle(id, at: sequences[id].context + 1)
    } else if sequences[id].inFlight > 0 {
      for place in flights.indices {
        flights[place].batch.chunks.removeAll { $0.sequence == id }
      }
      sequences[id].inFlight = 0
    }
  }
}
