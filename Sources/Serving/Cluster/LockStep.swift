/// Ranks of data parallelism in lock step: neighbours among the replicas, each with requests and a
/// cache of its own, whose iterations begin and end together, for they share the experts.
///
/// An iteration lasts as long as its slowest rank; a rank that has nothing to compute runs a dummy
/// batch of one token. One that gets a request meanwhile waits for the end of what is in flight.
/// Ranks stop as soon as none has work; vLLM's go on to the next of its checks, every 16 steps.
///
/// vLLM 0.33.0, `DPEngineCoreProc.run_busy_loop` in `vllm/v1/engine/core.py`.
extension Simulation {
  /// Lets the groups of due ranks that are free plan, the lower first, and enters what comes of it.
  mutating func planGroups() throws(RunError) {
    due.sort()
    var last = -1
    for index in due {
      isDue[index] = false
      let group = index / ranks
      if group == last { continue }
      last = group
      try planGroup(group * ranks..<(group + 1) * ranks)
    }
    due.removeAll(keepingCapacity: true)
  }

  /// Lets all of `members` that have work plan if one may, and puts what they plan in flight.
  private mutating func planGroup(_ members: Range<Int>) throws(RunError) {
    defer { for index in members { calendar.steps[index] = replicas[index].nextEvent(after: now) } }
    guard members.contains(where: { replicas[$0].canPlan(at: now) }) else { return }
    var tokens = 0
    var working: [Int] = []
    for index in members where replicas[index].hasWork {
      if try replicas[index].prepare(at: now, index, &schedulers[index], &timeline) {
        working.append(index)
        tokens += replicas[index].batch.tokens
      }
    }
    if working.isEmpty { return }
    tokens += members.count - working.count
    var seconds = 0.0
    for index in working {
      seconds = max(seconds, cost.seconds(for: replicas[index].batch, amid: tokens))
    }
    // Those that work come first: they say so where the clock does not reach as far.
    for index in working {
      try replicas[index].launch(for: seconds, at: now, index, cost, &timeline)
    }
    for index in members where !working.contains(index) {
      replicas[index].idle(for: seconds, at: now)
      timeline.dummyBatches += 1
    }
  }
}

extension Replica {
  /// Computes nothing while ranks in step with it do, for `seconds` from when its next batch would
  /// begin.
  mutating func idle(for seconds: Double, at now: Nanoseconds) {
    let end = beginOfNext(at: now) + max(1, Nanoseconds(seconds: seconds))
    batch.clear()
    plansOn = false
    if schedulesAhead && batchEnd != Simulation.never {
      followingEnd = end
    } else {
      batchEnd = end
      leavingFirst = leaving.count
      promptedFirst = prompted.count
    }
  }

  /// Whether what ends next is a dummy batch, of which nothing is to be booked.
  var isIdling: Bool { batch.isEmpty && !schedulesAhead }
}
