/// The blocks of a replica by name, where prompts share their beginnings: who holds which, and the
/// hash under which each full one is found. Each group of layers has its own.
struct PrefixBlocks: Sendable {
  /// The hashes of the trace's prompts, request by request, and the tokens of a hashed block.
  struct Source: Sendable {
    let hashes: PrefixHashes
    let tokens: Int

    /// The hashes of `trace`, if it has any.
    init?(_ trace: Trace) {
      guard let hashes = trace.columns.prefixHashes else { return nil }
      self.hashes = hashes
      tokens = trace.columns.prefixBlockTokens
    }

    /// Whether the hashes of `sequence` go on behind those of its prompt, and name its output.
    func goesOn(behind sequence: Sequence) -> Bool {
      hashes[sequence.request.index].count > (sequence.promptTokens + tokens - 1) / tokens
    }
  }

  /// What a sequence holds for one group of layers.
  struct Held {
    var blocks: [BlockID] = []
    /// Blocks before those that lie behind the group's window: given back, or never taken.
    var passed = 0
    /// How many blocks, those included, are full and have their hash.
    var full = 0

    /// The place of the next block.
    var end: Int { passed + blocks.count }
  }

  private(set) var cache: PrefixCache
  private let source: Source
  private let group: CacheGroup
  /// Tokens behind a block that its hash covers.
  private let lookahead: Int
  /// Whether free blocks without a hash are taken first.
  private let takesUnnamedFirst: Bool
  /// By group of layers, the tokens that it keeps; nil for all.
  let windows: [Int?]
  /// Whether there is one group, which keeps all.
  private let isOne: Bool
  /// By slot, group by group.
  private(set) var held: [Held] = []
  /// What was found for the sequence that grows next, by group; empty for nothing.
  private var found: [GroupHit] = []

  init(_ source: Source, blocks: Int, _ rules: EngineRules) {
    cache = PrefixCache(blocks: blocks)
    self.source = source
    group = rules.group
    windows = Array(repeating: nil, count: group.groups.whole) + group.groups.windows
    isOne = windows == [nil]
    lookahead = rules.speculation?.hashLookahead ?? 0
    takesUnnamedFirst = rules.memory.reusesUnnamedFirst
  }

  /// Makes room for one sequence more, in the next slot.
  mutating func addSlot() { for _ in windows { held.append(Held()) } }

  /// What the sequence in `slot` holds, in `held`.
  private func places(_ slot: Int) -> Range<Int> {
    slot * windows.count..<(slot + 1) * windows.count
  }

  /// What the sequence in `slot` holds, by group of layers.
  func held(in slot: Int) -> ArraySlice<Held> { held[places(slot)] }

  /// Finds the blocks at the beginning of `sequence`, which holds none, that are in the cache, for
  /// it to take when it grows; never all of its known tokens, for the last one has to be computed.
  ///
  /// - Returns: the full blocks of tokens that are there, and the blocks, of all groups together,
  ///   that it need not take.
  mutating func find(_ sequence: Sequence) -> (length: Int, covered: Int) {
    found = hits(sequence)
    return (
      found.first.map { $0.passed + $0.hit.blocks.count } ?? 0,
      found.reduce(0) { $0 + $1.passed + $1.hit.blocks.count - $1.hit.freeBlocks }
    )
  }

  private func hits(_ sequence: Sequence) -> [GroupHit] {
    let full = (sequence.target - 1) / group.blockTokens
    let names = names(of: sequence)
    if isOne {
      let hit = cache.longestHit(among: (0..<full).lazy.map { names[$0] })
      return hit.blocks.isEmpty ? [] : [GroupHit(hit: hit)]
    }
    return cache.hits(windows, blockTokens: group.blockTokens, full) { names[$0] }
  }

  /// Lets go of what was found.
  mutating func forget() { found = [] }

  /// Free blocks that the sequence takes for which blocks were found last, for `tokens` tokens of
  /// which no iteration computes more than `most`.
  func lacking(toWhole tokens: Int, most: Int) -> Int {
    windows.enumerated().reduce(0) { sum, next in
      let all = group.groups.blocks(
        of: next.element, forWhole: tokens, of: group.blockTokens, most: most)
      if found.isEmpty { return sum + all }
      let (passed, hit) = (found[next.offset].passed, found[next.offset].hit)
      return sum + max(0, all - passed - hit.blocks.count) + hit.freeBlocks
    }
  }

  /// Takes the blocks that `sequence` lacks to hold `tokens` tokens, those first that were found,
  /// and enters those that are full of the first `known` tokens under their hashes.
  mutating func extend(_ id: SequenceID, _ sequence: Sequence, to tokens: Int, known: Int) {
    let places = places(id.index)
    if !found.isEmpty {
      for (place, found) in zip(places, found) {
        cache.take(found.hit, into: &held[place].blocks)
        held[place].passed = found.passed
        held[place].full = held[place].end
      }
      forget()
    }
    let last = group.ofEach(for: tokens)
    for place in places where held[place].end < last {
      cache.take(last - held[place].end, into: &held[place].blocks)
    }
    let end = known / group.blockTokens
    if held[places.lowerBound].full >= end { return }
    let names = names(of: sequence)
    for place in places {
      let (blocks, passed) = (held[place].blocks, held[place].passed)
      for block in max(held[place].full, passed)..<end {
        let name = GroupHit.name(names[block], of: place - places.lowerBound)
        cache.register(blocks[block - passed], under: name)
      }
      held[place].full = end
    }
  }

  /// Gives back the blocks of `id`, of which `context` tokens are computed, that lie behind the
  /// windows; returns how many of them nobody else holds.
  mutating func slide(_ id: SequenceID, at context: Int) -> Int {
    let before = cache.freeBlocks
    for (place, window) in zip(places(id.index), windows) {
      guard let window else { continue }
      let behind = min(max(0, context - window + 1) / group.blockTokens, held[place].end)
      let gone = behind - held[place].passed
      if gone <= 0 { continue }
      cache.release(Array(held[place].blocks.prefix(gone)), unnamedFirst: takesUnnamedFirst)
      held[place].blocks.removeFirst(gone)
      held[place].passed = behind
    }
    return cache.freeBlocks - before
  }

  /// Has it keep the names of what is found no more, until `takeDropped` is asked.
  mutating func keepDropped() { cache.keepsDropped = true }

  /// The names of blocks that were found no more since this was asked.
  mutating func takeDropped() -> [UInt64] {
    defer { cache.dropped.removeAll(keepingCapacity: true) }
    return cache.dropped
  }

  /// What the first `count` units of `each` blocks of `sequence` are called: as the last block.
  func units(of sequence: Sequence, _ count: Int, each: Int) -> [UInt64] {
    let names = names(of: sequence)
    return (0..<count).map { names[($0 + 1) * each - 1] }
  }

  /// Gives back all blocks of `id`; returns how many of them nobody else holds.
  mutating func release(_ id: SequenceID) -> Int {
    let before = cache.freeBlocks
    for place in places(id.index) {
      cache.release(held[place].blocks, unnamedFirst: takesUnnamedFirst)
      held[place].blocks.removeAll(keepingCapacity: true)
      (held[place].passed, held[place].full) = (0, 0)
    }
    return cache.freeBlocks - before
  }

  /// What full blocks of `sequence` are called: by the trace's hashes, which may go on behind the
  /// prompt and name the blocks of the output, or by its own, which it has again after a
  /// preemption.
  private struct Names {
    let hashes: ArraySlice<UInt64>
    let blockTokens: Int
    /// Tokens behind a block that its name covers.
    let lookahead: Int
    let sourceTokens: Int
    /// Tokens that the hashes tell of.
    let hashedTokens: Int
    let row: UInt64

    subscript(block: Int) -> UInt64 {
      let last = (block + 1) * blockTokens - 1 + lookahead
      if last < hashedTokens {
        let (place, rest) = last.quotientAndRemainder(dividingBy: sourceTokens)
        return PrefixBlocks.mix(hashes[hashes.startIndex + place], UInt64(rest))
      }
      return PrefixBlocks.mix(row | 1 << 63, UInt64(block) | 1 << 62)
    }
  }

  private func names(of sequence: Sequence) -> Names {
    let hashes = source.hashes[sequence.request.index]
    let hashed = hashes.count * source.tokens
    return Names(
      hashes: hashes, blockTokens: group.blockTokens, lookahead: lookahead,
      sourceTokens: source.tokens,
      hashedTokens: source.goesOn(behind: sequence) ? hashed : min(hashed, sequence.promptTokens),
      row: UInt64(sequence.request.index))
  }

  /// One number of two, by two rounds of SplitMix64's finaliser.
  static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    func scramble(_ value: UInt64) -> UInt64 {
      var z = value &+ 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    return scramble(scramble(a) ^ b)
  }
}
