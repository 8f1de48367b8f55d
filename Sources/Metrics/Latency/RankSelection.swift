/// Finds samples by their ranks, without sorting or copying them.
///
/// All ranks are narrowed down together, digit by digit from the highest: one walk counts how much
/// weight has which next digit among the samples that share the digits found so far.
struct RankSelection {
  private static let digitBits = 12
  private static let digits = 1 << digitBits

  /// Ranks whose samples share the digits found so far.
  private struct Group {
    /// The digits found so far.
    var prefix: UInt64
    /// The weight of all samples below those that share them.
    var below: Int
    /// Where its ranks lie in the list.
    var ranks: Range<Int>
  }

  private let ranks: [Int]
  private let least: UInt64
  private var groups: [Group]
  /// The bits of a key, less `least`, that have not been found yet.
  private var openBits: Int

  /// The keys of `samples` at `ranks`, which ascend and are counted from 0.
  static func keys(
    at ranks: [Int], of samples: some WeightedKeys, _ summary: Summary
  ) -> [UInt64] {
    precondition(ranks.allSatisfy { $0 >= 0 && $0 < summary.count }, "a rank that there is")
    var selection = RankSelection(ranks, summary)
    if selection.openBits > 0 { selection.narrow(samples) }
    if selection.openBits > 0 {
      let left = selection.left(of: samples)
      while selection.openBits > 0 { selection.narrow(left) }
    }
    var keys = [UInt64](repeating: 0, count: ranks.count)
    for group in selection.groups {
      for index in group.ranks { keys[index] = selection.least + group.prefix }
    }
    return keys
  }

  private init(_ ranks: [Int], _ summary: Summary) {
    self.ranks = ranks
    least = summary.leastKey
    openBits = UInt64.bitWidth - (summary.greatestKey - least).leadingZeroBitCount
    groups = [Group(prefix: 0, below: 0, ranks: ranks.indices)]
  }

  /// The samples that share the digits found so far, mostly few: later walks pass them alone.
  private func left(of samples: some WeightedKeys) -> KeptSamples {
    let table = GroupTable(groups.map(\.prefix), slots: Self.digits)
    let shift = UInt64(openBits)
    var kept = KeptSamples()
    samples.visit { key, weight in
      if table.group(of: (key &- least) &>> shift) != nil { kept.samples.append((key, weight)) }
    }
    return kept
  }

  /// Finds the next digit of every rank.
  private mutating func narrow(_ samples: some WeightedKeys) {
    let bits = min(Self.digitBits, openBits)
    let weights = weightsByDigit(samples, bits: bits)
    openBits -= bits
    var narrowed: [Group] = []
    for (index, group) in groups.enumerated() {
      split(group, bits: bits, weights[(index * Self.digits)...], into: &narrowed)
    }
    groups = narrowed
  }

  /// The weight of every next digit in every group, group by group.
  private func weightsByDigit(_ samples: some WeightedKeys, bits: Int) -> [Int] {
    var weights = [Int](repeating: 0, count: groups.count * Self.digits)
    let table = GroupTable(groups.map(\.prefix), slots: Self.digits)
    let shift = UInt64(openBits - bits)
    let mask = UInt64(1) << UInt64(bits) - 1
    samples.visit { key, weight in
      let digits = (key &- least) &>> shift
      guard let group = table.group(of: digits >> UInt64(bits)) else { return }
      weights[group &* Self.digits &+ Int(digits & mask)] &+= weight
    }
    return weights
  }

  /// Appends to `groups` one group for every digit that a rank of `group` has.
  private func split(
    _ group: Group, bits: Int, _ weights: ArraySlice<Int>, into groups: inout [Group]
  ) {
    var below = group.below
    var next = group.ranks.lowerBound
    for digit in 0..<(1 << bits) where next < group.ranks.upperBound {
      let above = below + weights[weights.startIndex + digit]
      let first = next
      while next < group.ranks.upperBound && ranks[next] < above { next += 1 }
      if next > first {
        let prefix = group.prefix << UInt64(bits) | UInt64(digit)
        groups.append(Group(prefix: prefix, below: below, ranks: first..<next))
      }
      below = above
    }
  }
}

/// Some of other samples, as keys of theirs.
private struct KeptSamples: WeightedKeys {
  var samples: [(key: UInt64, weight: Int)] = []

  @inline(__always)
  func visit(_ body: (UInt64, Int) -> Void) {
    for sample in samples { body(sample.key, sample.weight) }
  }
}

/// Which group, if any, has a prefix: a hash table with chains.
private struct GroupTable {
  private let prefixes: [UInt64]
  private var first: [Int]
  private var next: [Int]
  private let mask: UInt64

  init(_ prefixes: [UInt64], slots: Int) {
    self.prefixes = prefixes
    mask = UInt64(slots - 1)
    first = Array(repeating: -1, count: slots)
    next = Array(repeating: -1, count: prefixes.count)
    for (group, prefix) in prefixes.enumerated() {
      next[group] = first[Int(prefix & mask)]
      first[Int(prefix & mask)] = group
    }
  }

  @inline(__always)
  func group(of prefix: UInt64) -> Int? {
    var group = first[Int(prefix & mask)]
    while group >= 0 {
      if prefixes[group] == prefix { return group }
      group = next[group]
    }
    return nil
  }
}
