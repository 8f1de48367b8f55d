/// The groups of layers that take blocks of their own from one pool, all of the same bytes, as
/// vLLM's hybrid cache manager has them.
public struct CacheGroups: Sendable, Equatable {
  /// Groups whose layers keep every token.
  public var whole = 1
  /// The tokens that the layers of each further group keep, the last ones. Blocks wholly behind
  /// them are free again when the sequence takes its next.
  public var windows: [Int] = []
  /// Groups whose layers keep a state: one block of each sequence, however long it is.
  public var states = 0

  public init(whole: Int = 1, windows: [Int] = [], states: Int = 0) {
    self.whole = whole
    self.windows = windows
    self.states = states
  }

  /// Blocks of `blockTokens` that a sequence of `tokens` takes at most where no iteration computes
  /// more than `most`: of windows no more than they and those tokens reach (vLLM 0.33, the gate of
  /// `scheduler_reserve_full_isl`).
  public func blocks(forWhole tokens: Int, of blockTokens: Int, most: Int) -> Int {
    let all = blocks(of: nil, forWhole: tokens, of: blockTokens, most: most)
    return windows.reduce(all * whole + states) { sum, window in
      sum + blocks(of: window, forWhole: tokens, of: blockTokens, most: most)
    }
  }

  /// The same of one group that keeps the last `window` tokens, or all.
  func blocks(of window: Int?, forWhole tokens: Int, of blockTokens: Int, most: Int) -> Int {
    let all = (tokens + blockTokens - 1) / blockTokens
    return window.map { min(all, ($0 - 1 + most + blockTokens - 1) / blockTokens + 1) } ?? all
  }
}

/// How many blocks sequences take in all groups together.
struct CacheGroup: Sendable {
  /// Tokens in a block.
  let blockTokens: Int
  /// Groups that take a block where one is full.
  let growing: Int
  let groups: CacheGroups
  /// The tokens that groups keep that do not keep all, those in flight included.
  let windows: [Int]
  /// Tokens of a decode in flight when the next plan is made, which do not count as computed.
  let ahead: Int

  /// - Parameters:
  ///   - schedulesAhead: whether plans are made while a batch runs.
  ///   - slides: whether blocks behind windows are given back, as far as they are counted here.
  init(
    blockTokens: Int, groups: CacheGroups = CacheGroups(), schedulesAhead: Bool = false,
    slides: Bool = true
  ) {
    self.blockTokens = blockTokens
    self.groups = groups
    growing = groups.whole + groups.windows.count
    ahead = schedulesAhead ? 1 : 0
    windows = slides ? groups.windows.map { [ahead] in $0 + ahead } : []
  }

  /// Blocks of each group that hold `tokens` tokens.
  @inline(__always)
  func ofEach(for tokens: Int) -> Int { (tokens + blockTokens - 1) / blockTokens }

  /// Blocks that hold `tokens` tokens, taken when all but the last of them were computed.
  @inline(__always)
  func blocks(for tokens: Int) -> Int { blocks(for: tokens, behind: tokens - 1) }

  /// Blocks that hold `tokens` tokens, taken when `context` of them were computed.
  @inline(__always)
  func blocks(for tokens: Int, behind context: Int) -> Int {
    if tokens == 0 { return 0 }
    let taken = ofEach(for: tokens) * growing + groups.states
    return windows.isEmpty ? taken : taken - passed(at: context)
  }

  /// Tokens of one sequence that `blocks` blocks hold, if none of them passes out of a window.
  @inline(__always)
  func tokens(in blocks: Int) -> Int {
    max(0, blocks - groups.states) / max(1, growing) * blockTokens
  }

  /// Blocks that lie wholly behind the windows of a sequence with `context` computed tokens.
  private func passed(at context: Int) -> Int {
    windows.reduce(0) { $0 + max(0, context - $1 + 1) / blockTokens }
  }

  /// Blocks that a sequence with `context` tokens lacks for its next one, less those that it frees.
  @inline(__always)
  func lacking(at context: Int) -> Int {
    let taken = context % blockTokens == 0 ? growing : 0
    return windows.isEmpty ? taken : taken - passed(at: context) + passed(at: context - 1)
  }

  /// The ends of blocks of sequences that grow together.
  var ends: BlockEnds { BlockEnds(blockTokens: blockTokens, each: growing, windows: windows) }
}

extension EngineRules {
  /// Blocks that hold `tokens` tokens.
  public func blocks(for tokens: Int) -> Int { group.blocks(for: tokens) }

  /// Whose blocks the cache counts.
  var group: CacheGroup { group(slides: true) }

  func group(slides: Bool) -> CacheGroup {
    CacheGroup(
      blockTokens: memory.blockSize, groups: memory.groups,
      schedulesAhead: outputs.schedulesAhead, slides: slides)
  }
}

/// How many blocks those sequences take, and give back, for their next tokens that grow together, a
/// token at a time: known without a look at any of them.
struct BlockEnds: Sendable {
  /// Sequences by context less growth, modulo the tokens of a block.
  private var residues: [Int]
  /// The residue of those whose context fills their blocks.
  private var full = 0
  /// Blocks that each of those lacks.
  private let each: Int
  private var windows: [WindowEnds]

  init(blockTokens: Int, each: Int, windows: [Int]) {
    residues = Array(repeating: 0, count: blockTokens)
    self.each = each
    self.windows = windows.map { WindowEnds(window: $0, blockTokens: blockTokens) }
  }

  /// Blocks that they lack.
  @inline(__always)
  var lacking: Int { residues[full] * each }

  /// Blocks that pass out of their windows before that.
  var passing: Int { windows.reduce(0) { $0 + $1.passing(full) } }

  /// A sequence with `context` tokens grows with the others from now on.
  mutating func enter(at context: Int) { residues[residue(of: context)] += 1 }

  /// A sequence that has `context` tokens by now does so no more.
  mutating func leave(at context: Int) { residues[residue(of: context)] -= 1 }

  /// What a sequence that has `context` tokens now keeps in common with others while they grow.
  @inline(__always)
  func residue(of context: Int) -> Int { (context + full) % residues.count }

  /// One more, or one less, of the sequences that grow has `context` tokens and gives back a block
  /// whenever one has passed out of a window.
  mutating func slide(_ count: Int, at context: Int) {
    for index in windows.indices { windows[index].add(count, at: context, full) }
  }

  /// All of them have a token more.
  @inline(__always)
  mutating func grow() {
    full = full == 0 ? residues.count - 1 : full - 1
    for index in windows.indices { windows[index].grow(full) }
  }
}

/// The same of blocks that pass out of one window.
private struct WindowEnds: Sendable {
  let window: Int
  /// Sequences that fill the window, by context less growth.
  private var residues: [Int]
  /// Sequences that do not yet, by the growth at which they will.
  private var filling: [Int: Int] = [:]
  private var growth = 0

  init(window: Int, blockTokens: Int) {
    self.window = window
    residues = Array(repeating: 0, count: blockTokens)
  }

  func passing(_ full: Int) -> Int { residues[(window - 1 + full) % residues.count] }

  mutating func add(_ count: Int, at context: Int, _ full: Int) {
    if context >= window {
      residues[(context + full) % residues.count] += count
    } else {
      filling[growth + window - context, default: 0] += count
    }
  }

  mutating func grow(_ full: Int) {
    growth += 1
    guard let count = filling.removeValue(forKey: growth) else { return }
    residues[(window + full) % residues.count] += count
  }
}
