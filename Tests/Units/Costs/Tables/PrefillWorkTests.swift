import Support
import Testing

@testable import Costs

private func work(
  heads: Double = 4, sharing pairs: Double = 2, window: Double = 0,
  _ chunks: [(tokens: Double, context: Double)]
) -> PrefillWork {
  var work = PrefillWork(heads: heads, keyValueHeads: pairs, window: window)
  for chunk in chunks { work.add(tokens: chunk.tokens, context: chunk.context) }
  return work
}

@Suite struct PrefillWorkTests {
  /// 100 tokens of two heads that share keys are two tiles of 128 rows, in each of two such pairs;
  /// a token sees 28 others and on average 50.5 of its own.
  @Test func `a chunk is cut into tiles that walk over its keys`() {
    let work = work([(100, 28)])
    #expect(work.chunks == 1 && work.tokens == 100)
    #expect(work.pairs == 2800 + 5050 && work.keysRead == 128)
    #expect(work.tiles == 4 && work.tileKeys == 4 * 78.5 && work.mostKeys == 128)
    #expect(work.keysPerTile == 78.5)
  }

  /// 36 tokens see fewer than 64, the rest 64 each.
  @Test func `a window bounds what a tile walks over`() {
    let work = work(window: 64, [(100, 28)])
    let pairs: Int = 36 * 28 + 666 + 64 * 64
    #expect(work.pairs == Double(pairs))
    #expect(work.keysRead == 128 && work.mostKeys == 128)
    #expect(agree(work.tileKeys, 4 * 57.7))
    let late = PrefillWorkTests.late
    // Of 5,000 cached tokens the first that is seen is 63 before the chunk.
    #expect(late.pairs == 19_200 && late.keysRead == 363 && late.mostKeys == 192)
  }

  private static let late = work(window: 64, [(300, 5000)])

  @Test func `chunks add up, and tiles are not shared between them`() {
    let work = work([(100, 28), (1, 9), (65, 0)])
    #expect(work.chunks == 3 && work.tokens == 166)
    #expect(work.tiles == 4 + 2 + 4)
    #expect(work.tileKeys == 314 + 20 + 132)
    #expect(work.keysRead == 128 + 10 + 65 && work.mostKeys == 128)
  }

  @Test func `equal chunks may be added at once`() {
    var together = PrefillWork(heads: 8, keyValueHeads: 2, window: 0)
    together.add(3, tokens: 70, context: 11)
    let apart = work(heads: 8, [(70, 11), (70, 11), (70, 11)])
    #expect(together == apart)
  }

  @Test(arguments: [0.0, 1, 7, 100, 5000])
  func `a prompt has as many pairs in whatever chunks`(window: Double) {
    var random = SeededNumbers(state: 81)
    for _ in 0..<200 {
      let length = Int.random(in: 1...3000, using: &random)
      var chunks: [(tokens: Double, context: Double)] = []
      var done = 0
      while done < length {
        let tokens = Int.random(in: 1...length - done, using: &random)
        chunks.append((Double(tokens), Double(done)))
        done += tokens
      }
      let whole = work(window: window, [(Double(length), 0)])
      let parts = work(window: window, chunks)
      #expect(parts.pairs == whole.pairs && parts.tokens == whole.tokens)
      // Each chunk rounds up to whole tiles, and reads what came before it again.
      #expect(parts.tiles >= whole.tiles && parts.keysRead >= whole.keysRead)
      #expect(parts.mostKeys <= whole.mostKeys)
    }
  }

  @Test(arguments: [0.0, 90])
  func `the order of chunks does not matter`(window: Double) {
    var random = SeededNumbers(state: 82)
    for _ in 0..<100 {
      var chunks: [(tokens: Double, context: Double)] = []
      for _ in 0..<6 {
        chunks.append(
          (
            Double(Int.random(in: 1...700, using: &random)),
            Double(Int.random(in: 0...4000, using: &random))
          ))
      }
      let (one, other) = (work(window: window, chunks), work(window: window, chunks.reversed()))
      #expect(one.pairs == other.pairs && one.tiles == other.tiles)
      #expect(one.keysRead == other.keysRead && one.mostKeys == other.mostKeys)
      #expect(agree(one.tileKeys, other.tileKeys))
    }
  }

  /// Every token's row is in a tile, and no chunk has more than a tile to spare for a pair.
  @Test func `tiles cover every row of every chunk`() {
    var random = SeededNumbers(state: 83)
    for _ in 0..<200 {
      let tokens = Double(Int.random(in: 1...2000, using: &random))
      let group = Double([1, 2, 4, 7, 8].randomElement(using: &random)!)
      let work = work(heads: 3 * group, sharing: 3, [(tokens, 0)])
      let rows = work.tiles * 128 / 3
      #expect(rows >= tokens * group && rows < tokens * group + 128)
    }
  }
}
