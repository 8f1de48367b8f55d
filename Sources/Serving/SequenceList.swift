/// Sequences in an order, any of which can leave in constant time.
public struct SequenceList: Sendable {
  private struct Links {
    var previous: Int32 = none
    var next: Int32 = none
  }

  private static let none: Int32 = -1
  private var links: [Links] = []
  private var head = none
  private var tail = none

  /// Sequences in the list.
  public private(set) var count = 0

  init() {}

  public var isEmpty: Bool { count == 0 }
  public var first: SequenceID? { Self.id(head) }
  public var last: SequenceID? { Self.id(tail) }

  /// The sequence after `sequence`, which is in the list.
  public func next(after sequence: SequenceID) -> SequenceID? {
    Self.id(links[Int(sequence.slot)].next)
  }

  /// The sequence before `sequence`, which is in the list.
  public func previous(before sequence: SequenceID) -> SequenceID? {
    Self.id(links[Int(sequence.slot)].previous)
  }

  /// All of them, in order; takes time in proportion to their number.
  public var all: [SequenceID] {
    var result: [SequenceID] = []
    result.reserveCapacity(count)
    var cursor = first
    while let sequence = cursor {
      result.append(sequence)
      cursor = next(after: sequence)
    }
    return result
  }

  mutating func append(_ sequence: SequenceID) {
    makeRoom(for: sequence)
    link(sequence.slot, after: tail, before: Self.none)
  }

  mutating func prepend(_ sequence: SequenceID) {
    makeRoom(for: sequence)
    link(sequence.slot, after: Self.none, before: head)
  }

  /// Puts `sequence` in front of `other`, which is in the list.
  mutating func insert(_ sequence: SequenceID, before other: SequenceID) {
    makeRoom(for: sequence)
    link(sequence.slot, after: links[Int(other.slot)].previous, before: other.slot)
  }

  mutating func remove(_ sequence: SequenceID) {
    let old = links[Int(sequence.slot)]
    if old.previous == Self.none {
      head = old.next
    } else {
      links[Int(old.previous)].next = old.next
    }
    if old.next == Self.none {
      tail = old.previous
    } else {
      links[Int(old.next)].previous = old.previous
    }
    count -= 1
  }

  private mutating func link(_ slot: Int32, after previous: Int32, before next: Int32) {
    links[Int(slot)] = Links(previous: previous, next: next)
    if previous == Self.none { head = slot } else { links[Int(previous)].next = slot }
    if next == Self.none { tail = slot } else { links[Int(next)].previous = slot }
    count += 1
  }

  private mutating func makeRoom(for sequence: SequenceID) {
    while links.count <= Int(sequence.slot) { links.append(Links()) }
  }

  private static func id(_ slot: Int32) -> SequenceID? {
    slot == none ? nil : SequenceID(slot)
  }
}
