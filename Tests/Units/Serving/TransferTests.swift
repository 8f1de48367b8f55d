import Testing

@testable import Serving

@Suite struct `Transfers between replicas` {
  /// When each of some transfers ends: of `bytes` at a byte a nanosecond, begun at `start`, from
  /// replica `from` to `to`.
  private func ends(
    _ given: [(start: Int, bytes: Double, from: Int, to: Int)], _ link: Link
  ) -> [Int] {
    var transfers = Transfers()
    var ends = Array(repeating: -1, count: given.count)
    var begun = 0
    while true {
      let start = begun < given.count ? given[begun].start : Simulation.never
      let now = min(start, transfers.next)
      if now == Simulation.never { return ends }
      while let ended = transfers.popEnded(by: now) { ends[ended.request.index] = now }
      if start == now {
        let (_, bytes, from, to) = given[begun]
        transfers.begin(
          .init(
            request: RequestID(begun), sender: .init(replica: from, sequence: SequenceID(0)),
            receiver: .init(replica: to, sequence: SequenceID(0)), start: now),
          bytes, on: link, number: 0)
        begun += 1
      }
    }
  }

  @Test func `take their bytes at the link's bandwidth and its latency`() {
    #expect(ends([(0, 1000, 0, 1)], Link(bandwidth: 1e9, latency: 30)) == [1030])
    #expect(ends([(5, 1000, 0, 1)], Link(bandwidth: 2e9)) == [505])
  }

  /// Each of two that begin together takes twice as long; of one that begins when the other is half
  /// there, both have half the link until that ends.
  @Test(arguments: [Link.Sharing.replica, .pool])
  func `share a link fairly`(_ sharing: Link.Sharing) {
    let link = Link(bandwidth: 1e9, sharing: sharing)
    #expect(ends([(0, 1000, 0, 1), (0, 1000, 0, 1)], link) == [2000, 2000])
    #expect(ends([(0, 1000, 0, 1), (500, 1000, 0, 1)], link) == [1500, 2000])
  }

  @Test func `share what a replica has where they have one in common`() {
    let link = Link(bandwidth: 1e9)
    #expect(ends([(0, 1000, 0, 2), (0, 1000, 1, 3)], link) == [1000, 1000])
    #expect(ends([(0, 1000, 0, 2), (0, 1000, 1, 2)], link) == [2000, 2000])
    let pool = Link(bandwidth: 1e9, sharing: .pool)
    #expect(ends([(0, 1000, 0, 2), (0, 1000, 1, 3)], pool) == [2000, 2000])
    let none = Link(bandwidth: 1e9, sharing: .none)
    #expect(ends([(0, 1000, 0, 1), (0, 1000, 0, 1)], none) == [1000, 1000])
  }

  @Test func `move of a window what it keeps, and of a state one`() {
    let cache = CacheBytes(
      perToken: 100, windows: [.init(tokens: 50, bytesPerToken: 10)], perSequence: 7)
    #expect(cache.bytes(ofLast: 40) == 4407)
    #expect(cache.bytes(ofLast: 200) == 20_507)
  }
}
