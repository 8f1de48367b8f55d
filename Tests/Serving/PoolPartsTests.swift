import Testing

@testable import Serving

private func id(_ slot: Int) -> SequenceID { SequenceID(Int32(slot)) }

@Suite struct `A list of sequences` {
  @Test func `keeps its order while any of them leaves`() {
    var list = SequenceList()
    for slot in [3, 1, 4, 0] { list.append(id(slot)) }
    list.prepend(id(2))
    #expect(list.all == [2, 3, 1, 4, 0].map(id))
    list.remove(id(1))
    list.remove(id(2))
    list.remove(id(0))
    #expect(list.all == [3, 4].map(id))
    #expect(list.first == id(3) && list.last == id(4) && list.count == 2)
    #expect(list.previous(before: id(4)) == id(3) && list.next(after: id(4)) == nil)
  }
}

@Suite struct `The wheel of finishers` {
  @Test func `names each sequence at the emission that completes it, however far away`() {
    var wheel = FinishWheel()
    let due = [5, 1024, 1500, 5, 70_000]
    for (slot, last) in due.enumerated() { wheel.insert(id(slot), last: last, now: 0) }
    wheel.remove(id(1), last: 1024)
    var seen: [Int: Int] = [:]
    for emission in 1...70_000 {
      while let next = wheel.first(last: emission) {
        seen[next.index] = emission
        wheel.remove(next, last: emission)
      }
    }
    #expect(seen == [0: 5, 2: 1500, 3: 5, 4: 70_000])
  }

  @Test func `grows while sequences wait in it`() {
    var wheel = FinishWheel()
    wheel.insert(id(0), last: 3000 + 600, now: 3000)
    wheel.insert(id(1), last: 3000 + 9000, now: 3000)
    #expect(wheel.first(last: 3600) == id(0))
    #expect(wheel.first(last: 12_000) == id(1))
    #expect(wheel.first(last: 3600 + 1024) == nil)
  }
}

@Suite struct `The longest gap since an emission` {
  @Test func `is what a walk over the gaps finds`() {
    var maxima = GapMaxima()
    var gaps: [Nanoseconds] = []
    var state: UInt64 = 9
    for emission in 0..<500 {
      state = state &* 6_364_136_223_846_793_005 &+ 1
      gaps.append(Int(state >> 59))
      maxima.push(gaps[emission], emission: emission)
      for since in stride(from: 0, through: emission, by: 7) {
        #expect(maxima.longest(since: since) == gaps[since...].max())
      }
    }
    #expect(maxima.longest(since: 500) == 0)
  }
}

@Suite struct `The cache` {
  @Test func `gives blocks back at once, or after the plans that its engine lets pass`() {
    var prompt = KVCache(totalBlocks: 10, releaseLag: 0)
    prompt.take(7)
    prompt.release(3)
    #expect(prompt.freeBlocks == 6)

    var lagging = KVCache(totalBlocks: 10, releaseLag: 1)
    lagging.take(7)
    lagging.release(3)
    lagging.beginPlan()
    #expect(lagging.freeBlocks == 3 && lagging.isReleasing && lagging.usedBlocks == 4)
    lagging.evict(2)
    lagging.beginPlan()
    #expect(lagging.freeBlocks == 8 && !lagging.isReleasing)
  }
}

@Suite struct `The decode pool` {
  /// Two sequences of contexts 3 and 8 with blocks of 4; the second joins an emission later.
  @Test func `knows sums, blocks and gaps without touching its members`() {
    var gaps = TokenGaps()
    var sequences = [3, 8].map { context in
      var sequence = Sequence(
        RequestID(0), Request(arrival: 0, promptTokens: context, outputTokens: 10),
        outputTokens: 10)
      sequence.context = context
      sequence.emitted = 1
      return sequence
    }
    var pool = DecodePool(blockSize: 4)
    sequences[0].lastToken = 100
    pool.join(id(0), &sequences[0])
    #expect(pool.membersAtBlockEnd == 0)
    pool.emit(at: 130, sequences: &sequences, into: &gaps)
    sequences[1].lastToken = 120
    pool.join(id(1), &sequences[1])
    #expect(pool.count == 2 && pool.contextSum == 4 + 8 && pool.contextSquares == 16 + 64)
    #expect(pool.membersAtBlockEnd == 2)
    pool.emit(at: 150, sequences: &sequences, into: &gaps)
    pool.emit(at: 155, sequences: &sequences, into: &gaps)
    #expect(pool.contextSum == 6 + 10 && pool.contextSquares == 36 + 100)
    pool.leave(id(0), &sequences[0])
    pool.leave(id(1), &sequences[1])
    #expect(sequences.map(\.context) == [6, 10])
    #expect(sequences.map(\.emitted) == [4, 3])
    #expect(sequences.map(\.longestGap) == [30, 30])
    #expect(sequences.map(\.lastToken) == [155, 155])
    #expect(pool.count == 0 && pool.contextSum == 0 && pool.contextSquares == 0)
    let seen = gaps.sorted().flatMap { Array(repeating: $0.gap, count: $0.weight) }
    #expect(seen == [5, 5, 20, 30, 30])
  }
}
