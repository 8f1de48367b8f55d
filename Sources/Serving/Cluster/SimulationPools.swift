/// Serving by pools of replicas that are not all alike.
extension Simulation {
  /// - Parameters:
  ///   - pools: who serves. Either all do all of a request, or some compute prompts and others
  ///     decode; those that requests come to are numbered first.
  ///   - disaggregation: how prompts are handed over in that case.
  ///   - router: how requests are spread over the replicas that they come to; in turn unless given.
  ///   - clients: who sends the requests and when; the trace's own arrivals hold where nil.
  ///   - observation: what the timeline keeps besides what becomes of each request.
  public init(
    _ trace: Trace, pools given: [Pool], _ disaggregation: Disaggregation? = nil,
    router: (any Router)? = nil, clients: Clients? = nil, clientTimeout: Nanoseconds? = nil,
    retries: Retries? = nil, observing observation: Observation = []
  ) {
    let pooled = PooledReplicas(given, disaggregation, requests: trace.count)
    precondition(
      disaggregation == nil || clientTimeout == nil, "clients wait for what is handed over")
    let first = pooled.pools[0]
    self.init(
      trace, rules: first.rules, scheduler: first.scheduler, cost: first.cost,
      replicas: pooled.poolOf.count,
      router: router ?? RoundRobin(replicas: pooled.entrances), clients: clients,
      clientTimeout: clientTimeout, retries: retries, observing: observation)
    if pooled.pools.count == 1 { return }
    for index in replicas.indices {
      let pool = pooled.pools[pooled.poolOf[index]]
      let rules = pool.rules.withAverageLengths(of: trace.requests)
      precondition(rules.excess(serving: trace) == nil, "the engine's numbers stay in range")
      var replica = Replica(
        rules: rules, serving: trace,
        smoothsGaps: observation.contains(.smoothedGaps))
      replica.ledger = replicas[index].ledger
      replica.decisions = replicas[index].decisions
      if disaggregation != nil {
        replica.connector = Connector()
        replica.connector!.handsOver = true
      }
      replicas[index] = replica
      schedulers[index] = pool.scheduler
    }
    if disaggregation != nil {
      transfers = Transfers()
      timeline.transfers = TransferUse()
    }
    timeline.pools = Array(repeating: Occupancy(), count: pooled.pools.count)
    self.pooled = pooled
    isPooled = true
    precondition(
      disaggregation == nil || !replicas.contains { $0.hasTiers }, "pools with roles have no tiers")
    useTiers()
  }

  /// Has replica `index` take on the request in `row`, which comes to it from its client.
  mutating func enter(_ row: Int, on index: Int) -> SequenceID? {
    if !sharedTiers.isEmpty { turnTiers(of: index) }
    defer { if !sharedTiers.isEmpty { turnTiers(of: index) } }
    let request = requests[row]
    let priority = priorities?[row] ?? 0
    guard isPooled, let pooled, let disaggregation = pooled.disaggregation else {
      return replicas[index].enqueue(
        RequestID(row), request, priority: priority, remotes?[row]?.handover ?? .none)
    }
    guard pooled.canServe(request) else { return nil }
    if index >= pooled.entrances {
      return replicas[index].enqueue(RequestID(row), request, priority: priority)
    }
    let isDone =
      disaggregation.firstToken == .prefill
      && pooled.pools[pooled.entrancePools].rules.emittedTokens(of: request) == 1
    if isDone { forgetChoice(of: RequestID(row)) }
    if !isDone && disaggregation.transfer != .pull { return enterBoth(row, computing: index) }
    return replicas[index].enqueue(
      RequestID(row), request.promptAlone, priority: priority, isDone ? .none : .sends)
  }

  /// Has a replica that decodes take on the request in `row`, whose prompt replica `index` is to
  /// compute, from the beginning.
  private mutating func enterBoth(_ row: Int, computing index: Int) -> SequenceID {
    let receiver = decoder(of: RequestID(row))
    let sequence = takeOn(row, on: receiver, .receives)
    replicas[receiver].ledger?.leaveElsewhere(slot: sequence.index)
    pooled!.handed[row] = .init(
      replica: index, receiver: .init(replica: receiver, sequence: sequence))
    if pooled!.disaggregation!.transfer == .push {
      beginPrompt(of: row, since: requests[row].arrival)
    }
    return sequence
  }

  /// Has the prompt in `row` be computed, which has waited since `time`.
  ///
  /// - Parameter isFirst: whether it goes before all that wait, as what lost its cache.
  private mutating func beginPrompt(
    of row: Int, since time: Nanoseconds, isFirst: Bool = false
  ) {
    let index = pooled!.handed[row]!.replica
    var request = requests[row].promptAlone
    request.arrival = now
    let sequence = replicas[index].enqueue(
      RequestID(row), request, priority: priorities?[row] ?? 0, .sends)
    guard let sequence else { preconditionFailure("what comes in can be served to its end") }
    replicas[index].ledger?.backdate(slot: sequence.index, to: time)
    if isFirst { replicas[index].goBeforeAll(sequence) }
    markDue(index)
  }

  /// The replica that decodes the request `id`, as the router has it, or had it before.
  mutating func decoder(of id: RequestID) -> Int {
    if !pooled!.chosen.isEmpty, pooled!.chosen[id.index] >= 0 {
      return Int(pooled!.chosen[id.index])
    }
    let receiver = pooled!.entrances + pooled!.router.route(routed(id))
    precondition(replicas.indices.contains(receiver), "a router names a replica that there is")
    return receiver
  }

  /// Has replica `receiver`, which decodes, take on the request in `row` now.
  private mutating func takeOn(
    _ row: Int, on receiver: Int, _ handover: Handover
  ) -> SequenceID {
    var request = requests[row]
    request.arrival = now
    let sequence = replicas[receiver].enqueue(
      RequestID(row), request, priority: priorities?[row] ?? 0, handover)
    guard let sequence else { preconditionFailure("what comes in can be served to its end") }
    markDue(receiver)
    return sequence
  }

  /// Lets replica `index`, which is free, plan.
  @inline(__always)
  mutating func plan(_ index: Int) throws(RunError) {
    if !sharedTiers.isEmpty { turnTiers(of: index) }
    defer { if !sharedTiers.isEmpty { turnTiers(of: index) } }
    if !isPooled {
      try replicas[index].start(at: now, index, &schedulers[index], cost, &timeline)
    } else {
      turnOccupancy(of: index)
      let cost = pooled!.pools[pooled!.poolOf[index]].cost
      try replicas[index].start(at: now, index, &schedulers[index], cost, &timeline)
      turnOccupancy(of: index)
    }
    if transfers != nil { beginTransfers(of: index) }
  }

  /// Has the timeline's occupancy be that of the pool of replica `index`, and back.
  mutating func turnOccupancy(of index: Int) {
    swap(&timeline.occupancy, &timeline.pools[pooled!.poolOf[index]])
  }

  /// Sums up the pools, once all is served.
  mutating func sumPools() {
    if pooled != nil { timeline.occupancy = Occupancy(of: timeline.pools) }
  }

  /// Tells the routers that `id` has ended on replica `index`.
  mutating func noteRoutedEnd(of id: RequestID, on index: Int) {
    if isPooled && index >= pooled!.entrances {
      pooled!.router.noteEnd(of: routed(id), on: index - pooled!.entrances)
    } else {
      router.noteEnd(of: routed(id), on: index)
    }
  }

  /// Begins what replica `index` has to be read, or to read.
  mutating func beginTransfers(of index: Int) {
    if replicas[index].hasTiers { return beginCopies(of: index) }
    guard let connector = replicas[index].connector else { return }
    if connector.begun.isEmpty && connector.held.isEmpty { return }
    for (id, tokens) in connector.begun { beginTransfer(of: id, tokens: tokens, to: index) }
    for held in connector.held {
      if isPooled {
        handOver(held, from: index)
      } else if let id = held.sequence, let remote = remotes?[held.request.index] {
        transfers!.begin(
          .init(request: held.request, sender: .init(replica: index, sequence: id), start: now),
          until: now + remote.duration)
      }
    }
    replicas[index].connector!.begun.removeAll(keepingCapacity: true)
    replicas[index].connector!.held.removeAll(keepingCapacity: true)
    calendar.transfer = transfers!.next
  }

  /// Begins to read the last `tokens` tokens of the prompt of `id` on replica `index`.
  private mutating func beginTransfer(of id: SequenceID, tokens: Int, to index: Int) {
    let request = replicas[index].sequences[id].request
    let receiver = Transfers.Holder(replica: index, sequence: id)
    if !isPooled {
      guard let remote = remotes?[request.index] else { return }
      return transfers!.begin(
        .init(request: request, receiver: receiver, start: now), until: now + remote.duration)
    }
    let row = request.index
    pooled!.handed[row]!.place = (tokens, now)
    if pooled!.handed[row]!.sequence != nil {
      move(row, to: receiver)
    } else if pooled!.disaggregation!.transfer == .reserve {
      beginPrompt(of: row, since: requests[row].arrival)
    }
  }

  /// Begins to move the cache of the prompt in `row`, which is computed, to where it has a place.
  private mutating func move(_ row: Int, to receiver: Transfers.Holder) {
    guard let pooled, let handed = pooled.handed[row], let sequence = handed.sequence,
      let place = handed.place, let record = handed.record
    else { preconditionFailure("what is moved is held, and has a place") }
    let index = receiver.replica
    let bytes = pooled.pools[pooled.poolOf[index]].cacheBytes.bytes(ofLast: place.tokens)
    let (link, number) = pooled.link(from: handed.replica, to: index)
    let overlap = max(0, now - max(record.firstScheduled, place.since))
    transfers!.begin(
      .init(
        request: RequestID(row), sender: .init(replica: handed.replica, sequence: sequence),
        receiver: receiver, start: now),
      link.parts == 1 ? bytes : link.left(of: bytes, after: overlap), on: link, number: number)
    let again = pooled.disaggregation?.firstToken == .decode ? 1 : 0
    timeline.transfers!.begin(
      tokens: place.tokens, bytes: bytes, held: requests[row].promptTokens - place.tokens + again)
  }

  /// Hands the request of `held`, whose prompt replica `index` has computed, over to one that
  /// decodes.
  private mutating func handOver(_ held: Connector.Held, from index: Int) {
    let row = held.request.index
    if let known = pooled!.handed[row] { return finishPrompt(held, known) }
    pooled!.handed[row] = .init(replica: index, sequence: held.sequence, record: held.record)
    router.noteEnd(of: routed(held.request), on: index)
    let receiver = decoder(of: held.request)
    timeline.servedBy[row] = UInt16(receiver)
    let sequence = takeOn(row, on: receiver, held.sequence == nil ? .none : .receives)
    if pooled!.disaggregation!.firstToken == .prefill {
      replicas[receiver].goOn(sequence, from: held.record)
    }
  }

  /// Ends the prompt of `held`, of which `known` is known, and which a replica waits for already.
  private mutating func finishPrompt(_ held: Connector.Held, _ known: PooledReplicas.Handed) {
    let row = held.request.index
    var record = held.record
    if let before = known.record { record.add(prompt: before) }
    pooled!.handed[row]!.record = record
    guard let sequence = held.sequence, let receiver = known.receiver else {
      // It is computed anew, as nothing holds it.
      return beginPrompt(of: row, since: now, isFirst: true)
    }
    pooled!.handed[row]!.sequence = sequence
    router.noteEnd(of: routed(held.request), on: known.replica)
    timeline.servedBy[row] = UInt16(receiver.replica)
    let time = now
    replicas[receiver.replica].ledger?.goOn(slot: receiver.sequence.index, at: time)
    if pooled!.disaggregation!.firstToken == .prefill {
      replicas[receiver.replica].goOn(receiver.sequence, from: record)
    }
    if known.place != nil { move(row, to: receiver) }
  }

  /// Ends the transfers whose time has come, in order.
  mutating func endTransfers() {
    while let transfer = transfers!.popEnded(by: now) {
      for holder in [transfer.receiver, transfer.sender] {
        guard let holder else { continue }
        replicas[holder.replica].endTransfer(of: holder.sequence, at: now)
        if replicas.count > 1 { markDue(holder.replica) }
      }
      let time = now - transfer.start
      timeline.transfers?.end(after: time)
    }
    calendar.transfer = transfers!.next
  }

  /// Throws where nothing is to happen any more, and pools wait for each other.
  func checkPools() throws(RunError) {
    guard pooled?.disaggregation?.transfer == .push,
      let index = replicas.firstIndex(where: { $0.hasWork || !$0.waiting.isEmpty })
    else { return }
    throw RunError.stall(
      Stall(replicas[index], index: index, at: now, reason: .waitsForPools))
  }

  /// Adds what was seen of `id` where its prompt was computed to its record.
  mutating func completeRecord(of id: RequestID) {
    guard isPooled, pooled?.disaggregation != nil, let handed = pooled!.handed[id.index]
    else { return }
    if let record = handed.record { timeline.records[id.index].add(prompt: record) }
    pooled!.handed[id.index] = nil
  }
}
