/// The keys and values that a replica keeps, counted in blocks.
public struct KVCache: Sendable {
  /// The blocks that sequences can hold.
  public let totalBlocks: Int
  /// Blocks that can be taken now.
  public private(set) var freeBlocks: Int
  /// Blocks given back that become free when as many further plans have begun as the index says;
  /// empty where they are free at once.
  private var releasing: [Int]
  /// Sequences that gave them back, likewise.
  private var releasers: [Int]

  init(totalBlocks: Int, releaseLag: Int) {
    self.totalBlocks = totalBlocks
    freeBlocks = totalBlocks
    releasing = releaseLag == 0 ? [] : Array(repeating: 0, count: releaseLag + 1)
    releasers = releasing
  }

  /// Blocks that hold something while the batch that was planned last runs.
  public var usedBlocks: Int { totalBlocks - freeBlocks - (releasing.first ?? 0) }

  /// Whether blocks given back become free before the next plan.
  public var isReleasing: Bool { (releasing.first ?? 0) > 0 }

  /// Sequences that are done or evicted and whose blocks are still to become free.
  public var releasingSequences: Int { releasers.reduce(0, +) }

  /// Blocks given back that are still to become free.
  var allReleasing: Int { releasing.reduce(0, +) }

  mutating func take(_ blocks: Int) {
    precondition(blocks <= freeBlocks, "a replica takes only free blocks")
    freeBlocks -= blocks
  }

  /// Gives back the blocks of a sequence that has finished.
  mutating func release(_ blocks: Int) {
    if releasing.isEmpty { freeBlocks += blocks } else { enter(blocks, at: releasing.count - 1) }
  }

  /// Gives back the blocks of a sequence that the plan under way evicts.
  mutating func evict(_ blocks: Int) {
    if releasing.isEmpty { freeBlocks += blocks } else { enter(blocks, at: 0) }
  }

  /// Frees the blocks whose time has come.
  mutating func beginPlan() {
    guard !releasing.isEmpty else { return }
    freeBlocks += releasing[0]
    for index in releasing.indices.dropLast() {
      releasing[index] = releasing[index + 1]
      releasers[index] = releasers[index + 1]
    }
    releasing[releasing.count - 1] = 0
    releasers[releasing.count - 1] = 0
  }

  private mutating func enter(_ blocks: Int, at index: Int) {
    releasing[index] += blocks
    releasers[index] += 1
  }

  /// Frees all blocks given back, as the empty plans of an idle engine would.
  mutating func releaseAll() {
    for index in releasing.indices {
      freeBlocks += releasing[index]
      releasing[index] = 0
      releasers[index] = 0
    }
  }
}
