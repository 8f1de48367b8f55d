/// The keys and values that a replica keeps, in blocks: who holds how many, and where prompts share
/// them, which.
///
/// This is the one place that divides by the tokens of a block. A sequence that decodes along with
/// others is counted with them (`BlockEnds`) until it is settled.
public struct KVCache: Sendable {
  /// The blocks that sequences can hold.
  public let totalBlocks: Int
  /// Blocks that can be taken now.
  public internal(set) var freeBlocks: Int
  /// Blocks that the plan under way has taken so far.
  private(set) var planned = 0
  /// Blocks in the host's memory that are free.
  private(set) var freeHostBlocks: Int
  /// Whose blocks they are.
  let group: CacheGroup
  /// Whether blocks with names lie behind windows one day: others may hold them still then, so each
  /// sequence gives back its own (`passOut`) and none is counted in `group`.
  let slidesByName: Bool
  /// Whether admission takes all that a sequence will ever hold.
  private let isReserved: Bool
  /// Blocks by slot: those that the sequence holds, on the host if it is swapped out, or that
  /// others hold and it would share if it were admitted.
  private var held: [Int] = []
  /// The blocks by name, where prompts share them.
  private(set) var names: PrefixBlocks?
  /// What was computed, where the engine keeps it in a tree.
  var tree: RadixPages?
  /// Blocks of sequences that are done and are decoded past their ends.
  private(set) var pastEndBlocks = 0
  /// Blocks given back that become free when as many further plans have begun as the index says,
  /// and the sequences that gave them back; empty where they are free at once.
  private var releasing: [(blocks: Int, sequences: Int)]

  /// Why a sequence gives its blocks back.
  enum Release: Sendable { case finished, preempted }

  init(_ rules: EngineRules, prefixes source: PrefixBlocks.Source? = nil) {
    let memory = rules.memory
    totalBlocks = memory.totalBlocks
    freeBlocks = totalBlocks
    freeHostBlocks = memory.swapBlocks
    isReserved = memory.reservesAll
    if memory.sharesPrefixes {
      names = source.map { PrefixBlocks($0, blocks: memory.totalBlocks, rules) }
    }
    group = rules.group(slides: names == nil)
    slidesByName = names != nil && !memory.groups.windows.isEmpty
    if memory.keepsTree { tree = RadixPages(source, pageTokens: memory.blockSize) }
    let lag = memory.releaseLag
    releasing = lag == 0 ? [] : Array(repeating: (0, 0), count: lag + 1)
  }

  /// Blocks that hold something while the batch that was planned last runs.
  public var usedBlocks: Int { totalBlocks - freeBlocks - (releasing.first?.blocks ?? 0) }

  /// Whether blocks given back become free before the next plan.
  public var isReleasing: Bool { (releasing.first?.blocks ?? 0) > 0 }

  /// Sequences that are done or evicted and whose blocks are still to become free.
  public var releasingSequences: Int { releasing.reduce(0) { $0 + $1.sequences } }

  /// Blocks given back that are still to become free.
  var allReleasing: Int { releasing.reduce(0) { $0 + $1.blocks } }

  /// Whether prompts share blocks.
  @inline(__always)
  var sharesPrefixes: Bool { names != nil }

  /// Frees the blocks whose time has come.
  mutating func beginPlan() {
    planned = 0
    guard !releasing.isEmpty else { return }
    freeBlocks += releasing.removeFirst().blocks
    releasing.append((0, 0))
  }

  /// Frees all blocks given back, as the empty plans of an idle engine would.
  mutating func releaseAll() {
    for _ in releasing.indices { beginPlan() }
  }

  /// Takes `blocks`, or gives them back where negative; those that decodes lack are not booked to
  /// their sequences until they settle.
  mutating func take(_ blocks: Int) {
    precondition(blocks <= freeBlocks, "a replica takes only free blocks")
    freeBlocks -= blocks
    planned += blocks
  }

  private mutating func giveBack(_ blocks: Int, _ why: Release) {
    if releasing.isEmpty {
      freeBlocks += blocks
    } else {
      let index = why == .finished ? releasing.count - 1 : 0
      releasing[index].blocks += blocks
      releasing[index].sequences += 1
    }
  }
}

/// What sequences hold, one by one.
extension KVCache {
  /// Makes room for one sequence more, in the next slot.
  mutating func addSlot() {
    held.append(0)
    names?.addSlot()
    tree?.addSlot()
  }

  /// Blocks that `id` holds; while it decodes with others, those when it was settled last.
  @inline(__always)
  func blocks(of id: SequenceID) -> Int { held[id.index] }

  /// Free blocks that `id`, which does not decode and has `context` tokens, takes to hold `tokens`
  /// tokens, less those that it gives back.
  @inline(__always)
  func lacking(_ id: SequenceID, at context: Int, to tokens: Int) -> Int {
    let lacking = group.blocks(for: tokens, behind: context) - held[id.index]
    return slides ? lacking : max(0, lacking)
  }

  /// Blocks that `id`, which waits, takes for its whole prompt of `tokens`, of which no iteration
  /// computes more than `most`.
  func lacking(_ id: SequenceID, toWhole tokens: Int, most: Int) -> Int {
    if slidesByName { return names!.lacking(toWhole: tokens, most: most) }
    let whole = group.groups.blocks(forWhole: tokens, of: group.blockTokens, most: most)
    return max(0, whole - held[id.index])
  }

  /// Gives back what `id` has behind the windows, of which `context` tokens are computed.
  mutating func passOut(_ id: SequenceID, at context: Int) {
    if slidesByName { freeBlocks += names!.slide(id, at: context) }
  }

  /// Whether sequences give back blocks as they grow, counted together.
  @inline(__always)
  var slides: Bool { !group.windows.isEmpty }

  /// Takes the blocks that `id` lacks to hold `tokens` tokens, those first that were found for it.
  ///
  /// - Parameter context: its tokens that are computed.
  @inline(__always)
  mutating func grow(_ id: SequenceID, _ sequence: Sequence, at context: Int, to tokens: Int) {
    reserve(id, sequence, at: context, to: tokens, known: tokens)
    if tree != nil { planned -= tree!.take(id) }
  }

  /// As `grow`, where only the first `known` tokens are known; others find the blocks of these.
  @inline(__always)
  mutating func reserve(
    _ id: SequenceID, _ sequence: Sequence, at context: Int, to tokens: Int, known: Int
  ) {
    let missing = group.blocks(for: tokens, behind: context) - held[id.index]
    if missing > 0 || slides {
      take(missing)
      held[id.index] += missing
    }
    if names != nil { names!.extend(id, sequence, to: tokens, known: known) }
  }

  /// Gives back the blocks of `id`.
  mutating func release(_ id: SequenceID, _ why: Release) {
    if tree != nil {
      giveBack(unlock(id, of: held[id.index]), why)
    } else {
      giveBack(names == nil ? held[id.index] : names!.release(id), why)
    }
    held[id.index] = 0
  }

  /// Looks for the beginning of `id`, which waits, among the blocks that have names; returns the
  /// tokens of what is there, which it shares if it grows next.
  ///
  /// - Parameter pages: how many of its blocks are looked for, where the engine keeps a tree.
  mutating func find(_ id: SequenceID, _ sequence: Sequence, pages: Int? = nil) -> Int {
    if tree != nil {
      let pages = pages ?? (sequence.target - 1) / group.blockTokens
      let found = tree!.find(sequence, pages: pages).pages
      held[id.index] = found - tree!.foundEvictable
      return found * group.blockTokens
    }
    guard names != nil else { return 0 }
    let found = names!.find(sequence)
    held[id.index] = found.covered
    return found.length * group.blockTokens
  }

  /// Tokens of the beginning of `sequence`, which is not here, that would be found.
  mutating func found(_ sequence: Sequence) -> Int {
    guard names != nil else { return 0 }
    defer { names!.forget() }
    return names!.find(sequence).length * group.blockTokens
  }

  /// Undoes that.
  mutating func forget(_ id: SequenceID) {
    held[id.index] = 0
    names?.forget()
    tree?.forget()
  }

  /// Has the names of what leaves be kept, until `takeDropped` is asked.
  mutating func keepDropped() {
    names?.keepDropped()
    tree?.keepDropped()
  }

  /// The names of blocks that left since this was asked.
  mutating func takeDropped() -> [UInt64] {
    tree == nil ? names?.takeDropped() ?? [] : tree!.takeDropped()
  }

  /// Moves the blocks of `id` to the host's memory, if there is room for them; says whether it did.
  mutating func offload(_ id: SequenceID) -> Bool {
    guard held[id.index] <= freeHostBlocks else { return false }
    freeHostBlocks -= held[id.index]
    giveBack(held[id.index], .preempted)
    return true
  }

  /// Gives back the blocks of `id` in the host's memory.
  mutating func releaseHost(_ id: SequenceID) {
    freeHostBlocks += held[id.index]
    held[id.index] = 0
  }

  /// Brings them back.
  mutating func reload(_ id: SequenceID) {
    freeHostBlocks += held[id.index]
    take(held[id.index])
  }
}

/// What those that decode take, each a block at most.
extension KVCache {
  /// Names the block that was taken for `id` to hold `tokens` tokens, of which the first `known`
  /// are known, if one was.
  mutating func nameDecode(
    _ id: SequenceID, _ sequence: Sequence, to tokens: Int, known: Int
  ) {
    if names != nil { names!.extend(id, sequence, to: tokens, known: known) }
  }

  /// Gives back `blocks`, those that a sequence was to decode with; one that has a name is given
  /// back with the others.
  mutating func cutDecode(by blocks: Int) {
    if names == nil { giveBack(blocks, .preempted) }
  }

  /// Books what `id`, which decodes no more, holds with `tokens` tokens.
  mutating func settle(_ id: SequenceID, at tokens: Int) {
    if !isReserved { held[id.index] = group.blocks(for: tokens) }
  }

  /// Books `blocks` that were taken for `id`.
  mutating func book(_ blocks: Int, for id: SequenceID) { held[id.index] += blocks }

  /// Keeps the blocks of `id`, which is done, while it is decoded past its end.
  mutating func keepPastEnd(_ id: SequenceID) {
    pastEndBlocks += held[id.index]
    held[id.index] = 0
  }

  /// Gives those blocks back.
  mutating func releasePastEnd() {
    giveBack(pastEndBlocks, .finished)
    pastEndBlocks = 0
  }
}
