/// How many of the drafts of a sequence its verification accepts.
public struct Acceptance: Sendable, Equatable {
  /// What was seen of one request.
  public struct Seen: Sendable, Equatable {
    /// Drafts that were accepted, sampling step by sampling step; begun again at its end.
    public var accepted: [Int]
    /// Drafts that were proposed after each, likewise; as many as there can be where empty.
    public var proposed: [Int]

    public init(accepted: [Int], proposed: [Int] = []) {
      precondition(!accepted.isEmpty, "something was seen")
      self.accepted = accepted
      self.proposed = proposed
    }
  }

  private enum Source: Equatable {
    case rates([Double], seed: UInt64)
    case seen([Seen])
  }

  private var source: Source

  /// Acceptance by chance. How many drafts are accepted depends on nothing but the seed, the
  /// request and the place in its answer, so that all schedulers meet the same luck.
  ///
  /// - Parameter rates: the chance that a draft is accepted, and all before it, by its place: none
  ///   greater than the one before (vLLM 0.33, `synthetic_acceptance_rates`).
  public init(rates: [Double], seed: UInt64 = 0) {
    precondition(Self.isValid(rates), "chances lie from 0 to 1 and do not rise")
    source = .rates(rates, seed: Self.beginning(seed))
  }

  private static func beginning(_ seed: UInt64) -> UInt64 {
    var stream = RandomStream(seed: seed, named: "acceptance")
    return stream.next()
  }

  /// Has chance begin from another seed.
  public mutating func reseed(_ seed: UInt64) {
    if case .rates(let rates, _) = source { source = .rates(rates, seed: Self.beginning(seed)) }
  }

  /// Acceptance as it was seen, by the row of the request.
  public init(seen: [Seen]) { source = .seen(seen) }

  /// Whether `rates` are chances of which none is greater than the one before.
  public static func isValid(_ rates: [Double]) -> Bool {
    rates.allSatisfy { $0 >= 0 && $0 <= 1 } && zip(rates, rates.dropFirst()).allSatisfy { $0 >= $1 }
  }

  /// The rates of least variance with which a verification of `drafts` emits `length` tokens on
  /// average: the first drafts are accepted always, one with what is left (vLLM 0.33,
  /// `synthetic_acceptance_length`).
  public static func rates(meanLength length: Double, drafts: Int) -> [Double] {
    precondition(length >= 1 && length <= Double(drafts + 1), "a length is from 1 to all")
    return (0..<drafts).map { max(0, min(1, length - 1 - Double($0))) }
  }

  /// The chances by place; empty where acceptance was seen.
  public var rates: [Double] {
    if case .rates(let rates, _) = source { return rates }
    return []
  }

  /// Drafts of `drafts` that are accepted of the request in `row`, before whose `step`th sampling
  /// `emitted` tokens came out.
  func accepted(of drafts: Int, row: Int, emitted: Int, step: Int) -> Int {
    switch source {
    case .rates(let rates, let seed):
      if drafts == 0 { return 0 }
      let word = PrefixBlocks.mix(seed ^ UInt64(row), UInt64(emitted))
      let luck = Double(word >> 11) * 0x1p-53
      var count = 0
      while count < min(drafts, rates.count) && luck < rates[count] { count += 1 }
      return count
    case .seen(let seen):
      let accepted = seen[row].accepted
      return min(drafts, accepted[step % accepted.count])
    }
  }

  /// Drafts of at most `most` that are proposed after that step.
  func proposed(_ most: Int, row: Int, step: Int) -> Int {
    guard case .seen(let seen) = source, !seen[row].proposed.isEmpty else { return most }
    return min(most, seen[row].proposed[step % seen[row].proposed.count])
  }
}

/// What became of drafts, summed up as vLLM's metrics do.
public struct DraftCounts: Sendable, Equatable {
  /// Verifications of one draft or more.
  public private(set) var rounds = 0
  /// Drafts that were verified, and those of them that were accepted, whether the answer had room
  /// for them or not.
  public private(set) var drafted = 0
  public private(set) var accepted = 0
  /// Rounds in which the draft in this place was accepted.
  public private(set) var acceptedByPosition: [Int] = []

  public init() {}

  /// Adds a verification of `drafts`.
  mutating func add(drafts: Int, accepted: Int) {
    if drafts == 0 { return }
    rounds += 1
    drafted += drafts
    self.accepted += accepted
    while acceptedByPosition.count < drafts { acceptedByPosition.append(0) }
    for place in 0..<accepted { acceptedByPosition[place] += 1 }
  }
}
