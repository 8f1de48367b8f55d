/// Who emits its last token when: sequences by the pool's emission that completes them.
///
/// A ring of lists, one for each coming emission, as long as the longest answer still due; those
/// that are due very late wait beside it.
struct FinishWheel: Sendable {
  private struct Links {
    var previous: Int32
    var next: Int32
  }

  private static let none: Int32 = -1
  /// Emissions until those that wait beside the ring are looked at again.
  private static let turn = 1 << 16
  private var heads: [Int32] = Array(repeating: none, count: 1024)
  private var links: [Links] = []
  /// Who completes after `horizon`, in the order in which they came.
  private var late: [(sequence: SequenceID, last: Int)] = []
  /// The emission that ends this turn: no later one is in the ring.
  private(set) var horizon = turn

  /// Enters `sequence`, which completes with emission `last`; `now` emissions are past.
  mutating func insert(_ sequence: SequenceID, last: Int, now: Int) {
    if last > horizon {
      late.append((sequence, last))
      return
    }
    while last - now >= heads.count { grow(now: now) }
    let slot = sequence.slot
    while links.count <= Int(slot) { links.append(Links(previous: Self.none, next: Self.none)) }
    let index = last & (heads.count - 1)
    let next = heads[index]
    links[Int(slot)] = Links(previous: Self.none, next: next)
    if next != Self.none { links[Int(next)].previous = slot }
    heads[index] = slot
  }

  mutating func remove(_ sequence: SequenceID, last: Int) {
    if last > horizon {
      late.removeAll { $0.sequence == sequence }
      return
    }
    let old = links[Int(sequence.slot)]
    if old.next != Self.none { links[Int(old.next)].previous = old.previous }
    if old.previous != Self.none {
      links[Int(old.previous)].next = old.next
    } else {
      heads[last & (heads.count - 1)] = old.next
    }
  }

  /// The first of the sequences that emission `last` completes, if there is one.
  @inline(__always)
  func first(last: Int) -> SequenceID? {
    let slot = heads[last & (heads.count - 1)]
    return slot == Self.none ? nil : SequenceID(slot)
  }

  /// Begins the next turn with the emission `horizon`.
  mutating func beginTurn() {
    let now = horizon
    horizon += Self.turn
    let waiting = late
    late.removeAll()
    for (sequence, last) in waiting { insert(sequence, last: last, now: now) }
  }

  /// Doubles the ring, keeping every list in its order.
  private mutating func grow(now: Int) {
    let old = heads
    heads = Array(repeating: Self.none, count: old.count * 2)
    for offset in 1...old.count {
      let emission = now + offset
      heads[emission & (heads.count - 1)] = old[emission & (old.count - 1)]
    }
  }
}
