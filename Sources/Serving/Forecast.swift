/// The blocks that the sequences which decode will hold, iteration by iteration, if every answer
/// turns out as long as the average: what admission by predicted peak asks.
///
/// NanoFlow (OSDI 2025, section 4.2.1; `check_future_page_usage` in `serve_8B.py` of
/// github.com/efeslab/Nanoflow at 23c8046). A sequence is reckoned with until it would pass the
/// average; the sums change only when one joins or leaves, by an addition for each iteration left.
struct Forecast: Sendable {
  /// Tokens of a prompt, and of its answer, on average.
  let lengths: EngineRules.Lengths
  let blockSize: Int
  /// Blocks by iteration, in a ring that begins with the one under way, or the next.
  private var blocks: [Int]
  private var first = 0

  init(_ lengths: EngineRules.Lengths, blockSize: Int) {
    self.lengths = lengths
    self.blockSize = blockSize
    blocks = Array(repeating: 0, count: lengths.prompt + lengths.answer + 2)
  }

  /// Tokens that no sequence is reckoned with at.
  private var end: Int { blocks.count }

  /// Blocks of the sequences reckoned with, in the iteration under way.
  var now: Int { blocks[first] }

  /// Blocks that must be left at the peak for one request more.
  var spare: Int { (lengths.prompt + lengths.answer + blockSize) / blockSize }

  /// Goes on to the next iteration.
  @inline(__always)
  mutating func advance() {
    blocks[first] = 0
    first = first + 1 == blocks.count ? 0 : first + 1
  }

  /// A sequence with `context` cached tokens decodes from the iteration under way on.
  mutating func enter(context: Int) { add(1, context) }

  /// A sequence that has `context` cached tokens now decodes no more.
  mutating func leave(context: Int) { add(-1, context) }

  private mutating func add(_ sign: Int, _ context: Int) {
    var slot = first
    forEachIteration(after: context) { held in
      blocks[slot] += sign * held
      slot = slot + 1 == blocks.count ? 0 : slot + 1
    }
  }

  /// The most blocks at once, with `prefilling` sequences more whose prompts are average.
  func peak(prefilling: Int) -> Int {
    var peak = 0
    var slot = first
    func visit(_ more: Int) {
      peak = max(peak, blocks[slot] + more)
      slot = slot + 1 == blocks.count ? 0 : slot + 1
    }
    forEachIteration(after: lengths.prompt) { visit(prefilling * $0) }
    for _ in 0..<lengths.prompt { visit(0) }
    return peak
  }

  /// Calls `body` with the blocks that a sequence with `context` cached tokens holds, iteration by
  /// iteration, as long as it is reckoned with.
  private func forEachIteration(after context: Int, _ body: (Int) -> Void) {
    guard context + 1 < end else { return }
    var held = context / blockSize + 1
    var room = held * blockSize - context
    for _ in (context + 1)..<end {
      if room == 0 {
        held += 1
        room = blockSize
      }
      room -= 1
      body(held)
    }
  }
}

extension Replica {
  /// Whether one request more, of average length, would fit even when the sequences here hold the
  /// most; decodes of the plan under way have been chosen before.
  ///
  /// Whoever is past the average is taken to keep what it holds. Nobody waits for an empty replica.
  func hasRoomAtPeak(_ forecast: borrowing Forecast) -> Bool {
    if running.isEmpty { return true }
    let held = cache.totalBlocks - cache.freeBlocks - overrun.blocks
    let overdue = held - forecast.now - prefilling.reduce(0) { $0 + sequences[$1.index].blocks }
    let peak = forecast.peak(prefilling: prefilling.count)
    return cache.totalBlocks - overdue - peak > forecast.spare
  }
}

/// Decodes of sequences that are done, which the next batch was formed too early to leave out, and
/// the blocks that they keep until it ends.
struct Overrun: Sendable {
  private(set) var count = 0
  private(set) var contextSum = 0
  private(set) var contextSquares = 0
  private(set) var blocks = 0

  mutating func add(context: Int, blocks: Int) {
    self.blocks += blocks
    count += 1
    contextSum += context
    contextSquares += context * context
  }
}
