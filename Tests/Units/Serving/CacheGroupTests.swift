import Support
import Testing

@testable import Serving

@Suite struct CacheGroupTests {
  /// vLLM's design document: 10 layers that keep all and 20 with a window of 32, blocks of 16: a
  /// request of 112 tokens takes 7, 2 and 2.
  @Test func `a window keeps the blocks that it reaches`() {
    let group = CacheGroup(blockTokens: 16, groups: CacheGroups(windows: [32, 32]))
    #expect(group.blocks(for: 112) == 7 + 2 + 2)
    #expect(group.blocks(for: 0) == 0)
    let states = CacheGroup(blockTokens: 16, groups: CacheGroups(states: 3))
    #expect(states.blocks(for: 1) == 4 && states.blocks(for: 17) == 5)
  }

  /// Sequences come and go at random; each is counted by itself beside.
  @Test(arguments: 0..<40)
  func `ends of blocks are those of each sequence by itself`(seed: UInt64) {
    var dice = SeededNumbers(state: seed)
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &dice) }
    let windows = (0..<number(0...3)).map { _ in number(1...50) }
    let group = CacheGroup(
      blockTokens: number(1...9), groups: CacheGroups(whole: number(0...2), windows: windows))
    var ends = group.ends
    var contexts: [Int] = []
    for _ in 0..<300 {
      switch number(0...3) {
      case 0:
        contexts.append(number(1...80))
        ends.enter(at: contexts[contexts.count - 1])
        ends.slide(1, at: contexts[contexts.count - 1])
      case 1 where !contexts.isEmpty:
        let context = contexts.remove(at: number(0...contexts.count - 1))
        ends.leave(at: context)
        ends.slide(-1, at: context)
      default:
        ends.grow()
        contexts = contexts.map { $0 + 1 }
      }
      let net = contexts.reduce(0) {
        $0 + group.blocks(for: $1 + 1, behind: $1) - group.blocks(for: $1)
      }
      #expect(ends.lacking - ends.passing == net)
    }
  }
}
