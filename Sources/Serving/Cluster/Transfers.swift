/// Caches on their way between engines, and when each is there.
struct Transfers: Sendable {
  /// A sequence of a replica.
  struct Holder: Sendable {
    var replica: Int
    var sequence: SequenceID
  }

  /// A cache that is read from one replica, or engine that is not simulated, by another.
  struct Transfer: Sendable {
    var request: RequestID
    var sender: Holder?
    var receiver: Holder?
    /// When it began.
    var start: Nanoseconds
  }

  /// A transfer whose bytes are on a link.
  private struct Flow: Sendable {
    var transfer: Transfer
    var link: Link
    /// Tells the link from others.
    var number: Int
    /// Bytes that were to come when rates changed last, and how many come in a nanosecond since.
    var left: Double
    var rate = 0.0
    var end = Simulation.never
  }

  private var flows: [Flow] = []
  /// When rates changed last.
  private var changed: Nanoseconds = 0
  /// Those whose bytes are there or need no link, the first to end last; of those that end
  /// together, the lower request last.
  private var ending: [(transfer: Transfer, end: Nanoseconds)] = []

  /// When the next thing happens here; `never` where nothing is on its way.
  private(set) var next = Simulation.never

  /// Begins `transfer`, which ends at `end`.
  mutating func begin(_ transfer: Transfer, until end: Nanoseconds) {
    let place =
      ending.lastIndex {
        $0.end > end || $0.end == end && $0.transfer.request.index > transfer.request.index
      } ?? -1
    ending.insert((transfer, end), at: place + 1)
    findNext()
  }

  /// Begins `transfer` of `bytes` on `link`, whose number is `number`, now.
  mutating func begin(_ transfer: Transfer, _ bytes: Double, on link: Link, number: Int) {
    advance(to: transfer.start)
    flows.append(Flow(transfer: transfer, link: link, number: number, left: bytes))
    share()
  }

  /// Takes one that has ended by `now`, if one has.
  mutating func popEnded(by now: Nanoseconds) -> Transfer? {
    let landed = flows.filter { $0.end <= now }
    if !landed.isEmpty {
      advance(to: now)
      flows.removeAll { $0.end <= now }
      share()
      for flow in landed { begin(flow.transfer, until: flow.end + flow.link.latency) }
    }
    guard let last = ending.last, last.end <= now else { return nil }
    defer { findNext() }
    return ending.removeLast().transfer
  }

  /// Books the bytes that have come by `now`.
  private mutating func advance(to now: Nanoseconds) {
    let span = Double(now - changed)
    for place in flows.indices {
      flows[place].left = max(0, flows[place].left - span * flows[place].rate)
    }
    changed = now
  }

  /// Shares the links anew from now on.
  private mutating func share() {
    var senders: [Int: Int] = [:]
    var receivers: [Int: Int] = [:]
    var pools: [Int: Int] = [:]
    for flow in flows {
      pools[flow.number, default: 0] += 1
      guard flow.link.sharing == .replica else { continue }
      if let sender = flow.transfer.sender { senders[sender.replica, default: 0] += 1 }
      if let receiver = flow.transfer.receiver { receivers[receiver.replica, default: 0] += 1 }
    }
    for place in flows.indices {
      let flow = flows[place]
      let sharers =
        switch flow.link.sharing {
        case .none: 1
        case .pool: pools[flow.number] ?? 1
        case .replica:
          max(
            flow.transfer.sender.flatMap { senders[$0.replica] } ?? 1,
            flow.transfer.receiver.flatMap { receivers[$0.replica] } ?? 1)
        }
      flows[place].rate = flow.link.bandwidth / 1e9 / Double(sharers)
      let span = (flow.left / flows[place].rate).rounded()
      let isOnClock = span < Double(EngineRange.clock.upperBound)
      flows[place].end = isOnClock ? changed + Int(span) : EngineRange.clock.upperBound + 1
    }
    findNext()
  }

  private mutating func findNext() {
    next = flows.reduce(ending.last?.end ?? Simulation.never) { min($0, $1.end) }
  }
}
