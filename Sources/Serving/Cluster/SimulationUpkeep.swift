/// Replicas that join, fail, are repaired, drain and leave while requests are served.
///
/// At one instant this comes after steps that end and before clients that stop waiting. A replica
/// that fails loses its cache and the iteration in flight; one that is given back serves what it
/// has to its end, takes nothing more, and then loses its cache too.
extension Simulation {
  /// Has replicas fail, and be ordered and given back, as `upkeep` says, from the first arrival on;
  /// nothing has happened yet.
  ///
  /// - Parameter retries: whether clients send again what is lost with a replica, where they wait
  ///   for ever.
  public mutating func keep(_ upkeep: Upkeep, retries: Retries? = nil) {
    precondition(arrived == 0 && now == 0, "nothing has happened yet")
    precondition(ranks == 1, "ranks in step are one engine")
    precondition(
      pooled == nil && transfers == nil, "what one replica hands to another is not lost")
    precondition(
      upkeep.faults == nil || !replicas[0].rules.outputs.schedulesAhead,
      "what an engine plans ahead is lost with it")
    precondition(
      (upkeep.faults?.spans ?? []).allSatisfy { replicas.indices.contains($0.replica) },
      "what fails is there")
    let start = requests.first?.arrival ?? 0
    (isFleet, coasts) = (true, false)
    if timeline.servedBy.isEmpty { timeline.servedBy = Array(repeating: 0, count: requests.count) }
    if let retries, deadlines == nil {
      deadlines = Deadlines(Self.never, retries, requests: requests.count)
      timeline.retries = 0
    }
    roster = Roster(
      upkeep, replicas: replicas.count, requests: requests.count, from: start,
      blank: replicas[0], scheduler: schedulers[0])
    timeline.upkeep = UpkeepCounts()
    let initial = upkeep.scaling?.initial ?? replicas.count
    for index in replicas.indices {
      if index < initial {
        roster!.set(index, .serving, at: start, &timeline.upkeep!)
      } else {
        router.note(index, takesRequests: false)
      }
    }
    calendar.change = requests.isEmpty ? Self.never : roster!.next
  }

  /// Brings about what happens to replicas by now.
  mutating func changeReplicas() {
    if timeline.settled == requests.count {
      calendar.change = Self.never
      return
    }
    while let event = roster!.popEvent(by: now) {
      switch event {
      case .begin(let span): begin(span)
      case .endOfSlowness(let index): replicas[index].pace = 1
      case .failure(let index): fail(index, until: roster!.drawRepair(of: index, at: now))
      case .repair(let index):
        if roster!.states[index] == .down && roster!.repairs[index] <= now { open(index) }
      case .readiness(let index, let order): if roster!.awaits(index, order) { open(index) }
      case .decision: decide()
      }
    }
    calendar.change = roster!.next
  }

  private mutating func begin(_ span: Faults.Span) {
    switch span.kind {
    case .down: fail(span.replica, until: span.end ?? Self.never)
    case .slow(let factor):
      replicas[span.replica].pace = factor
      if let end = span.end { roster!.add(.endOfSlowness(replica: span.replica), at: end) }
    }
  }

  /// `index` takes requests from now on.
  private mutating func open(_ index: Int) {
    roster!.set(index, .serving, at: now, &timeline.upkeep!)
    router.note(index, takesRequests: true)
    let held = roster!.held
    roster!.held.removeAll()
    for one in held { hand(one) }
  }

  /// Has `index` fail now, if it does anything, and be repaired at `end`.
  private mutating func fail(_ index: Int, until end: Nanoseconds) {
    switch roster!.states[index] {
    case .absent, .starting: return
    case .down:
      roster!.repairs[index] = max(roster!.repairs[index], end)
      if end != Self.never { roster!.add(.repair(replica: index), at: end) }
      return
    case .draining:
      roster!.set(index, .absent, at: now, &timeline.upkeep!)
    case .serving where end == Self.never && roster!.upkeep.scaling != nil:
      // The scaler orders another.
      router.note(index, takesRequests: false)
      roster!.set(index, .absent, at: now, &timeline.upkeep!)
    case .serving:
      router.note(index, takesRequests: false)
      roster!.set(index, .down, at: now, &timeline.upkeep!)
      roster!.repairs[index] = end
      if end != Self.never { roster!.add(.repair(replica: index), at: end) }
    }
    timeline.upkeep!.failures += 1
    let resumes = roster!.upkeep.faults?.resumes ?? false
    let left = replicas[index].evacuate(at: now, resumes: resumes, &timeline)
    clear(index)
    for one in left {
      roster!.slots[one.request.index] = -1
      router.noteEnd(of: routed(one.request), on: index)
      if resumes { hand(Roster.Held(request: one.request, rest: one)) } else { lose(one.request) }
    }
  }

  /// Puts a replica that has done nothing in the place of `index`.
  private mutating func clear(_ index: Int) {
    var fresh = roster!.blank
    fresh.succeed(replicas[index])
    replicas[index] = fresh
    schedulers[index] = roster!.scheduler
    calendar.steps[index] = Self.never
  }

  /// Books that the answer to `id` will never end, unless its client sends it again.
  private mutating func lose(_ id: RequestID) {
    if deadlines != nil && deadlines!.isSentAgain(id, after: now) { return }
    timeline.records[id.index] = .lost
    timeline.upkeep!.lost += 1
    timeline.settled += 1
    tellClients(id)
  }

  /// Asks the scaler, and orders replicas or gives some back.
  private mutating func decide() {
    guard let scaling = roster!.upkeep.scaling else { return }
    let serving = replicas.indices.filter { roster!.states[$0] == .serving }
    let view = FleetView(
      at: now, serving: serving.map { report(of: $0) }, starting: roster!.starting,
      held: roster!.held.count, arrived: arrived)
    let wanted = roster!.upkeep.scaling!.scaler.replicas(for: view)
    let target = min(max(wanted, scaling.range.lowerBound), scaling.range.upperBound)
    var ordered = serving.count + roster!.starting
    while ordered < target,
      let index = replicas.indices.first(where: { roster!.states[$0] == .absent })
    {
      roster!.set(index, .starting, at: now, &timeline.upkeep!)
      roster!.order(index, at: now)
      timeline.upkeep!.orders += 1
      ordered += 1
    }
    while ordered > target, let index = roster!.leastUseful {
      giveBack(index)
      ordered -= 1
    }
    roster!.add(.decision, at: now + scaling.scaler.period)
  }

  private mutating func giveBack(_ index: Int) {
    timeline.upkeep!.returns += 1
    guard roster!.states[index] == .serving else {
      return roster!.set(index, .absent, at: now, &timeline.upkeep!)
    }
    router.note(index, takesRequests: false)
    roster!.set(index, .draining, at: now, &timeline.upkeep!)
    leaveIfDone(index)
  }

  /// Has those leave that were given back and have nothing to do any more.
  mutating func letDrainedLeave() {
    for index in replicas.indices where roster!.states[index] == .draining { leaveIfDone(index) }
  }

  private mutating func leaveIfDone(_ index: Int) {
    guard !replicas[index].hasWork, replicas[index].batchEnd == Self.never else { return }
    roster!.set(index, .absent, at: now, &timeline.upkeep!)
    clear(index)
  }

  /// Books what is left when nothing happens any more: requests that no replica will ever take;
  /// says whether there were any, after which clients may go on.
  mutating func closesLate() -> Bool {
    guard roster != nil else { return false }
    let held = roster!.held
    roster!.held.removeAll()
    for one in held { lose(one.request) }
    roster!.settle(at: timeline.end, &timeline.upkeep!)
    return !held.isEmpty
  }
}
