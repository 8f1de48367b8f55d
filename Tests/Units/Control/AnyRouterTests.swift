import Support
import Testing

@testable import Control
@testable import Formats
@testable import Serving

@Suite struct `Any router` {
  private static let families = (0..<600).map { (row: Int) -> Int in row / 10 * 3 + row % 3 }
  private static let trace = Trace(
    requests: (0..<600).map { _ in Request(arrival: 0, promptTokens: 64, outputTokens: 1) },
    columns: Columns(
      sessions: families.map { "s\($0)" },
      prefixHashes: PrefixHashes(
        families.map { family in (0..<4).map { UInt64(family * 10 + $0) } })))

  /// Sessions and prompts are always some of the last few. Two of five replicas take none for a
  /// while, and then again; what is sent is answered at once or later.
  @Test(arguments: Routers.all.map(\.name))
  func `sends nothing to who takes nothing, and sends again when it does`(name: String) throws {
    var router = try Routers.named(name).router(
      RouterSetting(
        Self.trace, replicas: 5, cachedTokens: 100_000,
        random: RandomStream(seed: 4, named: "router")))
    var random = SeededNumbers(state: 5)
    var counts = [[Int]](repeating: [0, 0, 0, 0, 0], count: 3)
    var open: [(RoutedRequest, Int)] = []
    for row in 0..<600 {
      if row == 200 || row == 400 {
        for replica in [1, 4] { router.note(replica, takesRequests: row == 400) }
      }
      let request = RoutedRequest(RequestID(row), promptTokens: 64, at: row * 1_000_000)
      let replica = router.route(request)
      counts[row / 200][replica] += 1
      open.append((request, replica))
      while open.count > 20 || Bool.random(using: &random), !open.isEmpty {
        let (old, place) = open.remove(at: Int.random(in: 0..<open.count, using: &random))
        router.noteEnd(of: old, on: place)
      }
    }
    #expect(counts[1][1] == 0 && counts[1][4] == 0)
    #expect(counts[0][1] + counts[0][4] > 0 && counts[2][1] + counts[2][4] > 0, "\(counts)")
  }

  @Test func `takes the options that it has, and no others`() throws {
    #expect(try Routers.named("sglang-cache-aware:cache-threshold=0.3").name.hasSuffix("0.3"))
    for name in [
      "sglang-cache-aware:threshold=1", "sglang-cache-aware:cache-threshold=1.5",
      "round-robin:x=1", "sglang-cache-aware:balance-abs-threshold=0.5", "dynamo-kv:",
    ] {
      let error = #expect(throws: InputError.self) { try Routers.named(name) }
      #expect(error?.source == "--router", "\(name)")
    }
  }
}
