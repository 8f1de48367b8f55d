import Metrics
import Serving

/// What one cache of any size, shared by all requests of a trace and asked in their order, would
/// have spared of their prompts.
///
/// A request hits its full blocks up to the first that is not in the cache; then all its full
/// blocks are touched in order, and enter where they are missing. The block that was touched the
/// longest time ago makes room, and no request takes any time. How large the cache has to be for a
/// hit is the number of different blocks touched since (Mattson et al., IBM Systems Journal 9,
/// 1970), so that one walk tells all sizes.
public struct PrefixSharing: Sendable, Equatable {
  /// Tokens in a block of the trace's hashes.
  public var blockTokens: Int
  /// Tokens of all prompts.
  public var promptTokens: Int
  /// Hashes in the trace, and different ones among them; blocks that are not full are counted.
  public var blocks = 0
  public var distinctBlocks = 0
  /// Blocks that are full, which alone are cached.
  public var fullBlocks = 0
  /// Requests with a hash, and those that have a block after one that no request before had, though
  /// one had the block itself: hashes that are chained never do.
  public var requests = 0
  public var unchained = 0
  /// How many full blocks are hit by a cache of so many blocks and by none that is smaller.
  private var needed: [Int] = [0]
  /// Likewise the requests that hit a block.
  private var neededByRequest: [Int] = [0]

  /// The reuse within `trace`; nil where its source gives no hashes.
  public init?(_ trace: Trace) {
    guard let hashes = trace.columns.prefixHashes, hashes.contains(where: { !$0.isEmpty }) else {
      return nil
    }
    blockTokens = trace.columns.prefixBlockTokens
    promptTokens = trace.requests.reduce(0) { $0 + $1.promptTokens }
    let numbered = NumberedBlocks(hashes)
    (blocks, distinctBlocks) = (numbered.blocks.count, numbered.distinct)
    var stack = BlockStack(distinct: numbered.distinct)
    var start = 0
    for (request, list) in zip(trace.requests, hashes) {
      let full = min(list.count, request.promptTokens / blockTokens)
      if !list.isEmpty { requests += 1 }
      fullBlocks += full
      count(numbered.blocks[start..<start + full], &stack)
      start += list.count
    }
    needed = Self.sums(needed)
    neededByRequest = Self.sums(neededByRequest)
  }

  private mutating func count(_ blocks: ArraySlice<Int32>, _ stack: inout BlockStack) {
    var largest = 0
    var isMissed = false
    for (place, block) in blocks.enumerated() {
      if isMissed {
        if stack.holds(block) {
          unchained += 1
          break
        }
        continue
      }
      guard let depth = stack.depth(of: block) else {
        isMissed = true
        continue
      }
      largest = max(largest, depth)
      Self.add(1, to: &needed, at: largest)
      if place == 0 { Self.add(1, to: &neededByRequest, at: largest) }
    }
    for block in blocks { stack.touch(block) }
  }

  private static func add(_ number: Int, to counts: inout [Int], at place: Int) {
    if place >= counts.count {
      counts.append(contentsOf: repeatElement(0, count: place + 1 - counts.count))
    }
    counts[place] += number
  }

  private static func sums(_ counts: [Int]) -> [Int] {
    var sum = 0
    return counts.map { count in
      sum += count
      return sum
    }
  }

  /// Full blocks that a cache of `size` blocks spares; of any size where nil.
  public func hitBlocks(_ size: Int? = nil) -> Int { Self.value(needed, size) }

  /// Tokens of prompts that it spares.
  public func hitTokens(_ size: Int? = nil) -> Int { hitBlocks(size) * blockTokens }

  /// The share of the prompts' tokens that it spares.
  public func hitRate(_ size: Int? = nil) -> Double {
    promptTokens == 0 ? 0 : Double(hitTokens(size)) / Double(promptTokens)
  }

  /// The share of full blocks that it spares.
  public func blockHitRate(_ size: Int? = nil) -> Double {
    fullBlocks == 0 ? 0 : Double(hitBlocks(size)) / Double(fullBlocks)
  }

  /// Requests that hit a block in it.
  public func hitRequests(_ size: Int? = nil) -> Int { Self.value(neededByRequest, size) }

  private static func value(_ sums: [Int], _ size: Int?) -> Int {
    sums[min(size ?? Int.max, sums.count - 1)]
  }

  /// The fewest blocks with which a cache spares `share` of what one of any size does.
  public func blocks(for share: Double) -> Int {
    let wanted = Double(hitBlocks()) * share
    return needed.firstIndex { Double($0) >= wanted } ?? needed.count - 1
  }

  /// The figures by name, for caches of any size and of `sizes` blocks.
  public func values(_ sizes: [Int]) -> [NamedValue] {
    func figures(_ section: String, _ size: Int?) -> [NamedValue] {
      [
        NamedValue(section, "token_hit_rate", .real(hitRate(size))),
        NamedValue(section, "block_hit_rate", .real(blockHitRate(size))),
        NamedValue(section, "hit_requests", .count(hitRequests(size))),
      ]
    }
    return [
      NamedValue("prefixes", "block_tokens", unit: "tokens", .count(blockTokens)),
      NamedValue("prefixes", "requests", .count(requests)),
      NamedValue("prefixes", "blocks", .count(blocks)),
      NamedValue("prefixes", "distinct_blocks", .count(distinctBlocks)),
      NamedValue("prefixes", "full_blocks", .count(fullBlocks)),
      NamedValue("prefixes", "blocks_for_99_percent", .count(self.blocks(for: 0.99))),
    ] + figures("prefix_cache", nil)
      + sizes.flatMap { figures("prefix_cache_\($0)", $0) }
  }
}

/// The blocks of all prompts, numbered in the order in which they first appear.
private struct NumberedBlocks {
  var blocks: [Int32] = []
  var distinct = 0

  init(_ hashes: PrefixHashes) {
    var numbers: [UInt64: Int32] = [:]
    blocks.reserveCapacity(hashes.reduce(0) { $0 + $1.count })
    for list in hashes {
      for hash in list {
        let next = Int32(numbers.count)
        let number = numbers[hash, default: next]
        if number == next { numbers[hash] = next }
        blocks.append(number)
      }
    }
    distinct = numbers.count
  }
}

/// Blocks in the order in which they were last touched.
private struct BlockStack {
  /// When each block was last touched; -1 for never.
  private var times: [Int]
  /// The block that was last touched at each time, or -1.
  private var blocks: [Int32]
  /// How many blocks were last touched in stretches of time, as a Fenwick tree.
  private var tree: [Int32]
  private var now = 0
  private var count = 0
  /// The block whose depth was asked last, and its depth.
  private var last = (time: -2, depth: 0)

  init(distinct: Int) {
    times = Array(repeating: -1, count: distinct)
    blocks = Array(repeating: -1, count: 2 * distinct + 2)
    tree = Array(repeating: 0, count: blocks.count + 1)
  }

  func holds(_ block: Int32) -> Bool { times[Int(block)] >= 0 }

  /// How many blocks were touched since the last touch of `block`, itself included; nil if it never
  /// was.
  mutating func depth(of block: Int32) -> Int? {
    let time = times[Int(block)]
    guard time >= 0 else { return nil }
    // Right after the one before, as a rule.
    let depth = time == last.time + 1 ? last.depth - 1 : count - sum(before: time)
    last = (time, depth)
    return depth
  }

  mutating func touch(_ block: Int32) {
    last.time = -2
    let time = times[Int(block)]
    if time >= 0 {
      blocks[time] = -1
      add(-1, at: time)
    } else {
      count += 1
    }
    if now == blocks.count { compact(besides: block) }
    times[Int(block)] = now
    blocks[now] = block
    add(1, at: now)
    now += 1
  }

  /// Moves the touches that count to the earliest times, in their order.
  private mutating func compact(besides block: Int32) {
    let held = blocks.filter { $0 >= 0 && $0 != block }
    for place in tree.indices { tree[place] = 0 }
    for place in blocks.indices { blocks[place] = place < held.count ? held[place] : -1 }
    for (time, block) in held.enumerated() { times[Int(block)] = time }
    for time in held.indices { add(1, at: time) }
    now = held.count
  }

  private mutating func add(_ number: Int32, at time: Int) {
    var place = time + 1
    while place < tree.count {
      tree[place] += number
      place += place & -place
    }
  }

  private func sum(before time: Int) -> Int {
    var (sum, place) = (0, time)
    while place > 0 {
      sum += Int(tree[place])
      place -= place & -place
    }
    return sum
  }
}
