/// The blocks that the sequences which decode will hold, iteration by iteration, if every answer
/// turns out as long as the average: what admission by predicted peak asks.
///
/// NanoFlow (OSDI 2025, section 4.2.1; `check_future_page_usage` in `serve_8B.py` of
/// github.com/efeslab/Nanoflow at 23c8046). A sequence is reckoned with until it would pass the
/// average; the sums change only when one joins or leaves, by an addition for each iteration left.
struct Forecast: Sendable {
  /// Tokens of a prompt, and of its answer, on average.
  let lengths: EngineRules.Lengths
  /// Blocks that must be left at the peak for one request more.
  let spare: Int
  /// Blocks of a sequence, by its tokens; it is reckoned with at no more than these.
  private let held: [Int32]
  /// Blocks by iteration, in a ring that begins with the one under way, or the next.
  private var blocks: [Int32]
  private var first = 0

  init(_ lengths: EngineRules.Lengths, _ group: CacheGroup) {
    self.lengths = lengths
    spare = group.blocks(for: lengths.prompt + lengths.answer + 1)
    held = (0..<lengths.prompt + lengths.answer + 2).map { Int32(group.blocks(for: $0)) }
    blocks = Array(repeating: 0, count: held.count)
  }

  /// Blocks of the sequences reckoned with, in the iteration under way.
  var now: Int { Int(blocks[first]) }

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

  private mutating func add(_ sign: Int32, _ context: Int) {
    let parts = parts(from: context + 1)
    // Without checks of every index the sums are made several at a time.
    blocks.withUnsafeMutableBufferPointer { blocks in
      held.withUnsafeBufferPointer { held in
        for part in parts {
          for offset in 0..<part.count {
            blocks[part.slot &+ offset] &+= sign &* held[part.tokens &+ offset]
          }
        }
      }
    }
  }

  /// The most blocks at once, with `prefilling` sequences more whose prompts are average.
  func peak(prefilling: Int) -> Int {
    let parts = parts(from: lengths.prompt + 1)
    let times = Int32(prefilling)
    return blocks.withUnsafeBufferPointer { blocks in
      held.withUnsafeBufferPointer { held in
        var peak: Int32 = 0
        for offset in 0..<blocks.count { peak = max(peak, blocks[offset]) }
        for part in parts {
          for offset in 0..<part.count {
            let more = times &* held[part.tokens &+ offset]
            peak = max(peak, blocks[part.slot &+ offset] &+ more)
          }
        }
        return Int(peak)
      }
    }
  }

  /// Where a sequence that has `tokens` in the iteration under way, and one more in each to come,
  /// is reckoned with: stretches of the ring, and its tokens at their beginnings.
  private func parts(from tokens: Int) -> [(slot: Int, tokens: Int, count: Int)] {
    let count = max(0, held.count - tokens)
    let straight = min(count, blocks.count - first)
    return [(first, tokens, straight), (0, tokens + straight, count - straight)]
  }
}

extension Replica {
  /// Whether one request more, of average length, would fit even when the sequences here hold the
  /// most; decodes of the plan under way have been chosen before.
  ///
  /// Whoever is past the average is taken to keep what it holds. Nobody waits for an empty replica.
  /// `mutating` only to avoid a copy of `self`.
  mutating func hasRoomAtPeak() -> Bool {
    guard let forecast, !running.isEmpty else { return true }
    let held = cache.totalBlocks - cache.freeBlocks - cache.pastEndBlocks
    let overdue = held - forecast.now - prefilling.reduce(0) { $0 + cache.blocks(of: $1) }
    let peak = forecast.peak(prefilling: prefilling.count)
    return cache.totalBlocks - overdue - peak > forecast.spare
  }
}

/// Decodes of sequences that are done, which the next batch was formed too early to leave out.
struct PastEndDecodes: Sendable {
  private(set) var count = 0
  private(set) var contextSum = 0
  private(set) var contextSquares = 0

  mutating func add(context: Int) {
    count += 1
    contextSum += context
    contextSquares += context * context
  }
}
