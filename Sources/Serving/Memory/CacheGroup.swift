/// The groups of layers that take blocks of their own from one pool, all of the same bytes, as
/// vLLM's hybrid cache manager has them.
public struct CacheGroups: Sendable, Equatable {
  /// Groups whose layers keep every token.
  public var whole = 1
  /// Groups whose layers keep a state: one block of each sequence, however long it is.
  public var states = 0

  public init(whole: Int = 1, states: Int = 0) {
    self.whole = whole
    self.states = states
  }
}

/// How many blocks sequences take in all groups together.
struct CacheGroup: Sendable {
  /// Tokens in a block.
  let blockTokens: Int
  var groups = CacheGroups()

  /// Blocks that hold `tokens` tokens.
  @inline(__always)
  func blocks(for tokens: Int) -> Int {
    tokens == 0 ? 0 : (tokens + blockTokens - 1) / blockTokens * groups.whole + groups.states
  }

  /// Blocks that a sequence with `context` tokens lacks for its next one.
  @inline(__always)
  func lacking(at context: Int) -> Int { context % blockTokens == 0 ? groups.whole : 0 }
}

extension EngineRules {
  /// Blocks that hold `tokens` tokens.
  public func blocks(for tokens: Int) -> Int { memory.group.blocks(for: tokens) }
}

extension EngineRules.Memory {
  /// Whose blocks the cache counts.
  var group: CacheGroup { CacheGroup(blockTokens: blockSize, groups: groups) }
}

/// How many of the sequences that grow together, a token at a time, lack a block for their next
/// one: known without a look at any of them.
struct BlockEnds: Sendable {
  /// Sequences by context less growth, modulo the tokens of a block.
  private var residues: [Int]
  /// The residue of those whose context fills their blocks.
  private var full = 0
  /// Blocks that each of those lacks.
  private let each: Int

  init(_ group: CacheGroup) {
    residues = Array(repeating: 0, count: group.blockTokens)
    each = group.groups.whole
  }

  /// Blocks that they lack.
  @inline(__always)
  var lacking: Int { residues[full] * each }

  /// A sequence with `context` tokens grows with the others from now on.
  mutating func enter(at context: Int) { residues[(context + full) % residues.count] += 1 }

  /// A sequence that has `context` tokens by now does so no more.
  mutating func leave(at context: Int) { residues[(context + full) % residues.count] -= 1 }

  /// All of them have a token more.
  @inline(__always)
  mutating func grow() { full = full == 0 ? residues.count - 1 : full - 1 }
}
