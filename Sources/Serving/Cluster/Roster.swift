/// Which replicas take requests, and when that changes.
struct Roster: Sendable {
  /// Where a replica stands.
  enum State: Sendable {
    /// Not ordered.
    case absent
    /// Ordered, and not ready.
    case starting
    /// Takes requests.
    case serving
    /// Takes none, and ends those that it has.
    case draining
    /// Failed, and not repaired.
    case down
  }

  /// What happens to replicas of its own accord.
  enum Event: Sendable {
    case begin(Faults.Span)
    case endOfSlowness(replica: Int)
    case failure(replica: Int)
    case repair(replica: Int)
    case readiness(replica: Int, order: Int)
    case decision
  }

  /// A request that waits for a replica that takes requests, with what another replica had of it.
  struct Held: Sendable {
    let request: RequestID
    var rest: Unfinished?
  }

  var upkeep: Upkeep
  private(set) var states: [State]
  /// By replica: when it is repaired, and the number of its last order.
  var repairs: [Nanoseconds]
  private var orders: [Int]
  private var lastOrder = 0
  /// By replica: when it last began to serve.
  private(set) var since: [Nanoseconds]
  var held: [Held] = []
  /// By row: the slot of each request on its replica; negative where none has it.
  var slots: [Int32]
  /// A replica, and a scheduler, that have done nothing.
  let blank: Replica
  let scheduler: any Scheduler
  private var agenda: [(time: Nanoseconds, event: Event)] = []
  private var random: [RandomStream] = []
  private var time: Nanoseconds = 0
  /// Those that take requests.
  private(set) var serving = 0
  private(set) var draining = 0
  private var counts: (ordered: Int, down: Int) = (0, 0)

  /// - Parameters:
  ///   - replicas: how many there can be.
  ///   - start: when the first request comes.
  init(
    _ upkeep: Upkeep, replicas: Int, requests: Int, from start: Nanoseconds,
    blank: Replica, scheduler: any Scheduler
  ) {
    self.upkeep = upkeep
    self.blank = blank
    self.scheduler = scheduler
    states = Array(repeating: .absent, count: replicas)
    repairs = Array(repeating: 0, count: replicas)
    orders = repairs
    since = repairs
    slots = Array(repeating: -1, count: requests)
    time = start
    for span in upkeep.faults?.spans ?? [] { add(.begin(span), at: span.start) }
    if let times = upkeep.faults?.meanTimes {
      random = (0..<replicas).map { RandomStream(seed: times.seed, named: "faults \($0)") }
      for replica in 0..<replicas { add(.failure(replica: replica), at: start + span(replica)) }
    }
    if let scaling = upkeep.scaling { add(.decision, at: start + scaling.scaler.period) }
  }

  /// A random time to the next failure of `replica`.
  private mutating func span(_ replica: Int) -> Nanoseconds {
    draw(replica, mean: upkeep.faults?.meanTimes?.toFailure ?? 0)
  }

  private mutating func draw(_ replica: Int, mean: Nanoseconds) -> Nanoseconds {
    max(1, Nanoseconds(seconds: min(1e9, mean.seconds * random[replica].exponential())))
  }

  /// Draws when `replica`, which fails at random at `now`, is repaired, and enters its next failure
  /// after that.
  mutating func drawRepair(of replica: Int, at now: Nanoseconds) -> Nanoseconds {
    let end = now + draw(replica, mean: upkeep.faults?.meanTimes?.toRepair ?? 0)
    add(.failure(replica: replica), at: end + span(replica))
    return end
  }

  // MARK: - The agenda

  /// When something happens next.
  var next: Nanoseconds { agenda.first?.time ?? Simulation.never }

  /// Takes what happens next, if it does by `now`.
  mutating func popEvent(by now: Nanoseconds) -> Event? {
    next <= now && !agenda.isEmpty ? agenda.removeFirst().event : nil
  }

  /// Enters `event`, behind those at the same time.
  mutating func add(_ event: Event, at time: Nanoseconds) {
    var (low, high) = (0, agenda.count)
    while low < high {
      let middle = (low + high) / 2
      if agenda[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    agenda.insert((time, event), at: low)
  }

  // MARK: - States

  /// Replicas that are ordered and neither serve nor are given back.
  var starting: Int { counts.ordered - serving - draining }

  /// Has `replica` stand in `state` from `now` on, and books the time before.
  mutating func set(
    _ replica: Int, _ state: State, at now: Nanoseconds, _ counts: inout UpkeepCounts
  ) {
    settle(at: now, &counts)
    note(states[replica], -1)
    note(state, 1)
    states[replica] = state
    if state == .serving { since[replica] = now }
    counts.most = max(counts.most, self.counts.ordered)
  }

  /// Books the time until `now`.
  mutating func settle(at now: Nanoseconds, _ counts: inout UpkeepCounts) {
    guard now > time else { return }
    counts.ordered += TotalNanoseconds(self.counts.ordered) * TotalNanoseconds(now - time)
    counts.down += TotalNanoseconds(self.counts.down) * TotalNanoseconds(now - time)
    time = now
  }

  private mutating func note(_ state: State, _ change: Int) {
    if state != .absent { counts.ordered += change }
    if state == .down { counts.down += change }
    if state == .serving { serving += change }
    if state == .draining { draining += change }
  }

  /// Enters that `replica`, which is ordered at `now`, is ready later.
  mutating func order(_ replica: Int, at now: Nanoseconds) {
    lastOrder += 1
    orders[replica] = lastOrder
    add(
      .readiness(replica: replica, order: orders[replica]),
      at: now + (upkeep.scaling?.startUp ?? 0))
  }

  /// Whether `order` of `replica` still holds.
  func awaits(_ replica: Int, _ order: Int) -> Bool {
    states[replica] == .starting && orders[replica] == order
  }

  /// The replica to be given back next: of those that start the one ordered last, else of those
  /// that serve the one that has done so for the shortest time, as Kubernetes does.
  var leastUseful: Int? {
    let starting = states.indices.filter { states[$0] == .starting }
    if let last = starting.max(by: { orders[$0] < orders[$1] }) { return last }
    return states.indices.filter { states[$0] == .serving }
      .max { (since[$0], $0) < (since[$1], $1) }
  }
}
