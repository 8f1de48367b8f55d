import Serving

/// Which replica each of so many blocks was last sent to, and when; the longest unused are
/// forgotten first, and of one prompt the last ones, so that what is known of a prompt is always
/// its beginning.
struct AffinityTable: Sendable {
  private struct Entry: Sendable {
    var hash: UInt64
    var replica: Int32
    var newer: Int32
    var older: Int32
    var time: Nanoseconds
  }

  private static let none: Int32 = -1
  private let capacity: Int
  private var places: [UInt64: Int32] = [:]
  private var entries: [Entry] = []
  private var spare: [Int32] = []
  private var newest = none
  private var oldest = none

  init(capacity: Int) { self.capacity = max(1, min(capacity, Int(Int32.max))) }

  /// Blocks that are kept in mind.
  var count: Int { places.count }

  /// How many blocks at the beginning of `blocks` are known, and where the last of those went.
  func longestMatch(_ blocks: [UInt64]) -> (blocks: Int, replica: Int)? {
    let known = known(blocks[...])
    guard known > 0, let place = places[blocks[known - 1]] else { return nil }
    return (known, Int(entries[Int(place)].replica))
  }

  /// How many blocks at the beginning of `blocks` are known and were used at `time` or later.
  func known(_ blocks: ArraySlice<UInt64>, since time: Nanoseconds = -1) -> Int {
    var (known, unknown) = (0, blocks.count + 1)
    while unknown - known > 1 {
      let middle = (known + unknown) / 2
      if knows(blocks, upTo: middle, since: time) { known = middle } else { unknown = middle }
    }
    return known
  }

  /// Whether the first `count` of `blocks` are known and were used at `time` or later.
  func knows(_ blocks: ArraySlice<UInt64>, upTo count: Int, since time: Nanoseconds = -1) -> Bool {
    guard count <= blocks.count, let place = places[blocks[blocks.startIndex + count - 1]] else {
      return false
    }
    return entries[Int(place)].time >= time
  }

  /// When the block with `hash`, which is known, was last used.
  func time(of hash: UInt64) -> Nanoseconds {
    places[hash].map { entries[Int($0)].time } ?? -1
  }

  /// Notes that a prompt of `blocks` goes to `replica` at `time`.
  mutating func note(_ blocks: [UInt64], on replica: Int, at time: Nanoseconds = 0) {
    for hash in blocks.reversed() {
      let place = places[hash] ?? vacancy(for: hash)
      entries[Int(place)].replica = Int32(replica)
      entries[Int(place)].time = time
      makeNewest(place)
    }
  }

  /// Forgets the longest unused, but for so many.
  mutating func trim(to count: Int) {
    while places.count > count { spare.append(dropOldest()) }
  }

  /// Forgets what went to `replica`, in time in proportion to all that is known.
  mutating func forget(_ replica: Int) {
    for place in entries.indices where entries[place].replica == Int32(replica) {
      entries[place].replica = Self.none
    }
  }

  /// A place for `hash`, which has none: a new one, or that of the longest unused.
  private mutating func vacancy(for hash: UInt64) -> Int32 {
    let place: Int32
    if let free = spare.popLast() {
      place = free
    } else if entries.count < capacity {
      place = Int32(entries.count)
      entries.append(
        Entry(hash: hash, replica: 0, newer: Self.none, older: Self.none, time: 0))
    } else {
      place = dropOldest()
    }
    entries[Int(place)].hash = hash
    link(place)
    places[hash] = place
    return place
  }

  /// Forgets the longest unused; returns its place, which is in no order any more.
  private mutating func dropOldest() -> Int32 {
    let place = oldest
    places[entries[Int(place)].hash] = nil
    unlink(place)
    return place
  }

  private mutating func makeNewest(_ place: Int32) {
    if place == newest { return }
    unlink(place)
    link(place)
  }

  private mutating func unlink(_ place: Int32) {
    let entry = entries[Int(place)]
    if place == newest {
      newest = entry.older
    } else {
      entries[Int(entry.newer)].older = entry.older
    }
    if place == oldest {
      oldest = entry.newer
    } else {
      entries[Int(entry.older)].newer = entry.newer
    }
  }

  /// Puts the entry at `place`, which is in no order, before all others.
  private mutating func link(_ place: Int32) {
    entries[Int(place)].older = newest
    entries[Int(place)].newer = Self.none
    if newest == Self.none { oldest = place } else { entries[Int(newest)].newer = place }
    newest = place
  }
}
