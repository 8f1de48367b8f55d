/// The drafts of a replica that speculates. Its sequences decode by themselves, in no pool, for
/// each may emit another number of tokens.
struct Drafting: Sendable {
  /// One sequence in the plan under way: its first drafts are verified with one token more.
  struct Verification: Sendable {
    let sequence: SequenceID
    let drafts: Int
  }

  /// What comes of the last iteration that a sequence was in, which an engine that schedules ahead
  /// does not know before its end.
  struct Outcome: Sendable {
    /// The plan that it was in.
    var plan = -2
    /// Tokens that it emits.
    var tokens = 0
    /// Tokens that it computes and that do not stay.
    var rejected = 0
  }

  let rules: EngineRules.Speculation
  /// By slot.
  private(set) var outcomes: [Outcome] = []
  /// The plans of the batches in flight, where the engine schedules ahead, and whose tokens they
  /// bring, those of the first before the rest.
  private var flying: (first: Int, following: Int) = (-1, -1)
  private(set) var sampled: [SequenceID] = []
  private var sampledFirst = 0
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
      outcomes.append(Outcome())
    }
    steps[slot] = 0
    drop(slot: slot)
  }

  /// What is in flight of the sequence in `slot`; nil where nothing is.
  func inFlight(slot: Int) -> Outcome? {
    outcomes[slot].plan == flying.first ? outcomes[slot] : nil
  }

  /// Notes what comes of `id` in `plan`.
  mutating func note(_ id: SequenceID, _ outcome: Outcome) {
    outcomes[id.index] = outcome
    sampled.append(id)
  }

  /// The batch of `plan` is put in flight, behind another if one is.
  mutating func fly(_ plan: Int, isFirst: Bool) {
    if isFirst {
      flying.first = plan
      sampledFirst = sampled.count
    } else {
      flying.following = plan
    }
  }

  /// The first batch in flight has ended; returns the sequences whose tokens it brings.
  mutating func land() -> ArraySlice<SequenceID> {
    let landed = sampled.prefix(sampledFirst)
    sampled.removeFirst(sampledFirst)
    sampledFirst = sampled.count
    flying = (flying.following, -1)
    return landed
  }

  /// The sequence in `slot` loses its drafts with its blocks.
  mutating func drop(slot: Int) {
    drafts[slot] = 0
    reach[slot] = 0
    outcomes[slot].plan = -2
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
