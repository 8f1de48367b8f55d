/// Clients that stop waiting for an answer, and send the request again.
extension Simulation {
  /// Has the calendar forget deadlines of requests that are answered, so that nothing is looked at
  /// when those come.
  @inline(__always)
  mutating func passOverAnswers() {
    if deadlines != nil { calendar.timeOut = deadlines!.next(timeline.records) }
  }

  /// Has clients whose patience ends now stop waiting, and tells router and replica.
  mutating func giveUp() {
    while deadlines!.nextTimeOut(timeline.records) <= now {
      let (id, sequence) = deadlines!.pop()
      guard var sequence else { continue }
      let index = timeline.servedBy.isEmpty ? 0 : Int(timeline.servedBy[id.index])
      timeline.records[id.index] = RequestRecord(timedOutAt: now, .refused)
      let isSentAgain = deadlines!.isSentAgain(id, after: now)
      if roster == nil || takeOff(id, &sequence) {
        replicas[index].abandon(sequence, isSentAgain: isSentAgain)
        if isFleet {
          markDue(index)
          router.noteEnd(of: routed(id), on: index)
        }
      }
      if !isSentAgain {
        timeline.settled += 1
        tellClients(id)
      }
    }
    while let id = deadlines!.popAgain(by: now) { sendAgain(id) }
  }

  /// Hands a request over to a replica that its client gave up before, or that was lost.
  private mutating func sendAgain(_ id: RequestID) {
    timeline.retries? += 1
    if roster?.serving == 0 {
      roster!.held.append(Roster.Held(request: id))
      return deadlines!.send(id, SequenceID(-1), at: now)
    }
    var request = requests[id.index]
    let first = request.arrival
    request.arrival = now
    let index = routedReplica(id)
    let sequence = replicas[index].enqueue(id, request, priority: priorities?[id.index] ?? 0)
    if let sequence { replicas[index].ledger?.backdate(slot: sequence.index, to: first) }
    roster?.slots[id.index] = sequence?.slot ?? -1
    deadlines!.send(id, sequence, at: now)
  }
}
