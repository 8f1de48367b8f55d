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
    let isDone =
      disaggregation.firstToken == .prefill
      && pooled.pools[pooled.entrancePools].rules.emittedTokens(of: request) == 1
    return replicas[index].enqueue(
      RequestID(row), request.promptAlone, priority: priority, isDone ? .none : .sends)
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
    var transfer = Transfers.Transfer(
      request: request, receiver: .init(replica: index, sequence: id), start: now)
    guard let pooled else {
      guard let remote = remotes?[request.index] else { return }
      return transfers!.begin(transfer, until: now + remote.duration)
    }
    guard let handed = pooled.handed[request.index], let sequence = handed.sequence else {
      preconditionFailure("what is read is held")
    }
    transfer.sender = .init(replica: handed.replica, sequence: sequence)
    let bytes = pooled.pools[pooled.poolOf[index]].cacheBytes.bytes(ofLast: tokens)
    let (link, number) = pooled.link(from: handed.replica, to: index)
    transfers!.begin(transfer, bytes, on: link, number: number)
    let again = pooled.disaggregation?.firstToken == .decode ? 1 : 0
    timeline.transfers!.begin(
      tokens: tokens, bytes: bytes, held: requests[request.index].promptTokens - tokens + again)
  }

  /// Hands the request of `held`, whose prompt replica `index` has computed, over to one that
  /// decodes.
  private mutating func handOver(_ held: Connector.Held, from index: Int) {
    let row = held.request.index
    pooled!.handed[row] = .init(replica: index, sequence: held.sequence, record: held.record)
    router.noteEnd(of: routed(held.request), on: index)
    let receiver = pooled!.entrances + pooled!.router.route(routed(held.request))
    precondition(replicas.indices.contains(receiver), "a router names a replica that there is")
    timeline.servedBy[row] = UInt16(receiver)
    var request = requests[row]
    request.arrival = now
    let sequence = replicas[receiver].enqueue(
      held.request, request, priority: priorities?[row] ?? 0,
      held.sequence == nil ? .none : .receives)
    guard let sequence else { preconditionFailure("what comes in can be served to its end") }
    if pooled!.disaggregation!.firstToken == .prefill {
      replicas[receiver].goOn(sequence, from: held.record)
    }
    markDue(receiver)
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

  /// Adds what was seen of `id` where its prompt was computed to its record.
  mutating func completeRecord(of id: RequestID) {
    guard isPooled, pooled?.disaggregation != nil, let handed = pooled!.handed[id.index]
    else { return }
    timeline.records[id.index].add(prompt: handed.record)
    pooled!.handed[id.index] = nil
  }
}
