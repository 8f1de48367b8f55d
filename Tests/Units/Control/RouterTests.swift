import Support
import Testing

@testable import Control
@testable import Formats
@testable import Serving

/// A router over `replicas` for `trace`, with a cache of a thousand tokens a replica to go by.
private func router(_ entry: RouterEntry, _ trace: Trace, _ replicas: Int) -> any Router {
  entry.router(
    RouterSetting(
      trace, replicas: replicas, cachedTokens: 1000 * replicas,
      random: RandomStream(seed: 3, named: "router")))
}

@Suite struct `The routers` {
  private static let burst = Trace(
    requests: Array(
      repeating: Request(arrival: 0, promptTokens: 10, outputTokens: 5), count: 1000))

  private static func split(_ name: String, _ trace: Trace, _ replicas: Int) throws -> [Int] {
    var router = router(try Routers.named(name), trace, replicas)
    var counts = Array(repeating: 0, count: replicas)
    for row in trace.requests.indices {
      let tokens = trace.requests[row].promptTokens
      counts[router.route(RoutedRequest(RequestID(row), promptTokens: tokens))] += 1
    }
    return counts
  }

  @Test(arguments: ["round-robin", "least-requests", "least-tokens"], [3, 16, 200])
  func `split a burst evenly where they count or take turns`(
    _ name: String, replicas: Int
  ) throws {
    let counts = try Self.split(name, Self.burst, replicas)
    #expect(counts.max()! - counts.min()! <= 1)
  }

  /// Drawn at random, a thousand requests on 16 replicas leave some with 20 more than others.
  @Test func `that choose the better of two come close`() throws {
    let counts = try Self.split("power-of-two", Self.burst, 16)
    #expect(counts.max()! - counts.min()! <= 6)
    #expect(Set(counts).count > 1)
  }

  /// Of two there are no others to draw, so the one with fewer gets the request.
  @Test func `that choose the better of two never draw one replica twice`() throws {
    for count in 1...100 {
      let trace = Self.burst.prefix(count)
      let counts = try Self.split("power-of-two", trace, 2)
      #expect(abs(counts[0] - counts[1]) <= 1)
    }
  }

  /// Of three with 0, 1 and 2 requests, the first wins both of its pairs, the second its other one.
  @Test func `that choose the better of two draw each pair as often`() {
    var router = PowerOfTwo(replicas: 3, random: SeededNumbers(state: 5))
    let request = RoutedRequest(RequestID(0), promptTokens: 1)
    router.noteEnd(of: request, on: 0)
    router.noteEnd(of: request, on: 0)
    router.noteEnd(of: request, on: 1)
    var won = [0, 0, 0]
    for _ in 0..<9000 {
      let replica = router.route(request)
      won[replica] += 1
      router.noteEnd(of: request, on: replica)
    }
    // Four standard deviations of a draw with a chance of a third are 179.
    #expect(abs(won[0] - 6000) < 180 && abs(won[1] - 3000) < 180 && won[2] == 0)
  }

  @Test func `that count requests never pass over a replica with fewer`() {
    var random = SeededNumbers(state: 11)
    var router = LeastRequests(replicas: 7)
    var open = Array(repeating: [RequestID](), count: 7)
    for row in 0..<5000 {
      let chosen = router.route(RoutedRequest(RequestID(row), promptTokens: 1))
      #expect(open.allSatisfy { open[chosen].count <= $0.count })
      open[chosen].append(RequestID(row))
      let other = Int.random(in: 0..<7, using: &random)
      if Bool.random(using: &random), let id = open[other].popLast() {
        router.noteEnd(of: RoutedRequest(id, promptTokens: 1), on: other)
      }
    }
  }

  /// Prompts of all lengths: what is open never differs by more than the longest.
  @Test func `that count tokens keep within the longest prompt`() {
    var random = SeededNumbers(state: 12)
    var router = LeastTokens(replicas: 5)
    var tokens = Array(repeating: 0, count: 5)
    for row in 0..<2000 {
      let prompt = Int.random(in: 1...900, using: &random)
      tokens[router.route(RoutedRequest(RequestID(row), promptTokens: prompt))] += prompt
      #expect(tokens.max()! - tokens.min()! <= 900)
    }
  }

  @Test func `that stick to sessions send each to one replica`() throws {
    let rows = 0..<300
    let trace = Trace(
      requests: rows.map { _ in Request(arrival: 0, promptTokens: 1, outputTokens: 1) },
      columns: Columns(sessions: rows.map { $0 % 10 == 0 ? "" : String($0 % 13) }))
    var router = router(try Routers.named("session"), trace, 4)
    var homes: [String: Set<Int>] = [:]
    for row in rows {
      let replica = router.route(RoutedRequest(RequestID(row), promptTokens: 1))
      homes[trace.columns.sessions![row], default: []].insert(replica)
    }
    #expect(homes.allSatisfy { $0.key.isEmpty || $0.value.count == 1 })
    #expect(Set(homes.filter { !$0.key.isEmpty }.values).count == 4)
  }

  @Test func `that go by prefixes follow them, unless little matches or a replica is swamped`() {
    func hashes(_ family: Int, _ own: Int) -> [UInt64] {
      [UInt64(family), UInt64(family + 1), UInt64(family * 1000 + own)]
    }
    let families = (0..<200).map { hashes($0 < 100 ? 10 : 20, $0) }
    var router = PrefixAffinity(
      replicas: 2, hashes: PrefixHashes(families + [[10, 5, 6, 7, 8]]), blocks: 900)
    func route(_ row: Int) -> Int {
      router.route(RoutedRequest(RequestID(row), promptTokens: 1))
    }
    let first = (0..<64).map { route($0) }
    #expect(Set(first) == [0])
    // The least loaded gets what is new, and what is known only to a fifth.
    #expect(route(100) == 1)
    #expect(route(200) == 1)
    // One more than 64 beyond the other's two, and it has enough.
    #expect((64..<68).map { route($0) } == [0, 0, 0, 1])
  }

  /// SGLang's `cache_threshold` 0.3: 31 blocks of a hundred known are enough, and 29 are not.
  @Test(arguments: [(31, 0), (29, 1)])
  func `that go by prefixes follow a match of three tenths`(known: Int, replica: Int) {
    let old = (1...100).map { UInt64($0) }
    let new = (1...100).map { UInt64($0 <= known ? $0 : 100 + $0) }
    var router = PrefixAffinity(replicas: 2, hashes: [old, new], blocks: 900)
    #expect(router.route(RoutedRequest(RequestID(0), promptTokens: 1)) == 0)
    #expect(router.route(RoutedRequest(RequestID(1), promptTokens: 1)) == replica)
  }

  /// SGLang's `balance_abs_threshold` 64 and `balance_rel_threshold` 1.5: with 200 elsewhere, 65
  /// more are not half as many again; 100 more are not more than that, and 101 are.
  @Test func `that go by prefixes leave who has half as many again and 64 more`() {
    let hashes = Array(repeating: [UInt64(1)], count: 302) + (0..<400).map { [UInt64(10 + $0)] }
    var router = PrefixAffinity(replicas: 2, hashes: PrefixHashes(hashes), blocks: 10_000)
    func route(_ row: Int) -> Int {
      router.route(RoutedRequest(RequestID(row), promptTokens: 1))
    }
    // What is new goes to the least loaded: 200 each; then the known one to who has it.
    let first = route(0)
    for row in 302..<701 { _ = route(row) }
    for row in 1...101 { #expect(route(row) == first, "\(199 + row) against 200") }
    #expect(route(102) != first)
  }

  @Test func `forget what was used the longest ago, from the end`() {
    var table = AffinityTable(capacity: 4)
    table.note([1, 2, 3], on: 0)
    table.note([1, 5], on: 1)
    #expect(table.count == 4)
    #expect(table.longestMatch([1, 2, 3])! == (3, 0))
    table.note([1, 6], on: 2)
    #expect(table.longestMatch([1, 2, 3])! == (2, 0))
    #expect(table.longestMatch([1, 9])! == (1, 2))
    #expect(table.longestMatch([9, 1]) == nil)
    #expect(table.longestMatch([]) == nil)
  }

  @Test func `that need what a trace lacks say so`() throws {
    #expect(throws: InputError.self) { try Routers.named("session").check(Self.burst) }
    #expect(throws: InputError.self) { try Routers.named("prefix").check(Self.burst) }
    #expect(throws: InputError.self) { try Routers.named("round-robn") }
    for name in ["round-robin", "least-requests", "least-tokens", "power-of-two"] {
      try Routers.named(name).check(Self.burst)
    }
  }
}

@Suite struct `A tree of keys` {
  @Test(arguments: [1, 2, 3, 7, 8, 200])
  func `knows the least and the lowest place of it`(count: Int) {
    var random = SeededNumbers(state: UInt64(count))
    var keys = Array(repeating: Int.max, count: count)
    var tree = MinimumTree(Int.max, count: count)
    for _ in 0..<500 {
      let place = Int.random(in: 0..<count, using: &random)
      keys[place] = Int.random(in: 0..<9, using: &random)
      tree[place] = keys[place]
      #expect(tree.least == keys.min()! && tree.place == keys.firstIndex(of: keys.min()!))
    }
  }
}
