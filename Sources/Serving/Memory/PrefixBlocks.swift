/// The blocks of a replica by name, where prompts share their beginnings: who holds which, and the
/// hash under which each full one is found.
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

  /// What a sequence holds.
  struct Held {
    var blocks: [BlockID] = []
    /// How many of them are full and have their hash.
    var full = 0
  }

  private(set) var cache: PrefixCache
  private let source: Source
  private let group: CacheGroup
  /// Tokens behind a block that its hash covers.
  private let lookahead: Int
  /// Whether free blocks without a hash are taken first.
  private let takesUnnamedFirst: Bool
  /// By slot.
  private(set) var held: [Held] = []
  /// What was found for the sequence that grows next.
  private var found = PrefixCache.Hit()

  init(_ source: Source, blocks: Int, _ rules: EngineRules) {
    cache = PrefixCache(blocks: blocks)
    self.source = source
    group = rules.group
    lookahead = rules.speculation?.hashLookahead ?? 0
    takesUnnamedFirst = rules.memory.reusesUnnamedFirst
  }

  /// Makes room for one sequence more, in the next slot.
  mutating func addSlot() { held.append(Held()) }

  /// Finds the blocks at the beginning of `sequence`, which holds none, that are in the cache, for
  /// it to take when it grows; never all of its known tokens, for the last one has to be computed.
  mutating func find(_ sequence: Sequence) -> PrefixCache.Hit {
    found = hit(sequence)
    return found
  }

  private func hit(_ sequence: Sequence) -> PrefixCache.Hit {
    let full = (sequence.target - 1) / group.blockTokens
    let names = names(of: sequence)
    return cache.longestHit(among: (0..<full).lazy.map { names[$0] })
  }

  /// Lets go of what was found.
  mutating func forget() { found = PrefixCache.Hit() }

  /// Takes the blocks that `sequence` lacks to hold `tokens` tokens, those first that were found,
  /// and enters those that are full of the first `known` tokens under their hashes.
  mutating func extend(_ id: SequenceID, _ sequence: Sequence, to tokens: Int, known: Int) {
    if !found.blocks.isEmpty {
      cache.take(found, into: &held[id.index].blocks)
      held[id.index].full = found.blocks.count
      forget()
    }
    let missing = group.blocks(for: tokens) - held[id.index].blocks.count
    if missing > 0 { cache.take(missing, into: &held[id.index].blocks) }
    let full = held[id.index].full
    let end = known / group.blockTokens
    if full >= end { return }
    let names = names(of: sequence)
    let blocks = held[id.index].blocks
    for block in full..<end { cache.register(blocks[block], under: names[block]) }
    held[id.index].full = end
  }

  /// Gives back all blocks of `id`; returns how many of them nobody else holds.
  mutating func release(_ id: SequenceID) -> Int {
    let before = cache.freeBlocks
    cache.release(held[id.index].blocks, unnamedFirst: takesUnnamedFirst)
    held[id.index].blocks.removeAll(keepingCapacity: true)
    held[id.index].full = 0
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
