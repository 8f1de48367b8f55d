import Schedulers
import Support
import Testing

@testable import Serving

/// Clients who come back with all that was said and more, in turn, so that what they said is long
/// gone from the memory of the GPUs.
private struct Conversations {
  let clients: Int
  let rounds: Int
  let tokens: Int
  let trace: Trace

  init(clients: Int, rounds: Int, tokens: Int, every gap: Nanoseconds) {
    (self.clients, self.rounds, self.tokens) = (clients, rounds, tokens)
    var requests: [Request] = []
    var lists: [[UInt64]] = []
    for round in 1...rounds {
      for client in 0..<clients {
        requests.append(
          Request(
            arrival: requests.count * gap, promptTokens: round * tokens, outputTokens: 1))
        lists.append((0..<round * tokens / 16).map { UInt64(client * 1_000_000 + $0 + 1) })
      }
    }
    trace = Trace(
      requests: requests, columns: Columns(prefixHashes: PrefixHashes(lists)))
  }

  /// What comes of it with room for so many tokens on the GPU and below.
  func served(
    gpu: Int, _ tiers: [(tokens: Int, bandwidth: Double)],
    eviction: Tier.Eviction = .lru, change: (inout Tiering) -> Void = { _ in }
  ) throws -> (timeline: Timeline, meanTTFT: Double, hits: [Int]) {
    let setting = EngineSetting(maxModelLen: 100_000, headSize: 128, isLargeGPU: true)
    var engine = try Schedulers.engine("vllm-0.33", setting)
    engine.rules.memory.blocks = gpu / 16 + 1
    if !tiers.isEmpty {
      var tiering = Tiering(
        tiers.enumerated().map { level, tier in
          let link = Link(bandwidth: tier.bandwidth)
          return Tier(
            "t\(level)", bytes: Double(tier.tokens) * 1000, reads: link, writes: link,
            eviction: eviction)
        }, bytesPerToken: 1000)
      change(&tiering)
      engine.rules.memory.tiering = tiering
    }
    var cost = LinearCost.flat
    cost.token = 0.000_1
    var simulation = Simulation(
      trace, rules: engine.rules, scheduler: engine.scheduler, cost: cost)
    let timeline = try simulation.run()
    let sum = zip(timeline.records, trace.requests).reduce(0) {
      $0 + $1.0.firstToken - $1.1.arrival
    }
    let below = timeline.tiers.map(\.hitTokens)
    return (
      timeline, Double(sum) / Double(trace.count),
      [timeline.cachedTokens - below.reduce(0, +)] + below
    )
  }
}

@Suite struct `A larger tier` {
  private static let chat = Conversations(
    clients: 8, rounds: 8, tokens: 640, every: 1_000_000_000)

  /// Section 7, check 4: what a smaller one keeps, a larger one keeps too.
  @Test func `never finds less under LRU, and answers sooner`() throws {
    var last = (tokens: -1, ttft: Double.infinity)
    var sizes: Set<Int> = []
    for capacity in stride(from: 6_000, through: 48_000, by: 3_000) {
      let (_, ttft, hits) = try Self.chat.served(gpu: 6_000, [(capacity, 1e9)])
      let tokens = hits.reduce(0, +)
      #expect(tokens >= last.tokens && ttft <= last.ttft, "\(capacity) tokens")
      last = (tokens, ttft)
      sizes.insert(tokens)
    }
    #expect(sizes.count > 3)
  }

  /// Section 7, check 11: BLIS's answered no sooner from 1 GiB to 50.
  @Test func `moves the time to the first token, and not the hit rate alone`() throws {
    let (_, small, few) = try Self.chat.served(gpu: 6_000, [(6_000, 1e9)])
    let (_, large, many) = try Self.chat.served(gpu: 6_000, [(300_000, 1e9)])
    #expect(many[1] > 5 * max(1, few[1]) && large < 0.5 * small)
  }

  /// Section 7, check 3: the copy below takes nothing from the memory of the GPUs.
  @Test func `leaves as much in the memory of the GPUs`() throws {
    let (_, _, without) = try Self.chat.served(gpu: 12_000, [])
    let (_, _, with) = try Self.chat.served(gpu: 12_000, [(300_000, 1e9)])
    #expect(with[0] >= without[0])
  }

  /// Section 7, check 5: one that holds all finds whatever was ever computed.
  @Test func `that holds everything finds what an endless cache would`() throws {
    let (_, _, endless) = try Self.chat.served(gpu: 1_000_000, [])
    let (_, _, tiered) = try Self.chat.served(gpu: 6_000, [(1_000_000, 1e12)])
    #expect(tiered.reduce(0, +) == endless[0])
  }

  /// Section 7, check 12: 20 clients, 10 rounds, 4,096 tokens each time. What all have said fits a
  /// tier up to the round at which it is more than that, and an SSD below takes what does not.
  @Test func `lasts for as many rounds as it has room for`() throws {
    let chat = Conversations(clients: 20, rounds: 10, tokens: 4096, every: 20_000_000_000)
    let room = 20 * 4096 * 6 + 4096
    func hits(_ tiers: [(tokens: Int, bandwidth: Double)]) throws -> [Double] {
      let (timeline, _, _) = try chat.served(gpu: 60_000, tiers)
      // A prompt of which all but the newest tokens were found takes as long as those.
      return (1..<10).map { round in
        let rows = round * 20..<(round + 1) * 20
        let fast = rows.filter { row in
          timeline.records[row].firstToken - chat.trace.requests[row].arrival < 1_500_000_000
        }
        return Double(fast.count) / 20
      }
    }
    let memory = try hits([(room, 1e9)])
    let disk = try hits([(room, 1e9), (10_000_000, 1e9)])
    #expect(memory[..<5].allSatisfy { $0 == 1 } && memory[6...].allSatisfy { $0 < 0.5 })
    #expect(disk.allSatisfy { $0 == 1 })
  }
}
