import Control
import Serving
import Studies

/// What routers and gateways decide in the examples that were worked out by hand from their code.
///
/// Replicas are counted from 1, and so are the pools of prefill and of decode.
enum RouterRules {
  static let entry = ReproductionEntry(
    "router-rules", "what deployed routers decide in examples worked out from their code",
    source: "llm-d-inference-scheduler 520af478, gateway-api-inference-extension 84436a96, "
      + "sgl-model-gateway 053b63ff, ai-dynamo 1.6.1, aibrix e3e10f9e"
  ) { _ in
    llmD() + sglang() + dynamo() + gateway() + aibrix()
  }

  /// Prompts of blocks of 16 tokens: so many, of which the first are those of one family and the
  /// rest each its own.
  private struct Prompts {
    let columns: Columns
    private let tokens: [Int]

    init(_ prompts: [(blocks: Int, shared: Int)]) {
      let hashes = prompts.enumerated().map { row, prompt in
        (0..<prompt.blocks).map { block in
          UInt64(block < prompt.shared ? block : (row + 1) * 1_000_000 + block)
        }
      }
      columns = Columns(prefixHashes: PrefixHashes(hashes))
      tokens = prompts.map { 16 * $0.blocks }
    }

    subscript(row: Int) -> RoutedRequest {
      RoutedRequest(RequestID(row), promptTokens: tokens[row])
    }
  }

  private static func row(
    _ system: String, _ workload: String, _ metric: String, _ published: Double, _ ours: Double
  ) -> Reproduction.Row {
    .init(system: system, workload: workload, metric: metric, published: published, ours: ours)
  }

  /// Queues from the longest to the shortest.
  private static func llmD() -> [Reproduction.Row] {
    let published: [(queues: [Int], scores: [Double])] = [
      ([0, 4, 10], [1, 0.6, 0]), ([3, 3, 3], [1, 1, 1]),
    ]
    return published.flatMap { queues, scores in
      zip(EndpointPicker.ranked(queues), scores).enumerated().map { place, pair in
        row(
          "llm-d queue-scorer", "queues \(queues.map(String.init).joined(separator: " "))",
          "score_\(place + 1)", pair.1, pair.0)
      }
    }
  }

  /// With 40 and 5 requests in flight a prompt that the first was sent, and with 33 and 31 one of
  /// which it was sent six tenths.
  private static func sglang() -> [Reproduction.Row] {
    let prompts = Prompts(
      [(10, 10)] + Array(repeating: (10, 0), count: 79) + [(10, 10), (10, 6)])
    func chosen(sent: Int, ended: Int, then last: Int) -> Double {
      var router = CacheAware(replicas: 2, columns: prompts.columns)
      var second: [Int] = []
      for row in 0..<sent where router.route(prompts[row]) == 1 { second.append(row) }
      for row in second.suffix(ended) { router.noteEnd(of: prompts[row], on: 1) }
      return Double(router.route(prompts[last]) + 1)
    }
    return [
      row(
        "sglang cache_aware", "40 and 5 in flight", "replica", 2,
        chosen(sent: 80, ended: 35, then: 80)),
      row(
        "sglang cache_aware", "33 and 31; match of 0.6", "replica", 1,
        chosen(sent: 66, ended: 2, then: 81)),
    ]
  }

  /// A prompt of 100 blocks: the first has 80 of them and decodes 50 or 95, the second has none and
  /// decodes 10.
  private static func dynamo() -> [Reproduction.Row] {
    let weights = DynamoKV.Weights()
    func cost(_ overlap: Double, _ decode: Double) -> Double {
      weights.cost(blocks: 100, overlap: overlap, decode: decode, active: 2)
    }
    func chosen(decode: Int) -> Double {
      let prompts = Prompts([(80, 80), (decode, 0), (10, 0), (100, 80)])
      var router = DynamoKV(
        replicas: 2, columns: prompts.columns, blockTokens: 16,
        random: RandomStream(seed: 1, named: "router-rules"))
      router.note(1, takesRequests: false)
      let first = router.route(prompts[0])
      router.noteEnd(of: prompts[0], on: first)
      _ = router.route(prompts[1])
      router.note(1, takesRequests: true)
      _ = router.route(prompts[2])
      return Double(router.route(prompts[3]) + 1)
    }
    let system = "dynamo kv router"
    return [
      row(system, "80 of 100 blocks; decodes 50", "cost_blocks", 70, cost(80, 50)),
      row(system, "none; decodes 10", "cost_blocks", 110, cost(0, 10)),
      row(system, "80 of 100 blocks; decodes 95", "cost_blocks", 115, cost(80, 95)),
      row(system, "decodes 50 and 10", "replica", 1, chosen(decode: 50)),
      row(system, "decodes 95 and 10", "replica", 2, chosen(decode: 95)),
    ] + conditional()
  }

  /// The pool that computes a prompt of which that of decode has blocks of 16 tokens.
  private static func conditional() -> [Reproduction.Row] {
    // Less than 2,048 tokens and 0.7 of the prompt.
    let rule = LocalPrefill(mostTokens: 2047, share: 0.7)
    let examples: [(tokens: Int, blocks: Int, pool: Double)] = [
      (3000, 62, 2), (2800, 50, 1), (3000, 59, 1),
    ]
    return examples.map { example in
      let isLocal = rule.isLocal(example.tokens, found: 16 * example.blocks, queued: 0)
      return row(
        "dynamo conditional disaggregation",
        "\(example.tokens) tokens; \(example.blocks) blocks found", "pool",
        example.pool, isLocal ? 2 : 1)
    }
  }

  /// Queues of 4 and 6 and caches of 0.5 and 0.9.
  private static func gateway() -> [Reproduction.Row] {
    let reports = [
      ReplicaReport(waiting: 4, running: 0, cacheUsage: 0.5),
      ReplicaReport(waiting: 6, running: 0, cacheUsage: 0.9),
    ]
    var door = SaturationShed()
    let request = RoutedRequest(RequestID(0), promptTokens: 16)
    let isLetIn = door.admits(request, priority: 1, reports)
    let (system, workload) = ("gateway saturation", "queues 4 and 6; caches 0.5 and 0.9")
    return [
      row(system, workload, "saturation", 1, door.saturation(reports)),
      row(system, workload, "turned_away", 1, isLetIn ? 0 : 1),
    ]
  }

  /// Of a mean of 10 requests and a deviation of 3, one with 14 and 90 % of the prompt is passed
  /// over, and one with 13 and 40 % gets it.
  private static func aibrix() -> [Reproduction.Row] {
    let counts = [14, 13, 6, 6, 9, 13, 8, 11]
    let prompts = Prompts(
      [(100, 90), (100, 40)] + Array(repeating: (100, 0), count: 110) + [(100, 100)])
    var router = AIBrixPrefix(replicas: counts.count, columns: prompts.columns)
    var sent: [[Int]] = counts.map { _ in [] }
    for row in 0..<112 { sent[router.route(prompts[row])].append(row) }
    for (replica, rows) in sent.enumerated() {
      for row in rows.suffix(max(0, rows.count - counts[replica])) {
        router.noteEnd(of: prompts[row], on: replica)
      }
    }
    let chosen = Double(router.route(prompts[112]) + 1)
    return [
      row("aibrix prefix-cache", "90 % with 14 requests; 40 % with 13", "replica", 2, chosen)
    ]
  }
}
