/// A trace being served: the clock, the replicas and what was seen so far.
///
/// What happens in which order at one instant, `Calendar` says; an answer that ends at an instant
/// is known to router and client at that instant. Only replicas to which something happened are
/// looked at.
public struct Simulation: Sendable {
  /// What was seen so far.
  public internal(set) var timeline: Timeline
  /// The present.
  public private(set) var now: Nanoseconds = 0
  /// The replicas.
  public internal(set) var replicas: [Replica]
  /// Requests that have arrived.
  public private(set) var arrived = 0

  static let never = Nanoseconds.max
  var requests: [Request]
  let priorities: [Int]?
  let cost: any CostModel
  var schedulers: [any Scheduler]
  var router: any Router
  /// From one time that replicas are asked how they are to the next, where the router goes by that;
  /// zero where they are asked at every request.
  let routerRefresh: Nanoseconds
  let readsReports: Bool
  var nextReport = never
  /// The clients, where requests arrive when those send them, and which of them sent each request.
  private let clients: Clients?
  private var senders: [Int32] = []
  /// What makes tokens of their prompts, and whether anything does.
  private var tokenizer: TokenizerQueue?
  private var isTokenized = false
  /// When requests are sent, where some wait for others.
  private var releases: Releases?
  /// Who is let in, where that is asked of somebody.
  var admission: (any Admission)?
  /// Whether it is, which is quicker to ask.
  var hasDoor = false
  /// Which replicas take requests, where that changes; nil where all always do.
  var roster: Roster?
  /// Whether a router stands before the replicas.
  var isFleet: Bool
  /// Until when they wait for answers; nil where they do for ever.
  var deadlines: Deadlines?
  /// The caches that are on their way, where engines read from each other.
  var transfers: Transfers?
  /// By row, what other engines read of a request, or compute; nil where none does.
  let remotes: [RemoteTransfer?]?
  /// The pools that the replicas are of; nil where they are all alike.
  var pooled: PooledReplicas?
  /// Whether there are some, which is quicker to ask.
  var isPooled = false
  /// What the tiers keep that replicas have together, while none of these plans.
  var sharedTiers: [(name: String, store: TierStore)] = []
  var calendar: Calendar
  /// Whether stretches in which nobody comes or goes are passed over.
  var coasts: Bool
  /// The replicas to which something happened at this instant.
  var due: [Int] = []
  var isDue: [Bool]
  /// Replicas that are in lock step with their neighbours: every so many are one group.
  let ranks: Int

  /// - Parameters:
  ///   - replicas: how many copies of the model serve the trace, each with its own `scheduler`.
  ///   - ranks: how many of them, neighbours, are in lock step, each a rank of one engine; those
  ///     have no pipelines.
  ///   - router: how requests are spread over them; in turn unless given.
  ///   - routerRefresh: from one time that the router asks replicas how they are to the next; zero
  ///     for at every request.
  ///   - clients: who sends the requests and when; the trace's own arrivals hold where nil.
  ///   - clientTimeout: how long after sending a request its client gives it up, if the answer has
  ///     not ended by then; the engine lets it go with its next plan. Nil for never.
  ///   - retries: whether it sends it again then; nil where it does not. Latencies count from the
  ///     first time.
  ///   - remotes: by row, what other engines read of a request, or compute; nil where none does.
  ///   - observation: what the timeline keeps besides what becomes of each request.
  public init(
    _ trace: Trace, rules: EngineRules, scheduler: any Scheduler, cost: any CostModel,
    replicas: Int = 1, ranks: Int = 1, router: (any Router)? = nil,
    routerRefresh: Nanoseconds = 0, clients: Clients? = nil,
    clientTimeout: Nanoseconds? = nil, retries: Retries? = nil,
    remotes: [RemoteTransfer?]? = nil, observing observation: Observation = []
  ) {
    precondition(EngineRange.replicas.contains(replicas), "replicas are in range")
    precondition(
      ranks > 0 && replicas % ranks == 0 && (ranks == 1 || rules.limits.pipelineParallelSize == 1),
      "ranks in step are whole groups without pipelines")
    precondition(
      EngineRange.time.contains(trace.requests.last?.arrival ?? 0), "arrivals are on the clock")
    precondition(
      clientTimeout.map { $0 > 0 && EngineRange.time.contains($0) } ?? true,
      "a client waits for a time on the clock")
    precondition(
      clientTimeout == nil ? retries == nil : remotes == nil,
      "who sends again has given up, and who reads elsewhere is waited for")
    precondition(
      trace.columns.waits == nil || clients?.keepsArrivals ?? true,
      "clients send what waits for no others, unless it has its own arrivals")
    let rules = rules.withAverageLengths(of: trace.requests)
    precondition(rules.excess(serving: trace) == nil, "the engine's numbers stay in range")
    (requests, priorities) = (trace.requests, trace.columns.priorities)
    timeline = Timeline(count: trace.count, observing: observation)
    (timeline.clientTimeout, timeline.retries) = (clientTimeout, retries.map { _ in 0 })
    deadlines = clientTimeout.map { Deadlines($0, retries, requests: trace.count) }
    self.remotes = remotes
    transfers = remotes.map { _ in Transfers() }
    if replicas > 1 { timeline.servedBy = Array(repeating: 0, count: trace.count) }
    self.cost = cost
    self.ranks = ranks
    self.router = router ?? RoundRobin(replicas: replicas)
    self.routerRefresh = routerRefresh
    isFleet = replicas > 1
    readsReports = replicas > 1 && self.router.readsReports
    if readsReports && routerRefresh > 0 { nextReport = 0 }
    self.replicas = Array(
      repeating: Replica(
        rules: rules, serving: trace,
        smoothsGaps: observation.contains(.smoothedGaps)),
      count: replicas)
    schedulers = Array(repeating: scheduler, count: replicas)
    for index in self.replicas.indices {
      self.replicas[index].observe(observation, as: index)
      if remotes != nil { self.replicas[index].connector = Connector() }
    }
    coasts =
      replicas == 1 && remotes == nil && self.replicas[0].canCoast(scheduler)
      && !timeline.keepsIterations
    let limit = clients.flatMap { $0.keepsArrivals ? $0.count : nil }
    self.clients = limit == nil ? clients : nil
    if limit != nil || trace.columns.waits != nil { releases = Releases(trace, limit: limit) }
    calendar = Calendar(replicas: replicas, clients: self.clients)
    isDue = Array(repeating: false, count: replicas)
    tokenizeFirst()
    setNextArrival()
    useTiers()
  }

  /// By row: when each request of the trace that has arrived was sent, and when the trace says that
  /// each other one is.
  public var arrivals: [Nanoseconds] { tokenizer?.sent ?? requests.map(\.arrival) }

  /// Has clients begin when the front end has read what each sends first, if it takes time.
  private mutating func tokenizeFirst() {
    guard let clients, clients.tokenizing > 0 else { return }
    precondition(clients.starts == nil && clients.stagger == 0, "clients start together")
    var queue = TokenizerQueue(clients.tokenizing, requests)
    for client in 0..<clients.count { calendar.timers[client] = queue.send(requests, at: 0) }
    (tokenizer, isTokenized) = (queue, true)
  }

  /// As `step`, but where `coasting`, on through instants at which nobody comes or goes.
  @inline(__always)
  mutating func advance(coasting: Bool) throws(RunError) -> Bool {
    if !isFleet { return try stepAlone(coasting: coasting) }
    passOverAnswers()
    let next = min(calendar.nextCall, calendar.transfer, calendar.steps.least)
    guard try isOnClock(next) else {
      if isPooled { try checkPools() }
      return closesLate()
    }
    if nextReport <= next { askReplicas(before: next) }
    now = next
    if calendar.transfer <= now { endTransfers() }
    while calendar.steps.least == now {
      let index = calendar.steps.place
      calendar.steps[index] = Self.never
      markDue(index)
      if replicas[index].batchEnd == now { finishBatch(of: index) }
    }
    if calendar.change <= now { changeReplicas() }
    if calendar.timeOut <= now { giveUp() }
    while calendar.nextRequest <= now { dispatch() }
    try planTouched()
    if roster != nil && roster!.draining > 0 { letDrainedLeave() }
    return true
  }

  /// `advance` for one replica, which needs no calendar.
  @inline(__always)
  private mutating func stepAlone(coasting: Bool) throws(RunError) -> Bool {
    passOverAnswers()
    let next = min(calendar.nextCall, calendar.transfer, replicas[0].nextEvent(after: now))
    guard try isOnClock(next) else { return false }
    now = next
    if calendar.transfer <= now { endTransfers() }
    if replicas[0].batchEnd == now { finishBatch(of: 0) }
    if calendar.timeOut <= now { giveUp() }
    while calendar.nextRequest <= now { dispatch() }
    guard replicas[0].canPlan(at: now) else { return true }
    repeat {
      try replicas[0].start(at: now, 0, &schedulers[0], cost, &timeline)
      if transfers != nil { beginTransfers(of: 0) }
      if !coasting { return true }
      passOverAnswers()
    } while replicas[0].coast(before: calendar.nextCall, &now, cost, &timeline)
    return true
  }

  /// Whether anything happens at `next`; throws where that is after the clock's end.
  @inline(__always)
  private func isOnClock(_ next: Nanoseconds) throws(RunError) -> Bool {
    if next <= EngineRange.clock.upperBound { return true }
    if next == Self.never { return false }
    let event: EndOfClock.Event = next == calendar.transfer ? .transfer : .request
    throw .endOfClock(EndOfClock(event: event, time: now, settled: timeline.settled))
  }

  mutating func markDue(_ index: Int) {
    if isDue[index] { return }
    isDue[index] = true
    due.append(index)
  }

  /// Ends the batch of a replica, and tells router and clients of the answers that ended with it.
  private mutating func finishBatch(of index: Int) {
    if ranks > 1 && replicas[index].isIdling {
      replicas[index].batchEnd = Self.never
      return
    }
    if isPooled { turnOccupancy(of: index) }
    replicas[index].finish(at: now, &timeline)
    if isPooled { turnOccupancy(of: index) }
    if transfers != nil {
      replicas[index].hearOfTransfers(at: now)
      beginTransfers(of: index)
    }
    if timeline.ended.isEmpty { return }
    for id in timeline.ended {
      completeRecord(of: id)
      noteEnd(of: id, on: index)
    }
    timeline.ended.removeAll(keepingCapacity: true)
  }

  /// Hands the next request over to a replica.
  private mutating func dispatch() {
    let row = releases == nil ? arrived : releases!.take()
    let id = RequestID(row)
    if releases != nil {
      requests[row].arrival = now
    } else if clients != nil {
      let client = calendar.timers.place
      calendar.timers[client] = Self.never
      senders.append(Int32(client))
      requests[row].arrival = now
    }
    arrived += 1
    if turnsAway(id) {
      deadlines?.send(id, nil, at: now)
    } else if isHeld(id) {
      deadlines?.send(id, SequenceID(-1), at: now)
    } else {
      let index = routedReplica(id)
      let sequence = enter(row, on: index)
      roster?.slots[row] = sequence?.slot ?? -1
      deadlines?.send(id, sequence, at: now)
      if sequence == nil {
        timeline.settled += 1
        noteEnd(of: id, on: index)
      }
    }
    setNextArrival()
  }

  /// Tells router and clients that the answer to `id` has ended or will never come.
  private mutating func noteEnd(of id: RequestID, on index: Int) {
    if isFleet { noteRoutedEnd(of: id, on: index) }
    tellClients(id)
  }

  /// Tells clients that the answer to `id` has ended or will never come.
  mutating func tellClients(_ id: RequestID) {
    if let clients, arrived < requests.count {
      let sent = now + clients.thinkTime
      calendar.timers[Int(senders[id.index])] =
        isTokenized ? tokenizer!.send(requests, at: sent) : sent
    }
    if releases != nil {
      releases!.end(of: id.index, at: now)
      calendar.arrival = releases!.next
    }
  }

  @inline(__always)
  private mutating func setNextArrival() {
    if arrived == requests.count {
      calendar.endRequests()
    } else if releases != nil {
      calendar.arrival = releases!.next
    } else if clients == nil {
      calendar.arrival = requests[arrived].arrival
    }
  }
}
