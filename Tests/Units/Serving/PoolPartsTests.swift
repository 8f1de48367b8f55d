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
    let due = [5, 1024, 1500, 5, 70_000, 200_000, 131_072, 150_000]
    for (slot, last) in due.enumerated() { wheel.insert(id(slot), last: last, now: 0) }
    wheel.remove(id(1), last: 1024)
    wheel.remove(id(7), last: 150_000)
    var seen: [Int: Int] = [:]
    for emission in 1...200_000 {
      if emission == wheel.horizon { wheel.beginTurn() }
      while let next = wheel.first(last: emission) {
        seen[next.index] = emission
        wheel.remove(next, last: emission)
      }
    }
    #expect(seen == [0: 5, 2: 1500, 3: 5, 4: 70_000, 5: 200_000, 6: 131_072])
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
  /// Ten blocks of one token, of which one sequence takes three and another four.
  private func cache(releaseLag: Int) -> KVCache {
    let rules = EngineRules(
      maxNumSeqs: 2, maxNumBatchedTokens: nil, chunksPrompts: true, maxModelLen: 10, blockSize: 1,
      blocks: 10, reservation: .chunk, watermark: 0, decodeGate: .neededBlock,
      lengthLimit: .reached, releaseLag: releaseLag)
    var cache = KVCache(rules)
    for (slot, tokens) in [3, 4].enumerated() {
      cache.addSlot()
      let request = Request(arrival: 0, promptTokens: tokens, outputTokens: 1)
      cache.grow(id(slot), Sequence(RequestID(slot), request, outputTokens: 1), at: 0, to: tokens)
    }
    return cache
  }

  @Test func `gives blocks back at once, or after the plans that its engine lets pass`() {
    var prompt = cache(releaseLag: 0)
    prompt.release(id(0), .finished)
    #expect(prompt.freeBlocks == 6)

    var lagging = cache(releaseLag: 1)
    lagging.release(id(0), .finished)
    lagging.beginPlan()
    #expect(lagging.freeBlocks == 3 && lagging.isReleasing && lagging.usedBlocks == 4)
    lagging.release(id(1), .preempted)
    lagging.beginPlan()
    #expect(lagging.freeBlocks == 10 && !lagging.isReleasing)
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
    var pool = DecodePool(CacheGroup(blockTokens: 4))
    sequences[0].lastToken = 100
    pool.join(id(0), &sequences[0])
    #expect(pool.lackingBlocks == 0)
    pool.emit(at: 130, sequences: &sequences, into: &gaps)
    sequences[1].lastToken = 120
    pool.join(id(1), &sequences[1])
    #expect(pool.count == 2 && pool.contextSum == 4 + 8 && pool.contextSquares == 16 + 64)
    #expect(pool.lackingBlocks == 2)
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

@Suite struct `A list that is kept in order of rank` {
  private static func sequence(_ priority: Int, _ arrival: Nanoseconds) -> Sequence {
    Sequence(
      RequestID(0), Request(arrival: arrival, promptTokens: 1, outputTokens: 1), outputTokens: 1,
      priority: priority)
  }

  /// As the list does it, and as a stable sort of an array does it.
  @Test(arguments: 0..<20) func `is what a stable sort makes of it`(seed: Int) {
    var state = UInt64(seed)
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let sequences = (0..<900).map { _ in Self.sequence(draw(4) - 2, draw(6)) }
    func rank(_ id: SequenceID, _ turn: Int = 0) -> Rank {
      Rank(of: sequences[id], turn: turn)
    }
    var list = SequenceList()
    var array: [SequenceID] = []
    for slot in sequences.indices {
      if draw(4) == 0 { list.prepend(id(slot)) } else { list.append(id(slot)) }
      array.insert(id(slot), at: list.first == id(slot) ? 0 : array.count)
      if draw(3) == 0 {
        let gone = array.remove(at: draw(array.count))
        list.remove(gone)
      }
      if draw(9) > 0 { continue }
      list.sort(rank)
      array = array.enumerated().sorted {
        (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
      }.map(\.element)
      guard list.all == array else {
        Issue.record("seed \(seed), slot \(slot)")
        return
      }
    }
    #expect(array.count > 400)
  }

  @Test(arguments: 0..<20) func `knows the greatest`(seed: Int) {
    var state = UInt64(seed)
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let sequences = (0..<600).map { _ in Self.sequence(draw(4) - 2, draw(6)) }
    func rank(_ id: SequenceID) -> Rank { Rank(of: sequences[id], turn: id.index) }
    var list = SequenceList()
    for slot in sequences.indices {
      list.append(id(slot))
      if draw(3) == 0, let gone = list.all.dropFirst(draw(list.count)).first { list.remove(gone) }
      var worst = list.first
      for other in list.all where worst.map({ rank($0) < rank(other) }) ?? false { worst = other }
      let greatest = list.greatest(rank)
      #expect(greatest.map(rank) == worst.map(rank))
    }
  }
}
