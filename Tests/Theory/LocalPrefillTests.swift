import Support
import Testing

@testable import Serving

/// Prompts that are computed where they are decoded, as Dynamo's conditional disaggregation has it.
@Suite struct `Prompts that are computed where they are decoded` {
  /// `reference/disaggregation.md`, check 11: fewer than 2,048 tokens and less than 0.7 of the
  /// prompt are not in blocks of 16 that are found.
  @Test(arguments: [(3000, 62, true), (2800, 50, false), (3000, 59, false)])
  func `are those of which little is not there`(_ tokens: Int, _ blocks: Int, isLocal: Bool) {
    let rule = LocalPrefill(mostTokens: 2047, share: 0.7)
    #expect(rule.isLocal(tokens, found: 16 * blocks, queued: 0) == isLocal)
  }

  @Test func `are all of them while the queue of prefill is long, and none for a queue alone`() {
    let rule = LocalPrefill(mostTokens: 1000, queue: 2)
    #expect(rule.isLocal(1001, found: 0, queued: 2) && !rule.isLocal(1001, found: 0, queued: 1))
    #expect(rule.isLocal(1001, found: 1, queued: 0))
    #expect(!LocalPrefill(queue: 2).isLocal(1, found: 0, queued: 1))
    #expect(!LocalPrefill().isGiven && !LocalPrefill().isLocal(1, found: 1, queued: 9))
  }

  private func rules(_ local: LocalPrefill, _ transfer: Disaggregation.Transfer) -> Disaggregation {
    Disaggregation(links: [[Link(bandwidth: 1e9)]], transfer: transfer, local: local)
  }

  private func trace(_ count: Int) -> Trace {
    var random = SeededNumbers(state: 3)
    var now = 0
    return Trace(
      requests: (0..<count).map { _ in
        now += Int.random(in: 0...40_000_000, using: &random)
        return Request(
          arrival: now, promptTokens: .random(in: 1...900, using: &random),
          outputTokens: .random(in: 1...40, using: &random))
      })
  }

  /// Where all are, the pool that decodes is an engine that does all of a request.
  @Test(arguments: Disaggregation.Transfer.allCases, [false, true])
  func `make an engine of the pool that decodes`(
    _ transfer: Disaggregation.Transfer, byQueue: Bool
  ) throws {
    let trace = trace(200)
    let local = byQueue ? LocalPrefill(queue: 0) : LocalPrefill(mostTokens: 4096)
    var alone = Simulation(trace, pools: [try pool(.both, replicas: 2, blocks: 100)])
    var both = Simulation(
      trace, pools: [try pool(.prefill), try pool(.decode, replicas: 2, blocks: 100)],
      rules(local, transfer))
    let (expected, timeline) = (try alone.run(), try both.run())
    #expect(timeline.records == expected.records)
    #expect(timeline.transfers?.count == 0)
  }

  /// Of prompts whose first 512 of 640 tokens are the same, the first is computed elsewhere.
  @Test func `are found in the cache of the replica that decodes them`() throws {
    let requests = (0..<3).map {
      Request(arrival: $0 * 1_000_000_000, promptTokens: 640, outputTokens: 4)
    }
    let shared = Array(0..<UInt64(32))
    let hashes = [UInt64(1000), 2000, 3000].map { own in shared + Array(own..<own + 8) }
    let trace = Trace(
      requests: requests,
      columns: Columns(prefixHashes: PrefixHashes(hashes), prefixBlockTokens: 16))
    var simulation = Simulation(
      trace, pools: [try pool(.prefill), try pool(.decode)],
      rules(LocalPrefill(mostTokens: 128), .pull))
    let timeline = try simulation.run()
    #expect(timeline.transfers?.count == 1 && timeline.transfers?.tokens == 640)
    #expect(timeline.records.allSatisfy { $0.emittedTokens == 4 })
    let elsewhere = timeline.records.map { $0.firstScheduled }
    #expect(elsewhere == requests.map(\.arrival))
  }
}
