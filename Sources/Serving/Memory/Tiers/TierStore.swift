/// What one tier keeps, unit by unit under its name, and in which order it makes room.
///
/// Units stand in two lists, the first to make way first: those asked for once, and those asked for
/// again, of which only `slru` and `arc` have any.
struct TierStore: Sendable {
  /// A unit that is here, or comes.
  struct Unit: Sendable {
    let name: UInt64
    /// When it is all here.
    var readyAt: Nanoseconds
    /// When the last that reads it has done so.
    var readUntil: Nanoseconds = 0
    /// The tier that it came up from, until it is read first.
    var origin: Int
    /// Whether it was asked for again.
    var isFrequent = false
    /// The search that it is guarded for.
    var guardedFor = 0
  }

  /// Units that there is room for.
  let room: Int
  private let eviction: Tier.Eviction
  private var table = BlockTable()
  private var units: [Unit] = []
  private var spare: [Int] = []
  private var lists = UnitLists()
  /// Of those that were dropped, asked for once and again.
  private var ghosts = (once: GhostList(), again: GhostList())
  /// How many of those asked for once stay, where that adapts.
  private var target = 0.0
  private var searches = 0
  /// What is copied over links that all replicas share.
  var reads = CopyQueue()
  var writes = CopyQueue()
  /// The most units that were here at once.
  private(set) var peak = 0

  init(_ tier: Tier, room: Int) {
    self.room = room
    eviction = tier.eviction
  }

  /// Units that are here, or come.
  var count: Int { units.count - spare.count }

  /// The place of the unit called `name`, if it is here or comes.
  func place(of name: UInt64) -> Int? { table.first(under: name)?.index }

  subscript(place: Int) -> Unit {
    _read { yield units[place] }
    _modify { yield &units[place] }
  }

  /// Notes at `now` that a request asks for `names`, the units of its beginning in order, and keeps
  /// those that are here from making way until the next that asks; the first is worth the most.
  mutating func ask(for names: [UInt64], at now: Nanoseconds) {
    searches += 1
    for name in names.reversed() {
      guard let place = place(of: name) else {
        if eviction == .arc { adapt(to: name) }
        continue
      }
      units[place].guardedFor = searches
      switch eviction {
      case .fifo: break
      case .lru: lists.moveToEnd(place, ofFrequent: false)
      case .slru, .arc:
        // What is being written was not asked for twice.
        if units[place].readyAt <= now { units[place].isFrequent = true }
        lists.moveToEnd(place, ofFrequent: units[place].isFrequent)
      }
    }
  }

  /// Keeps those of `names` that are here from making way until the next that asks.
  mutating func shield(_ names: [UInt64]) {
    searches += 1
    for name in names {
      if let place = place(of: name) { units[place].guardedFor = searches }
    }
  }

  /// Has `target` follow on a request for what was dropped.
  private mutating func adapt(to name: UInt64) {
    let (once, again) = (Double(ghosts.once.count), Double(ghosts.again.count))
    if ghosts.once.contains(name) {
      target = min(target + max(1, again / once), Double(room))
      ghosts.once.append(name)
    } else if ghosts.again.contains(name) {
      target = max(target - max(1, once / again), 0)
      ghosts.again.append(name)
    }
  }

  /// Makes room for `count` units more at `now`; returns the names of those that made way, or nil
  /// where too few can, and none does.
  mutating func makeRoom(for count: Int, at now: Nanoseconds) -> [UInt64]? {
    let missing = self.count + count - room
    if missing <= 0 { return [] }
    var victims: [Int] = []
    var cursors = (once: lists.first(ofFrequent: false), again: lists.first(ofFrequent: true))
    var once = lists.count - lists.frequent
    while victims.count < missing {
      var victim: Int?
      if eviction != .arc || once >= Int(target) {
        victim = next(&cursors.once, at: now)
        if victim != nil { once -= 1 }
      }
      guard let place = victim ?? next(&cursors.again, at: now) else { return nil }
      victims.append(place)
    }
    return victims.map { drop($0) }
  }

  /// The first from `cursor` on that can make way at `now`; the cursor moves on behind it.
  private func next(_ cursor: inout Int?, at now: Nanoseconds) -> Int? {
    while let place = cursor {
      cursor = lists.next(after: place)
      if max(units[place].readyAt, units[place].readUntil) <= now,
        units[place].guardedFor != searches
      {
        return place
      }
    }
    return nil
  }

  private mutating func drop(_ place: Int) -> UInt64 {
    let unit = units[place]
    table.remove(BlockID(place))
    lists.remove(place)
    spare.append(place)
    if eviction == .arc {
      if unit.isFrequent { ghosts.again.append(unit.name) } else { ghosts.once.append(unit.name) }
      ghosts.once.trim(to: room)
      ghosts.again.trim(to: room)
    }
    return unit.name
  }

  /// Enters the unit called `name`, which is not here, for which there is room.
  ///
  /// - Parameter origin: the tier that it comes up from; this one itself where from none.
  mutating func insert(_ name: UInt64, readyAt: Nanoseconds, from origin: Int) {
    precondition(count < room, "a tier takes what it has room for")
    var unit = Unit(name: name, readyAt: readyAt, origin: origin)
    unit.guardedFor = searches
    let place = spare.popLast() ?? units.count
    if place < units.count { units[place] = unit } else { units.append(unit) }
    table.insert(BlockID(place), under: name)
    lists.append(place, ofFrequent: false)
    peak = max(peak, count)
    if eviction == .arc {
      ghosts.once.remove(name)
      ghosts.again.remove(name)
    }
  }
}

/// Two lists of places, any of which can leave in constant time.
struct UnitLists: Sendable {
  private struct Links {
    var previous: Int32
    var next: Int32
    var isFrequent = false
  }

  /// Place `n` of the store is that after both ends, which are the first two.
  private var links = [Links(previous: 0, next: 0), Links(previous: 1, next: 1)]
  /// How many are in them, and how many of those in the second.
  private(set) var count = 0
  private(set) var frequent = 0

  func first(ofFrequent isFrequent: Bool) -> Int? {
    Self.place(links[isFrequent ? 1 : 0].next)
  }

  func next(after place: Int) -> Int? { Self.place(links[place + 2].next) }

  private static func place(_ index: Int32) -> Int? { index < 2 ? nil : Int(index) - 2 }

  mutating func append(_ place: Int, ofFrequent isFrequent: Bool) {
    let index = Int32(place + 2)
    let end: Int32 = isFrequent ? 1 : 0
    let last = links[Int(end)].previous
    let new = Links(previous: last, next: end, isFrequent: isFrequent)
    if place + 2 < links.count { links[place + 2] = new } else { links.append(new) }
    links[Int(last)].next = index
    links[Int(end)].previous = index
    count += 1
    if isFrequent { frequent += 1 }
  }

  mutating func remove(_ place: Int) {
    let old = links[place + 2]
    links[Int(old.previous)].next = old.next
    links[Int(old.next)].previous = old.previous
    count -= 1
    if old.isFrequent { frequent -= 1 }
  }

  mutating func moveToEnd(_ place: Int, ofFrequent isFrequent: Bool) {
    remove(place)
    append(place, ofFrequent: isFrequent)
  }
}
