import Testing

@testable import Serving

/// A stack of tiers with room for so many units each, of one token and so many bytes.
private func stack(
  _ units: [Int], bytes: Double = 1, bandwidth: Double = 1e9, eviction: Tier.Eviction = .lru,
  _ change: (inout Tiering) -> Void = { _ in }
) -> TierStack {
  let link = Link(bandwidth: bandwidth)
  var tiering = Tiering(
    units.enumerated().map { level, count in
      Tier(
        "t\(level)", bytes: Double(count) * bytes, reads: link, writes: link, eviction: eviction)
    }, bytesPerToken: bytes)
  change(&tiering)
  var stack = TierStack(tiering, blockTokens: 1)
  for slot in 0..<8 { stack.enter(slot: slot) }
  return stack
}

extension TierStack {
  /// Stores `names` for a new request in `slot` at `time`, and hears when all is written.
  fileprivate mutating func put(_ names: [UInt64], slot: Int, at time: Nanoseconds = 0) {
    _ = find(names, from: 0, slot: slot, at: time)
    store(names, slot: slot, from: time)
    heard = max(heard, writtenAt[slot])
  }
}

/// The worked examples of `tiers.md`, section 7.
@Suite struct `A stack of tiers` {
  /// Check 1: what is loaded ties with what is computed at 0.1 ms and 147,456 bytes a token.
  @Test func `breaks even at 1.475 GB a second`() {
    let bytes = 147_456.0 * 8192
    func seconds(_ bandwidth: Double) -> Double {
      var queue = CopyQueue()
      return queue.add(bytes, over: Link(bandwidth: bandwidth), from: 0).seconds
    }
    #expect(abs(seconds(1.474_56e9) - 0.8192) < 1e-6)
    #expect(abs(seconds(50e9) - 0.0242) < 1e-4)
  }

  /// Check 6: six nodes, 1-2-4, 1-2-5, 1-3 and 6, of which 1 and 2 are asked for again.
  @Test func `writes what is new, what is asked for twice or what leaves`() {
    let paths: [[UInt64]] = [[1, 2, 4], [1, 2, 5], [1, 3], [6]]
    var through = stack([10])
    var selective = stack([10]) { $0.tiers[0].write = .through(requests: 2) }
    for (slot, path) in paths.enumerated() {
      through.put(path, slot: slot)
      selective.put(path, slot: slot)
    }
    #expect(through.use[0].writtenBytes == 6 && selective.use[0].writtenBytes == 2)
    #expect(selective.stores[0].place(of: 1) != nil && selective.stores[0].place(of: 2) != nil)
    // What is stored is not stored again.
    through.put([1, 2, 4], slot: 4)
    #expect(through.use[0].writtenBytes == 6)
    var back = stack([10]) { $0.tiers[0].write = .back }
    for (slot, path) in paths.enumerated() { back.put(path, slot: slot) }
    #expect(back.use[0].writtenBytes == 0)
    #expect(back.takeOver([4, 3], at: 7) == 9 && back.use[0].writtenBytes == 2)
  }

  /// Check 7: both units are being read, so that nothing makes way.
  @Test func `skips what it has no room for, and drops nothing that is read`() {
    var stack = stack([2])
    stack.put([1, 2], slot: 0)
    let end = stack.load([1, 2], 0..<2, slot: 1, at: 100)
    stack.put([3], slot: 2, at: 100)
    #expect(stack.use[0].skippedBytes == 1 && stack.use[0].evictedBytes == 0)
    #expect(stack.stores[0].place(of: 1) != nil && stack.stores[0].place(of: 2) != nil)
    stack.heard = end
    stack.put([4], slot: 3, at: end)
    #expect(stack.use[0].evictedBytes == 1 && stack.stores[0].place(of: 3) == nil)
  }

  /// Check 9: 8,192 tokens of 131,072 bytes, for which HiCache waits 1 s and 8 times 0.25 s.
  @Test(arguments: [(1e9, 8192), (0.3e9, 6866)])
  func `waits for what comes up as long as HiCache does`(bandwidth: Double, tokens: Int) {
    var stack = stack([8192, 100_000], bytes: 131_072, bandwidth: bandwidth) {
      $0.prefetch = .timeout(1_000_000_000, perThousandTokens: 250_000_000)
      $0.loads = .byLayer(32)
    }
    let (wanted, others) = ((1...8192).map(UInt64.init), (10_001...18_192).map(UInt64.init))
    stack.put(wanted, slot: 0)
    stack.put(others, slot: 1, at: 100_000_000_000)
    let start: Nanoseconds = 1_000_000_000_000
    stack.heard = start
    stack.beginPlan()
    #expect(stack.find(wanted, from: 0, slot: 2, at: start) == .onItsWay)
    let waited = (stack.wake - start).seconds
    #expect(abs(waited - min(3, 131_072.0 * 8192 / bandwidth)) < 1e-4)
    stack.heard = stack.wake
    #expect(stack.find(wanted, from: 0, slot: 2, at: stack.heard) == .units(tokens))
  }

  @Test func `takes what is there where it waits for nothing, and all where it waits`() {
    for (prefetch, expected) in [
      (Tiering.Prefetch.bestEffort, TierStack.Found.nothing), (.waitComplete, .onItsWay),
    ] {
      var stack = stack([4, 100]) { $0.prefetch = prefetch }
      stack.put([1, 2, 3, 4], slot: 0)
      stack.put([5, 6, 7, 8], slot: 1, at: 1000)
      stack.heard = 5000
      #expect(stack.find([1, 2, 3, 4], from: 0, slot: 2, at: 5000) == expected)
      stack.heard = 6000
      #expect(stack.find([1, 2, 3, 4], from: 0, slot: 2, at: 6000) == .units(4))
      _ = stack.load([1, 2, 3, 4], 0..<4, slot: 2, at: 6000)
      #expect(stack.use[1].hitTokens == 4 && stack.use[0].hitTokens == 0)
    }
  }

  @Test func `has the first end of a layer's part and the rest overlap`() {
    var stack = stack([10]) { $0.loads = .byLayer(4) }
    stack.readUntil = 8_000_000_000
    #expect(abs(stack.copySeconds(beside: 4, from: 0) - 5) < 1e-9)
    stack.readUntil = 2_000_000_000
    #expect(abs(stack.copySeconds(beside: 4, from: 0) - 0.5) < 1e-9)
    #expect(stack.copySeconds(beside: 4, from: 0) == 0)
  }

  /// A scan of units that are asked for once does not drive out those that are asked for again.
  @Test func `keeps what is asked for again from a scan under ARC and SLRU alone`() {
    for eviction in Tier.Eviction.allCases {
      var stack = stack([4], eviction: eviction)
      for slot in 0..<3 { stack.put([1, 2], slot: slot, at: 10 * slot) }
      for name in 10..<20 {
        stack.enter(slot: 7)
        stack.put([UInt64(name)], slot: 7, at: 10 * name)
      }
      let stays = stack.stores[0].place(of: 1) != nil && stack.stores[0].place(of: 2) != nil
      #expect(stays == (eviction == .arc || eviction == .slru), "\(eviction)")
    }
  }

  /// Megiddo and Modha: what was dropped and is asked for again makes room for its kind.
  @Test func `learns from what it dropped under ARC`() {
    var stack = stack([2], eviction: .arc)
    stack.put([1], slot: 0)
    stack.put([2], slot: 1, at: 10)
    stack.put([3], slot: 2, at: 20)
    #expect(stack.stores[0].place(of: 1) == nil)
    // A ghost of those asked for once: one of them may stay from now on.
    stack.put([1], slot: 3, at: 30)
    stack.put([1], slot: 4, at: 40)
    stack.put([4], slot: 5, at: 50)
    #expect(stack.stores[0].place(of: 3) == nil && stack.stores[0].place(of: 4) != nil)
    #expect(stack.stores[0].place(of: 1) != nil)
  }
}
