import Support

@testable import Serving

/// A random workload whose prompts begin alike, on an engine with random tiers.
struct TierCase {
  let example: RandomCase
  let trace: Trace
  var rules: EngineRules

  init(seed: Int) throws {
    example = try RandomCase(planner: ReferenceTransfers(isAhead: seed % 2 == 0), seed: seed)
    var random = SeededNumbers(state: UInt64(seed) &* 199 &+ 17)
    rules = example.rules
    let block = rules.memory.blockSize
    let tokens = [block, block, 2 * block, max(1, block / 2)].randomElement(using: &random)!
    var lists: [[UInt64]] = []
    var next: UInt64 = 0
    for request in example.trace.requests {
      let length = (request.promptTokens + tokens - 1) / tokens
      let older =
        Int.random(in: 0..<4, using: &random) == 0 ? [] : lists.randomElement(using: &random)
      var list = Array((older ?? []).prefix(Int.random(in: 0...length, using: &random)))
      while list.count < length {
        next += 1
        list.append(next)
      }
      lists.append(list)
    }
    trace = Trace(
      requests: example.trace.requests,
      columns: Columns(prefixHashes: PrefixHashes(lists), prefixBlockTokens: tokens))
    rules.memory.tiering = Self.tiering(blockTokens: block, &random)
  }

  private static func tiering(blockTokens: Int, _ random: inout SeededNumbers) -> Tiering {
    let isBack = Int.random(in: 0..<4, using: &random) == 0
    let unit = isBack ? 1 : [1, 1, 1, 2, 3].randomElement(using: &random)!
    func link() -> Link {
      Link(
        bandwidth: [1e5, 3e6, 1e8, 1e12].randomElement(using: &random)!,
        latency: [0, 0, 700_000].randomElement(using: &random)!,
        sharing: Link.Sharing.allCases.randomElement(using: &random)!)
    }
    let tiers = (0..<[1, 1, 2, 3].randomElement(using: &random)!).map { level in
      let units = [0, 3, 20, 60, 10_000].randomElement(using: &random)!
      let back = level == 0 ? isBack : Int.random(in: 0..<3, using: &random) == 0
      return Tier(
        "t\(level)", bytes: Double(units * unit * blockTokens) * 1000, reads: link(),
        writes: link(), eviction: Tier.Eviction.allCases.randomElement(using: &random)!,
        write: back ? .back : .through(requests: [1, 1, 1, 2].randomElement(using: &random)!))
    }
    var tiering = Tiering(tiers, bytesPerToken: 1000)
    tiering.unitBlocks = unit
    tiering.loads =
      [.asynchronous, .asynchronous, .blocking, .byLayer(4)].randomElement(using: &random)!
    tiering.prefetch =
      [
        .waitComplete, .waitComplete, .bestEffort,
        .timeout(5_000_000, perThousandTokens: 20_000_000),
      ].randomElement(using: &random)!
    tiering.leastLoadTokens = [1, 1, 40].randomElement(using: &random)!
    tiering.leastPrefetchTokens = [1, 1, 100].randomElement(using: &random)!
    tiering.keepsAnswers = Int.random(in: 0..<3, using: &random) > 0
    return tiering
  }

  func simulation(
    replicas: Int = 1, observing observation: Observation = [.iterations, .attribution]
  ) throws -> Simulation {
    Simulation(
      trace, rules: rules, scheduler: try example.scheduler(), cost: example.cost,
      replicas: replicas, observing: observation)
  }
}
