/// The drafts of a replica that speculates. Its sequences decode by themselves, in no pool, for
/// each may emit another number of tokens.
struct Drafting: Sendable {
  /// One sequence in the plan under way: its first drafts are verified with one token more.
  struct Verification: Sendable {
    let sequence: SequenceID
    let drafts: Int
  }

  let rules: EngineRules.Speculation
  /// Those that the plan under way decodes, in that order.
  var verifications: [Verification] = []
  /// By slot: drafts that are to be verified, samplings so far, and the most tokens that the
  /// sequence has had blocks for.
  private(set) var drafts: [Int] = []
  private(set) var steps: [Int] = []
  private(set) var reach: [Int] = []

  init(_ rules: EngineRules.Speculation) { self.rules = rules }

  /// A new sequence is in `slot`.
  mutating func enter(slot: Int) {
    while drafts.count <= slot {
      drafts.append(0)
      steps.append(0)
      reach.append(0)
    }
    steps[slot] = 0
    drop(slot: slot)
  }

  /// The sequence in `slot` loses its drafts with its blocks.
  mutating func drop(slot: Int) {
    drafts[slot] = 0
    reach[slot] = 0
  }

  /// The sequence in `slot` has blocks for `tokens` now.
  mutating func extend(slot: Int, to tokens: Int) { reach[slot] = tokens }

  /// The sequence in `slot` has sampled, and at most `most` drafts follow.
  mutating func sample(_ sequence: Sequence, slot: Int, most: Int) {
    drafts[slot] = rules.acceptance.proposed(most, row: sequence.request.index, step: steps[slot])
    steps[slot] += 1
  }

  /// Drafts that `verification` of `sequence` accepts.
  func accepted(_ verification: Verification, _ sequence: Sequence) -> Int {
    rules.acceptance.accepted(
      of: verification.drafts, row: sequence.request.index, emitted: sequence.emitted,
      step: steps[verification.sequence.index])
  }
}
