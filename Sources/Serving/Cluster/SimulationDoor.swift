/// What stands between those who send requests and the replicas.
extension Simulation {
  /// The replica that the router sends `id` to now, and to which that happens.
  mutating func routedReplica(_ id: RequestID) -> Int {
    if !isFleet { return 0 }
    if readsReports && routerRefresh == 0 { askReplicas() }
    let index = (isPooled ? localReplica(id) : nil) ?? router.route(routed(id))
    precondition(
      replicas.indices.contains(index) && roster?.states[index] ?? .serving == .serving,
      "a router names a replica that there is and that takes requests")
    timeline.servedBy[id.index] = UInt16(index)
    markDue(index)
    return index
  }

  func routed(_ id: RequestID) -> RoutedRequest {
    RoutedRequest(id, promptTokens: requests[id.index].promptTokens, at: now)
  }

  /// Has requests let in or turned away by a rule; nothing has happened yet.
  public mutating func guardDoor(by admission: any Admission) {
    precondition(arrived == 0, "nothing has happened yet")
    self.admission = admission
    hasDoor = true
    timeline.shed = 0
  }

  /// Whether `id`, which has just come in, is turned away: by the rule at the door, or because no
  /// replica that takes requests is there and none could serve it.
  mutating func turnsAway(_ id: RequestID) -> Bool {
    if hasDoor && !isAdmitted(id) {
      timeline.records[id.index] = .shed
      timeline.shed! += 1
    } else if roster?.serving != 0 || replicas[0].rules.canServe(requests[id.index]) {
      return false
    }
    timeline.settled += 1
    tellClients(id)
    return true
  }

  private mutating func isAdmitted(_ id: RequestID) -> Bool {
    let reports =
      admission!.readsReports
      ? replicas.indices.filter { roster?.states[$0] ?? .serving == .serving }.map {
        report(of: $0)
      }
      : []
    return admission!.admits(routed(id), priority: priorities?[id.index] ?? 0, reports)
  }

  /// Hands a request to a replica that has been held or was on another one, or holds it.
  mutating func hand(_ one: Roster.Held) {
    if roster!.serving == 0 { return roster!.held.append(one) }
    let row = one.request.index
    let index = routedReplica(one.request)
    let sequence: SequenceID?
    if let rest = one.rest {
      sequence = replicas[index].resume(rest, at: now)
      timeline.upkeep!.resumed += 1
    } else {
      sequence = replicas[index].enqueue(
        one.request, requests[row], priority: priorities?[row] ?? 0)
    }
    roster!.slots[row] = sequence?.slot ?? -1
  }

  /// Whether `id`, which has just come in, waits for a replica that takes requests.
  mutating func isHeld(_ id: RequestID) -> Bool {
    guard roster?.serving == 0 else { return false }
    roster!.held.append(Roster.Held(request: id))
    return true
  }

  /// Whether a replica has `id`, whose client stops waiting, and in which slot; what waits for a
  /// replica that takes requests is dropped.
  mutating func takeOff(_ id: RequestID, _ slot: inout SequenceID) -> Bool {
    let number = roster!.slots[id.index]
    if number >= 0 {
      roster!.slots[id.index] = -1
      slot = SequenceID(number)
      return true
    }
    for one in roster!.held where one.request == id {
      timeline.abandonedPromptTokens += one.rest?.sequence.promptTokensReached ?? 0
    }
    roster!.held.removeAll { $0.request == id }
    return false
  }

}
