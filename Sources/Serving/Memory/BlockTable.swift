/// Blocks by the hash of what they hold.
///
/// Blocks of one hash stand in the order in which they came, in a ring of links. An open-addressing
/// table with linear probing, at most a quarter full, leads from a hash to the first of them; it
/// grows with the hashes in it.
struct BlockTable: Sendable {
  private struct Entry {
    var hash: UInt64 = 0
    /// The neighbours among the blocks of the same hash; `none` for a block that is not entered.
    var previous = none
    var next = none
  }

  /// A hash that has blocks, or none.
  private struct Slot {
    /// Bits of the hash, spread; they say where the search for it begins.
    var mark: UInt32 = 0
    /// The first block.
    var first = none
  }

  private static let none: Int32 = -1
  /// By block, up to the last that was ever entered.
  private var entries: [Entry] = []
  /// As many as a power of two.
  private var slots = Array(repeating: Slot(), count: 64)
  /// Slots that have blocks.
  private var hashes = 0

  /// Whether `block` is entered under a hash.
  @inline(__always)
  func contains(_ block: BlockID) -> Bool {
    block.index < entries.count && entries[block.index].next != Self.none
  }

  /// The block that has been entered under `hash` for the longest time, if there is one.
  @inline(__always)
  func first(under hash: UInt64) -> BlockID? {
    let first = slots[place(of: hash, Self.mark(of: hash))].first
    return first == Self.none ? nil : BlockID(Int(first))
  }

  /// The hash that `block`, which is entered, is under.
  func hash(of block: BlockID) -> UInt64 { entries[block.index].hash }

  /// Enters `block`, which is under no hash, as the last under `hash`.
  mutating func insert(_ block: BlockID, under hash: UInt64) {
    while entries.count <= block.index { entries.append(Entry()) }
    let mark = Self.mark(of: hash)
    let place = place(of: hash, mark)
    let first = slots[place].first
    guard first != Self.none else {
      slots[place] = Slot(mark: mark, first: block.number)
      hashes += 1
      if 4 * hashes > slots.count { grow() }
      entries[block.index] = Entry(hash: hash, previous: block.number, next: block.number)
      return
    }
    let last = entries[Int(first)].previous
    entries[block.index] = Entry(hash: hash, previous: last, next: first)
    entries[Int(last)].next = block.number
    entries[Int(first)].previous = block.number
  }

  /// Takes out `block`, which is entered; others under its hash stay.
  mutating func remove(_ block: BlockID) {
    let old = entries[block.index]
    let place = place(of: old.hash, Self.mark(of: old.hash))
    if old.next == block.number {
      vacate(place)
    } else {
      if slots[place].first == block.number { slots[place].first = old.next }
      entries[Int(old.previous)].next = old.next
      entries[Int(old.next)].previous = old.previous
    }
    entries[block.index] = Entry()
  }

  /// The place of the slot that `hash` has, or of the empty one that it would get.
  @inline(__always)
  private func place(of hash: UInt64, _ mark: UInt32) -> Int {
    let mask = slots.count - 1
    var place = Int(mark) & mask
    while true {
      let slot = slots[place]
      if slot.first == Self.none { return place }
      if slot.mark == mark && entries[Int(slot.first)].hash == hash { return place }
      place = (place + 1) & mask
    }
  }

  /// Hashes may be small numbers: their bits are spread.
  @inline(__always)
  private static func mark(of hash: UInt64) -> UInt32 {
    let product = (hash ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return UInt32(truncatingIfNeeded: product.high ^ product.low)
  }

  /// Empties the slot at `place` and moves up those behind it that a search would not reach.
  private mutating func vacate(_ place: Int) {
    let mask = slots.count - 1
    var gap = place
    var cursor = (place + 1) & mask
    while slots[cursor].first != Self.none {
      let home = Int(slots[cursor].mark) & mask
      if (cursor - home) & mask >= (cursor - gap) & mask {
        slots[gap] = slots[cursor]
        gap = cursor
      }
      cursor = (cursor + 1) & mask
    }
    slots[gap] = Slot()
    hashes -= 1
  }

  /// Doubles the slots.
  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(), count: 2 * old.count)
    for slot in old where slot.first != Self.none {
      var place = Int(slot.mark) & (slots.count - 1)
      while slots[place].first != Self.none { place = (place + 1) & (slots.count - 1) }
      slots[place] = slot
    }
  }
}
