/// The sequences that decode together, one token an iteration, kept as sums.
///
/// An emission advances all of them at once in constant time; only joining, leaving and completing
/// touch a single sequence. A member's own figures are those at joining and the emissions since.
struct DecodePool: Sendable {
  /// Members, the sum of their contexts and of the squares of their contexts, in tokens.
  private(set) var count = 0
  private(set) var contextSum = 0
  private(set) var contextSquares = 0
  /// Emissions so far.
  private(set) var emissions = 0
  /// Tells the pools of a replica apart.
  let tag: Int
  private(set) var lastEmission: Nanoseconds = -1
  private var emissionBefore: Nanoseconds = -1
  private var ends: BlockEnds
  private var wheel = FinishWheel()
  private var maxima = GapMaxima()
  /// When the last emissions were, if members' gaps are smoothed.
  private var times: [Nanoseconds] = []
  let smoothsGaps: Bool
  /// Members by what the ends of their blocks have in common, where that is asked for.
  private var byEnd: [[SequenceID]]
  /// Members that have not emitted with the pool yet.
  private var fresh: [SequenceID] = []

  /// - Parameter namesBlocks: whether it matters whose blocks are full.
  init(
    _ group: CacheGroup, tag: Int = 0, smoothsGaps: Bool = false, namesBlocks: Bool = false
  ) {
    byEnd = Array(repeating: [], count: namesBlocks ? group.blockTokens : 0)
    self.smoothsGaps = smoothsGaps
    self.tag = tag
    ends = group.ends
  }

  /// Blocks that the members lack for their next tokens.
  @inline(__always)
  var lackingBlocks: Int { ends.lacking }

  /// Blocks that pass out of their windows before that.
  @inline(__always)
  var passingBlocks: Int { ends.passing }

  /// Tokens of `sequence`, a member, in the cache.
  func context(of sequence: Sequence) -> Int { sequence.context + emissions - sequence.joined }

  mutating func join(_ id: SequenceID, _ sequence: inout Sequence) {
    sequence.phase = .decoding
    sequence.pool = tag
    sequence.joined = emissions
    count += 1
    contextSum += sequence.context
    contextSquares += sequence.context * sequence.context
    ends.enter(at: sequence.context)
    if !byEnd.isEmpty { byEnd[ends.residue(of: sequence.context)].append(id) }
    wheel.insert(id, last: lastEmission(of: sequence), now: emissions)
    fresh.append(id)
  }

  /// Takes `sequence` out and brings its own figures up to date, all but its blocks.
  ///
  /// - Parameter late: tokens at the end, one at most, that it emitted with the pool and that do
  ///   not count.
  mutating func leave(_ id: SequenceID, _ sequence: inout Sequence, late: Int = 0) {
    wheel.remove(id, last: lastEmission(of: sequence))
    let context = context(of: sequence)
    ends.leave(at: context)
    if !byEnd.isEmpty { byEnd[ends.residue(of: context)].removeLast(id) }
    if sequence.slidesWithPool { slide(-1, context, &sequence) }
    count -= 1
    contextSum -= context
    contextSquares -= context * context
    let emitted = emissions - sequence.joined
    if emitted == 0 {
      fresh.removeLast(id)
    } else {
      if smoothsGaps { smooth(&sequence, emitted, late) }
      sequence.lastToken = lastEmission
      let shared = maxima.longest(since: sequence.joined + 2)
      sequence.longestGap = max(sequence.longestGap, shared)
    }
    sequence.context = context
    sequence.emitted += emitted
    if count == 0 {
      maxima.removeAll()
      times.removeAll(keepingCapacity: true)
    }
  }

  /// The members, where they are kept by that, that lack so many tokens, less than a block's, to
  /// fill the blocks that they hold.
  func members(lacking tokens: Int) -> [SequenceID] {
    byEnd[ends.residue(of: byEnd.count - tokens)]
  }

  /// From now on `sequence`, a member, gives back blocks with the others.
  mutating func slide(_ sequence: inout Sequence) { slide(1, context(of: sequence), &sequence) }

  private mutating func slide(_ count: Int, _ context: Int, _ sequence: inout Sequence) {
    ends.slide(count, at: context)
    sequence.slidesWithPool = count > 0
  }

  /// Adds the last `emitted` gaps of `sequence`, which is about to leave, but the `late` ones.
  private func smooth(_ sequence: inout Sequence, _ emitted: Int, _ late: Int) {
    var last = sequence.lastToken
    for time in times.dropLast(late).suffix(emitted - late) {
      if last >= 0 { sequence.smoothedGap.add(time - last) }
      last = time
    }
  }

  /// All members emit a token at `now`.
  @inline(__always)
  mutating func emit(
    at now: Nanoseconds, sequences: inout [Sequence], into gaps: inout TokenGaps
  ) {
    let gap = now - lastEmission
    var sharing = count
    if !fresh.isEmpty { sharing -= emitFirst(at: now, gap, &sequences, &gaps) }
    if sharing > 0 { gaps.record(gap, weight: sharing) }
    contextSquares += 2 * contextSum + count
    contextSum += count
    emissions += 1
    if emissions == wheel.horizon { wheel.beginTurn() }
    ends.grow()
    maxima.push(gap, emission: emissions)
    if smoothsGaps { times.append(now) }
    emissionBefore = lastEmission
    lastEmission = now
  }

  /// Books the gaps of members that emit with the pool for the first time; returns how many of them
  /// differ from the `gap` of the rest.
  private mutating func emitFirst(
    at now: Nanoseconds, _ gap: Nanoseconds, _ sequences: inout [Sequence],
    _ gaps: inout TokenGaps
  ) -> Int {
    var different = 0
    for id in fresh {
      if sequences[id].emitted == 0 {
        sequences[id].firstToken = now
        different += 1
        continue
      }
      let own = now - sequences[id].lastToken
      if own != gap || lastEmission < 0 {
        gaps.record(own)
        different += 1
      }
      sequences[id].longestGap = max(sequences[id].longestGap, own)
    }
    fresh.removeAll(keepingCapacity: true)
    return different
  }

  /// When `sequence`, a member, emitted its last token, and the one before that.
  func lastTokens(of sequence: Sequence) -> (last: Nanoseconds, before: Nanoseconds) {
    switch emissions - sequence.joined {
    case 0: (sequence.lastToken, sequence.tokenBefore)
    case 1: (lastEmission, sequence.lastToken)
    default: (lastEmission, emissionBefore)
    }
  }

  /// A member that has emitted its last token, if there is one.
  @inline(__always)
  func nextFinished() -> SequenceID? { wheel.first(last: emissions) }

  /// Whether the next emission is the last of a member, or the first of a turn of the wheel.
  @inline(__always)
  var completesNext: Bool {
    wheel.first(last: emissions + 1) != nil || emissions + 1 == wheel.horizon
  }

  private func lastEmission(of sequence: Sequence) -> Int {
    sequence.joined + sequence.outputTokens - sequence.emitted
  }
}
