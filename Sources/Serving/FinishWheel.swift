/// Who emits its last token when: sequences by the pool's emission that completes them.
///
/// A ring of lists, one for each coming emission, as long as the longest answer still due.
struct FinishWheel: Sendable {
  private struct Links {
    var previous: Int32
    var next: Int32
  }

  private static let none: Int32 = -1
  private var heads: [Int32] = Array(repeating: none, count: 1024)
  private var links: [Links] = []

  /// Enters `sequence`, which completes with emission `last`; `now` emissions are past.
  mutating func insert(_ sequence: SequenceID, last: Int, now: Int) {
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
