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
  /// By slot: a number that is less for who was put before others, and what the next ones get.
  private var stamps: [Int] = []
  private var (firstStamp, lastStamp) = (0, 0)
  /// Whether those stand in the order of their numbers.
  private var isStamped = true
  /// The sequences by rank, once that was asked for.
  private var ranking: RankedSequences?

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

  /// Puts `some` of the sequences in their order.
  func order(_ some: inout [SequenceID]) {
    if some.count < 2 { return }
    if isStamped {
      some.sort { stamps[$0.index] < stamps[$1.index] }
    } else {
      let wanted = Set(some)
      some = all.filter { wanted.contains($0) }
    }
  }

  mutating func append(_ sequence: SequenceID) {
    ranking?.note(sequence, isFirst: false)
    makeRoom(for: sequence)
    lastStamp += 1
    stamps[sequence.index] = lastStamp
    link(sequence.slot, after: tail, before: Self.none)
  }

  mutating func prepend(_ sequence: SequenceID) {
    ranking?.note(sequence, isFirst: true)
    makeRoom(for: sequence)
    firstStamp -= 1
    stamps[sequence.index] = firstStamp
    link(sequence.slot, after: Self.none, before: head)
  }

  mutating func remove(_ sequence: SequenceID) {
    ranking?.remove(sequence)
    unlink(sequence)
  }

  private mutating func unlink(_ sequence: SequenceID) {
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
    while links.count <= Int(sequence.slot) {
      links.append(Links())
      stamps.append(0)
    }
  }

  private static func id(_ slot: Int32) -> SequenceID? {
    slot == none ? nil : SequenceID(slot)
  }
}

extension SequenceList {
  /// Puts `sequence` where it belongs by `rank` in a list in which all others were put so.
  mutating func insert(_ sequence: SequenceID, _ rank: Rank) {
    if ranking == nil { ranking = RankedSequences() }
    isStamped = false
    makeRoom(for: sequence)
    let follower = ranking!.insert(sequence, rank)
    let next = follower?.slot ?? Self.none
    link(sequence.slot, after: follower.map { links[$0.index].previous } ?? tail, before: next)
  }

  /// Puts all of them in the order of their ranks, of which `rank` says all but the turn; equal
  /// ones keep their order. Takes time for those alone that came since the last time.
  mutating func sort(_ rank: (SequenceID, _ turn: Int) -> Rank) {
    noteAll()
    while let (sequence, turn) = ranking!.nextUnranked() {
      unlink(sequence)
      insert(sequence, rank(sequence, turn))
    }
  }

  /// The one that has the greatest rank. Takes time likewise.
  mutating func greatest(_ rank: (SequenceID) -> Rank) -> SequenceID? {
    noteAll()
    while let (sequence, _) = ranking!.nextUnranked() {
      _ = ranking!.insert(sequence, rank(sequence))
    }
    return ranking!.last
  }

  private mutating func noteAll() {
    if ranking != nil { return }
    let all = all
    ranking = RankedSequences()
    for sequence in all { ranking!.note(sequence, isFirst: false) }
  }
}

extension [SequenceID] {
  /// Takes out `sequence`, which is here once; looks for it from the end, where those are that came
  /// last and have to leave first.
  mutating func removeLast(_ sequence: SequenceID) {
    if let place = lastIndex(of: sequence) { remove(at: place) }
  }
}
