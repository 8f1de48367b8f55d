/// The tiers of one replica: what is where, what is on its way and when it is there.
///
/// A copy is known to its end when it begins, so nothing here waits to be told: what is not there
/// by the time of which the engine has heard is on its way. vLLM 0.33.0,
/// `kv_connector/v1/offloading/scheduler.py` and `vllm/v1/kv_offload`; SGLang 0.5.23,
/// `mem_cache/hiradix_cache.py` and `managers/cache_controller.py`.
struct TierStack: Sendable {
  /// What is found of the beginning of a request.
  enum Found: Sendable, Equatable {
    /// Nothing that is worth a load.
    case nothing
    /// Something that is on its way.
    case onItsWay
    /// As many units from the first that was looked for.
    case units(Int)
  }

  /// Units of a request that are there to be read when it is admitted.
  struct Fetched: Sendable {
    var sequence: SequenceID
    var names: [UInt64]
    var range: Range<Int>
  }

  /// A sequence that waits until something is copied.
  struct Wait: Sendable {
    var sequence: SequenceID
    var request: RequestID
    var end: Nanoseconds
  }

  let rules: Tiering
  /// What each tier keeps; where all replicas share one, that is here while this one plans.
  var stores: [TierStore]
  /// Bytes of a unit, and its tokens.
  let unitBytes: Double
  let unitTokens: Int
  /// The time of which the engine has heard what was there.
  var heard: Nanoseconds = 0
  /// When a request that waits for what is on its way is to be looked at again, and when that is to
  /// happen already; `never` where it is not.
  private(set) var wake = Simulation.never
  var armed = Simulation.never
  /// By slot: units that were given to the first tier, or are there; when those are written; and
  /// until when the request waits for what is on its way.
  var given: [Int] = []
  var writtenAt: [Nanoseconds] = []
  private var deadlines: [Nanoseconds] = []
  /// By slot: whether the request has asked for what it begins with.
  private var hasAsked: [Bool] = []
  /// Sequences that filled a block in the plan under way by decoding.
  var filled: [SequenceID] = []
  /// Until when what the batch that is planned may not start before is copied, and what it reads.
  var blockedUntil: Nanoseconds = 0
  var readUntil: Nanoseconds = 0
  /// How much longer it is for that.
  private(set) var copies: Nanoseconds = 0
  /// What was found for the request that is admitted next.
  var fetched: Fetched?
  /// Sequences that wait since the last plan for what is on its way.
  var waits: [Wait] = []
  /// What became of it all, tier by tier.
  var use: [TierUse]
  private var reads: [CopyQueue]
  private var writes: [CopyQueue]
  /// Requests that have asked for each unit, where that decides.
  var requests: [UInt64: Int] = [:]
  private let countsRequests: Bool

  init(_ rules: Tiering, blockTokens: Int) {
    self.rules = rules
    unitTokens = blockTokens * rules.unitBlocks
    unitBytes = rules.bytesPerToken * Double(unitTokens)
    stores = rules.tiers.map {
      TierStore($0, room: rules.units(in: $0, blockTokens: blockTokens))
    }
    use = rules.tiers.map { TierUse(name: $0.name) }
    reads = rules.tiers.map { _ in CopyQueue() }
    writes = reads
    countsRequests = rules.tiers.contains {
      if case .through(let requests) = $0.write { requests > 1 } else { false }
    }
  }

  /// Forgets what is known of the sequence in `slot`, which is a new one.
  mutating func enter(slot: Int) {
    if slot == given.count {
      given.append(0)
      writtenAt.append(0)
      deadlines.append(Simulation.never)
      hasAsked.append(false)
    } else {
      (given[slot], writtenAt[slot], deadlines[slot]) = (0, 0, Simulation.never)
      hasAsked[slot] = false
    }
  }

  /// Begins a plan.
  mutating func beginPlan() {
    wake = Simulation.never
    fetched = nil
    filled.removeAll(keepingCapacity: true)
  }

  /// The sequence in `slot` loses its blocks; where a connector has begun to copy some, the next
  /// batch waits for that.
  mutating func lose(slot: Int) {
    if rules.loads == .asynchronous { blockedUntil = max(blockedUntil, writtenAt[slot]) }
    deadlines[slot] = Simulation.never
  }

  /// Seconds by which a batch of `seconds`, which begins at `begin`, is longer for the copies that
  /// it waits for.
  mutating func copySeconds(beside seconds: Double, from begin: Nanoseconds) -> Double {
    let blocked = Double(max(0, blockedUntil - begin)) / 1e9
    let reading = Double(max(0, readUntil - begin)) / 1e9
    var longer = blocked
    if reading > 0 {
      switch rules.loads {
      case .asynchronous: break
      case .blocking: longer += reading
      case .byLayer(let layers):
        // A layer is computed when it is read and the one before is computed.
        let (read, computed) = (reading / Double(layers), seconds / Double(layers))
        longer += max(seconds + read, reading + computed) - seconds
      }
    }
    copies = Nanoseconds(seconds: longer)
    (blockedUntil, readUntil) = (0, 0)
    return longer
  }

  /// Whether somebody waits for what is on its way.
  var isAwaited: Bool { wake != Simulation.never || armed != Simulation.never }

  mutating func read(_ bytes: Double, from tier: Int, at start: Nanoseconds) -> Nanoseconds {
    let link = rules.tiers[tier].reads
    use[tier].readBytes += bytes
    return link.sharing == .pool
      ? stores[tier].reads.add(bytes, over: link, from: start)
      : reads[tier].add(bytes, over: link, from: start)
  }

  mutating func write(_ bytes: Double, to tier: Int, at start: Nanoseconds) -> Nanoseconds {
    let link = rules.tiers[tier].writes
    use[tier].writtenBytes += bytes
    return link.sharing == .pool
      ? stores[tier].writes.add(bytes, over: link, from: start)
      : writes[tier].add(bytes, over: link, from: start)
  }
}

/// What is read.
extension TierStack {
  /// Looks at `now` for those of `names`, the units of a request in order, that stand behind the
  /// first `start`, and has what lower tiers have come up. What is on its way is waited for as the
  /// rules say, by the request in `slot`.
  mutating func find(
    _ names: [UInt64], from start: Int, slot: Int, at now: Nanoseconds
  ) -> Found {
    ask(for: names, slot: slot)
    guard start < names.count else { return .nothing }
    var (end, ready) = (start, start)
    var last: Nanoseconds = 0
    let mayComeUp = (names.count - start) * unitTokens >= rules.leastPrefetchTokens
    while end < names.count, let time = time(of: names[end], at: now, mayComeUp: mayComeUp) {
      if time > heard { last = max(last, time) } else if ready == end { ready += 1 }
      end += 1
    }
    if last > 0 && waits(until: last, missing: names.count - start, slot: slot, at: now) {
      return .onItsWay
    }
    let tokens = (ready - start) * unitTokens
    return tokens > 0 && tokens >= rules.leastLoadTokens ? .units(ready - start) : .nothing
  }

  private mutating func ask(for names: [UInt64], slot: Int) {
    for tier in stores.indices { stores[tier].ask(for: names, at: heard) }
    if !countsRequests || hasAsked[slot] { return }
    hasAsked[slot] = true
    for name in names { requests[name, default: 0] += 1 }
  }

  /// When the unit called `name` can be read from the first tier; nil where it is in none. One that
  /// another request reads is on its way to the GPUs, and found there next.
  private mutating func time(
    of name: UInt64, at now: Nanoseconds, mayComeUp: Bool
  ) -> Nanoseconds? {
    if let place = stores[0].place(of: name) {
      let unit = stores[0][place]
      return rules.loads == .asynchronous ? max(unit.readyAt, unit.readUntil) : unit.readyAt
    }
    for tier in stores.indices.dropFirst() {
      guard mayComeUp, let place = stores[tier].place(of: name) else { continue }
      let readyAt = stores[tier][place].readyAt
      if readyAt > heard { return readyAt }
      guard makeRoom(for: 1, in: 0, at: now) else { return nil }
      let there = read(unitBytes, from: tier, at: now)
      stores[tier][place].readUntil = max(stores[tier][place].readUntil, there)
      stores[0].insert(name, readyAt: there, from: tier)
      return there
    }
    return nil
  }

  /// Whether the request in `slot`, of which so many units are missing, waits at `now` for what is
  /// there at `time`. What was on its way when it was looked at first is all that it waits for.
  private mutating func waits(
    until time: Nanoseconds, missing units: Int, slot: Int, at now: Nanoseconds
  ) -> Bool {
    if deadlines[slot] == Simulation.never {
      switch rules.prefetch {
      case .bestEffort: return false
      case .waitComplete: deadlines[slot] = time
      case .timeout(let base, let perThousandTokens):
        let more = Double(perThousandTokens) * Double(units * unitTokens) / 1024
        deadlines[slot] = now + base + Nanoseconds(more.rounded())
      }
    }
    if deadlines[slot] <= heard { return false }
    wake = min(wake, time, deadlines[slot])
    return true
  }

  /// Has those of `names` that stand behind the first `start` come up from lower tiers for the
  /// request in `slot`, which arrives.
  mutating func prefetch(_ names: [UInt64], slot: Int, from start: Int, at now: Nanoseconds) {
    _ = find(names, from: start, slot: slot, at: now)
    wake = Simulation.never
  }

  /// Reads those of `names` in `range`, which are there, into the memory of the GPUs from `now` on;
  /// returns when they are.
  ///
  /// - Parameter again: tokens at the end of them that are computed all the same.
  mutating func load(
    _ names: [UInt64], _ range: Range<Int>, slot: Int, at now: Nanoseconds, computing again: Int = 0
  ) -> Nanoseconds {
    let end = read(unitBytes * Double(range.count), from: 0, at: now)
    for name in names[range] {
      guard let place = stores[0].place(of: name) else { continue }
      stores[0][place].readUntil = max(stores[0][place].readUntil, end)
      let isLast = name == names[range.upperBound - 1]
      use[stores[0][place].origin].hitTokens += unitTokens - (isLast ? again : 0)
      stores[0][place].origin = 0
    }
    given[slot] = range.upperBound
    return end
  }
}
