/// How full KV memory and batches were, and for how long, over the time that batches ran.
public struct Occupancy: Sendable, Equatable {
  /// Time that iterations took, summed over replicas.
  public private(set) var busy: TotalNanoseconds = 0
  /// Iterations.
  public private(set) var iterations = 0
  /// Time spent with this share of the KV blocks in use, by whole per cent, 0 to 100.
  public private(set) var timeByMemoryPercent = [TotalNanoseconds](repeating: 0, count: 101)
  /// The most blocks in use at once.
  public private(set) var peakBlocks = 0
  /// The blocks there are on a replica.
  public private(set) var totalBlocks = 0
  /// The most sequences in one batch, and the most tokens.
  public private(set) var peakSequences = 0
  public private(set) var peakTokens = 0
  /// Sums over iterations.
  public private(set) var tokens = 0
  public private(set) var decodes = 0
  public private(set) var promptTokens = 0
  /// Time spent with as many sequences running as the cap allows.
  public private(set) var timeAtSequenceCap: TotalNanoseconds = 0
  /// Time that the first stage of a pipeline stood idle with batches in later ones.
  public private(set) var bubbles: TotalNanoseconds = 0
  /// Blocks in use, and sequences in a batch, times the nanoseconds for which they were.
  private var blockTime: Int128 = 0
  private var sequenceTime: Int128 = 0

  public init() {}

  /// That of all `pools` together, which may have different memories.
  init(of pools: [Occupancy]) {
    totalBlocks = pools.reduce(0) { max($0, $1.totalBlocks) }
    for pool in pools {
      busy += pool.busy
      iterations += pool.iterations
      for percent in pool.timeByMemoryPercent.indices {
        timeByMemoryPercent[percent] += pool.timeByMemoryPercent[percent]
      }
      peakSequences = max(peakSequences, pool.peakSequences)
      peakTokens = max(peakTokens, pool.peakTokens)
      tokens += pool.tokens
      decodes += pool.decodes
      promptTokens += pool.promptTokens
      timeAtSequenceCap += pool.timeAtSequenceCap
      bubbles += pool.bubbles
      // Blocks count as parts of their memory.
      if pool.totalBlocks > 0 {
        peakBlocks = max(peakBlocks, pool.peakBlocks * totalBlocks / pool.totalBlocks)
        blockTime += pool.blockTime * Int128(totalBlocks) / Int128(pool.totalBlocks)
      }
      sequenceTime += pool.sequenceTime
    }
  }

  /// The mean share of KV blocks in use while batches ran, 0 to 1.
  public var meanMemory: Double {
    totalBlocks == 0 || busy == 0 ? 0 : Double(blockTime) / Double(busy) / Double(totalBlocks)
  }

  /// The mean number of sequences in a batch while batches ran, weighted by time.
  public var meanSequences: Double { busy == 0 ? 0 : Double(sequenceTime) / Double(busy) }

  /// The mean number of tokens in an iteration.
  public var meanTokens: Double { iterations == 0 ? 0 : Double(tokens) / Double(iterations) }

  /// The time spent with at least `percent` of the KV blocks in use.
  public func time(withMemoryAtLeast percent: Int) -> TotalNanoseconds {
    timeByMemoryPercent[percent...].reduce(0, +)
  }

  /// Books `duration` of an idle first stage.
  mutating func recordBubble(_ duration: Nanoseconds) {
    bubbles += TotalNanoseconds(max(0, duration))
  }

  /// Books an iteration of `batch` that took `duration`.
  @inline(__always)
  mutating func record(
    _ batch: borrowing Batch, for duration: Nanoseconds, usedBlocks: Int, of total: Int,
    atSequenceCap: Bool
  ) {
    let span = TotalNanoseconds(duration)
    busy += span
    iterations += 1
    totalBlocks = total
    timeByMemoryPercent[total == 0 ? 0 : usedBlocks * 100 / total] += span
    peakBlocks = max(peakBlocks, usedBlocks)
    peakSequences = max(peakSequences, batch.sequences)
    peakTokens = max(peakTokens, batch.tokens)
    tokens += batch.tokens
    decodes += batch.decodes
    promptTokens += batch.chunkTokens
    if atSequenceCap { timeAtSequenceCap += span }
    blockTime += Self.product(usedBlocks, duration)
    sequenceTime += Self.product(batch.sequences, duration)
  }

  /// As the product of two `Int128`, which takes several times as long.
  @inline(__always)
  private static func product(_ a: Int, _ b: Int) -> Int128 {
    let (high, low) = a.multipliedFullWidth(by: b)
    return Int128(high) << 64 | Int128(low)
  }
}
