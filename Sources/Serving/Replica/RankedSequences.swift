/// Where a sequence stands among others, least for who goes first: by the priority of its request,
/// then by its arrival, then by its turn.
struct Rank: Comparable, Sendable {
  var priority: Int
  var arrival: Nanoseconds
  /// Tells those apart whose requests are equal.
  var turn = 0

  init(of sequence: Sequence, turn: Int = 0) {
    priority = sequence.priority
    arrival = sequence.arrival
    self.turn = turn
  }

  static func < (a: Rank, b: Rank) -> Bool {
    if a.priority != b.priority { return a.priority < b.priority }
    if a.arrival != b.arrival { return a.arrival < b.arrival }
    return a.turn < b.turn
  }
}

/// The sequences of a list by rank, so that the place of one among many is found without a walk.
///
/// They stand in stretches of limited length, one after the other.
struct RankedSequences: Sendable {
  private struct Entry {
    var rank: Rank
    var sequence: SequenceID
  }

  private static let longestStretch = 256
  /// None of them is empty.
  private var stretches: [[Entry]] = []
  /// By slot: the rank of who stands here.
  private var ranks: [Rank?] = []
  /// By slot: the turn of who is in the list and has no rank yet; 0 for others.
  private var turns: [Int] = []
  private var unranked: [(sequence: SequenceID, turn: Int)] = []
  private var firstTurn = 0
  private var lastTurn = 0

  /// The one with the greatest rank.
  var last: SequenceID? { stretches.last?.last?.sequence }

  /// Notes that `sequence`, which has no rank yet, is now the last of the list, or the first.
  mutating func note(_ sequence: SequenceID, isFirst: Bool) {
    if isFirst { firstTurn -= 1 } else { lastTurn += 1 }
    while turns.count <= sequence.index { turns.append(0) }
    turns[sequence.index] = isFirst ? firstTurn : lastTurn
    unranked.append((sequence, turns[sequence.index]))
  }

  /// One that is in the list and has no rank yet, with a turn that is less for who is before
  /// others.
  mutating func nextUnranked() -> (sequence: SequenceID, turn: Int)? {
    while let next = unranked.popLast() {
      if turns[next.sequence.index] == next.turn { return next }
    }
    return nil
  }

  /// Gives `sequence` its rank; returns who follows on it, if anyone does.
  mutating func insert(_ sequence: SequenceID, _ rank: Rank) -> SequenceID? {
    if sequence.index < turns.count { turns[sequence.index] = 0 }
    while ranks.count <= sequence.index { ranks.append(nil) }
    ranks[sequence.index] = rank
    if stretches.isEmpty {
      stretches.append([Entry(rank: rank, sequence: sequence)])
      return nil
    }
    let (stretch, offset) = place(of: rank)
    stretches[stretch].insert(Entry(rank: rank, sequence: sequence), at: offset)
    let follower =
      offset + 1 < stretches[stretch].count
      ? stretches[stretch][offset + 1]
      : stretch + 1 < stretches.count ? stretches[stretch + 1][0] : nil
    if stretches[stretch].count > Self.longestStretch {
      let half = stretches[stretch].count / 2
      stretches.insert(Array(stretches[stretch][half...]), at: stretch + 1)
      stretches[stretch].removeSubrange(half...)
    }
    return follower?.sequence
  }

  /// Forgets `sequence`, which leaves the list.
  mutating func remove(_ sequence: SequenceID) {
    if sequence.index < turns.count { turns[sequence.index] = 0 }
    guard sequence.index < ranks.count, let rank = ranks[sequence.index] else { return }
    ranks[sequence.index] = nil
    let (stretch, offset) = place(of: rank)
    stretches[stretch].remove(at: offset)
    if stretches[stretch].isEmpty { stretches.remove(at: stretch) }
  }

  /// Where the first stands whose rank is not less than `rank`, or the end of the last stretch.
  private func place(of rank: Rank) -> (stretch: Int, offset: Int) {
    let last = stretches.count - 1
    let stretch = min(last, Self.first(below: last + 1) { stretches[$0].last!.rank >= rank })
    let entries = stretches[stretch]
    return (stretch, Self.first(below: entries.count) { entries[$0].rank >= rank })
  }

  /// The first of the numbers below `count` for which `isReached` holds, as it does for all that
  /// follow; `count` if there is none.
  private static func first(below count: Int, _ isReached: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isReached(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
