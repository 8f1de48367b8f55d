import Testing
import Workloads

@testable import Serving

/// The cache and its model, driven side by side by sequences that come, grow and go.
private struct Rivals {
  private struct Held {
    var hashes: [UInt64]
    var blocks: [BlockID]
    /// Blocks with a hash.
    var full: Int
  }

  private var cache: PrefixCache
  private var model: PrefixCacheModel
  private var sequences: [Held] = []
  private var random: RandomStream
  /// How many different blocks can follow a beginning.
  private let branches: Int
  private let hashes: Int

  init(seed: Int) {
    random = RandomStream(seed: UInt64(seed), named: "prefix cache")
    let blocks = 1 + random.integer(below: 60)
    cache = PrefixCache(blocks: blocks)
    model = PrefixCacheModel(blocks: blocks)
    branches = 1 + random.integer(below: 4)
    hashes = random.integer(below: 4) == 0 ? 5 : Int.max
  }

  mutating func step() {
    switch random.integer(below: 8) {
    case 0, 1, 2: admit()
    case 3, 4: grow()
    case 5: fill()
    case 6: release()
    default: #expect(probe() == nil)
    }
  }

  /// A prompt of blocks, each under the chained hash of all before it; or, where hashes are few,
  /// any of them in any order.
  private mutating func prompt() -> [UInt64] {
    var chain: UInt64 = 0
    return (0...random.integer(below: 12)).map { _ in
      chain = chain &* 31 &+ UInt64(1 + random.integer(below: branches))
      return hashes == Int.max ? chain : chain % UInt64(hashes)
    }
  }

  /// What differs in the look-up of a prompt.
  private mutating func probe() -> String? {
    let prompt = prompt()
    let limit = random.integer(below: prompt.count + 1)
    let hit = cache.longestHit(prompt.prefix(limit))
    let expected = model.longestHit(prompt, atMost: limit)
    return model.isSame(hit, expected)
      ? nil : "\(prompt), \(limit) at most: \(hit), not \(expected)"
  }

  private mutating func admit() {
    let prompt = prompt()
    let hit = cache.longestHit(prompt[...])
    let hits = hit.blocks.count
    #expect(model.isSame(hit, model.longestHit(prompt, atMost: prompt.count)))
    guard hits > 0 || cache.freeBlocks > 0 else { return }
    var held = Held(hashes: prompt, blocks: [], full: hits)
    cache.take(hit, into: &held.blocks)
    #expect(held.blocks.map(\.index) == model.take(hits: Array(prompt[..<hits])))
    sequences.append(held)
    take(1 + random.integer(below: 4), by: sequences.count - 1)
  }

  private mutating func take(_ count: Int, by place: Int) {
    let count = min(count, cache.freeBlocks)
    let before = sequences[place].blocks.count
    cache.take(count, into: &sequences[place].blocks)
    #expect(sequences[place].blocks[before...].map(\.index) == model.take(count))
  }

  private mutating func grow() {
    guard !sequences.isEmpty else { return }
    take(1, by: random.integer(below: sequences.count))
  }

  private mutating func fill() {
    guard !sequences.isEmpty else { return }
    let place = random.integer(below: sequences.count)
    while sequences[place].full < sequences[place].blocks.count {
      let full = sequences[place].full
      let own = UInt64(1_000_000 + random.integer(below: 1_000_000))
      let hash = full < sequences[place].hashes.count ? sequences[place].hashes[full] : own
      cache.register(sequences[place].blocks[full], under: hash)
      model.register(sequences[place].blocks[full].index, under: hash)
      sequences[place].full += 1
    }
  }

  private mutating func release() {
    guard !sequences.isEmpty else { return }
    let gone = sequences.remove(at: random.integer(below: sequences.count))
    cache.release(gone.blocks)
    model.release(gone.blocks.map(\.index))
  }

  /// Whether free blocks, their order, holders and the first block of every hash agree.
  var agree: Bool {
    let blocks = (0..<cache.totalBlocks).map { BlockID($0) }
    return cache.freeBlocks == model.free.count
      && cache.freeBlocksInOrder.map(\.index) == model.free
      && blocks.map { cache.holders(of: $0) } == model.holders
      && model.registered.allSatisfy { registered in
        let hit = cache.longestHit([registered.hash][...])
        let expected = model.longestHit([registered.hash], atMost: 1)
        return model.isSame(hit, expected) && hit.blocks.count == 1
      }
  }
}

@Suite struct `The prefix cache under random sequences` {
  @Test(arguments: 0..<60)
  func `does what arrays searched from the front do, at every step`(seed: Int) {
    var rivals = Rivals(seed: seed)
    for step in 0..<400 {
      rivals.step()
      guard rivals.agree else {
        Issue.record("seed \(seed), step \(step): \(rivals)")
        return
      }
    }
  }

  /// Hashes leave in another order than they came, and some have several blocks.
  @Test(arguments: 0..<20)
  func `leaves a table in which every hash that stayed is found`(seed: Int) {
    var random = RandomStream(seed: UInt64(seed), named: "block table")
    let blocks = 1 << random.integer(below: 8)
    let stride = UInt64(1) << UInt64(random.integer(below: 60))
    var table = BlockTable()
    var hashes: [UInt64?] = Array(repeating: nil, count: blocks)
    for step in 0..<2000 {
      let block = random.integer(below: blocks)
      if hashes[block] != nil {
        table.remove(BlockID(block))
        hashes[block] = nil
      } else {
        hashes[block] = UInt64(step) &* stride
        table.insert(BlockID(block), under: hashes[block]!)
      }
      let found = hashes.indices.allSatisfy { place in
        hashes[place].map { hash in table.first(under: hash).map { hashes[$0.index] } == hash }
          ?? !table.contains(BlockID(place))
      }
      guard found else {
        Issue.record("seed \(seed), step \(step)")
        return
      }
    }
  }
}
