import Formats
import Serving

/// The list of routers; it drives the command line and the tests.
public enum Routers {
  /// Every router, from the one that knows least.
  public static let all: [RouterEntry] = [
    RouterEntry("round-robin", "Each replica in turn.") { RoundRobin(replicas: $0.replicas) },
    RouterEntry("least-requests", "The replica with the fewest unfinished requests.") {
      LeastRequests(replicas: $0.replicas)
    },
    RouterEntry("least-tokens", "The replica with the fewest prompt tokens of unfinished ones.") {
      LeastTokens(replicas: $0.replicas)
    },
    RouterEntry("power-of-two", "Of two drawn at random, that with fewer unfinished requests.") {
      PowerOfTwo(replicas: $0.replicas, random: $0.random)
    },
    RouterEntry("session", "Where the session's first request went.", needs: .sessions) {
      StickySessions(replicas: $0.replicas, sessions: $0.columns.sessions ?? [])
    },
    RouterEntry("prefix", "Where the prompt's beginning was sent last.", needs: .prefixHashes) {
      PrefixAffinity(
        replicas: $0.replicas, hashes: $0.columns.prefixHashes ?? [],
        blocks: $0.cachedTokens / $0.columns.prefixBlockTokens)
    },
    cacheAware, sessionRing, prefixTrie, dynamo, endpointPicker, aibrix, ranks,
  ]

  /// The router that `name` names, with the options behind it.
  public static func named(_ name: String) throws(InputError) -> RouterEntry {
    var given = try NamedOptions(name, in: GivenValue(source: "--router", text: name))
    guard let entry = all.first(where: { $0.name == given.name }) else {
      throw .unknown("router", given.name, among: all.map(\.name), in: "--router")
    }
    return try entry.with(&given, as: name)
  }
}

/// Those of systems that are deployed.
extension Routers {
  private static let cacheAware = RouterEntry(
    "sglang-cache-aware", "Where the most of the prompt was sent, while loads are balanced.",
    needs: .prefixHashes,
    options: [
      PolicyOption("cache-threshold", 0.5, in: 0...1),
      PolicyOption("balance-abs-threshold", 32, isWhole: true),
      PolicyOption("balance-rel-threshold", 1.1),
      PolicyOption("max-tree-size", 10_000, isWhole: true),
      PolicyOption("eviction-interval", 30, in: 1e-3...1e6),
    ]
  ) { (setting, options) in
    var rule = CacheAware.Rule()
    rule.cacheThreshold = options["cache-threshold"]
    rule.balanceAbsolute = Int(options["balance-abs-threshold"])
    rule.balanceRelative = options["balance-rel-threshold"]
    rule.maxTreeSize = Int(options["max-tree-size"])
    rule.evictionInterval = Nanoseconds(seconds: options["eviction-interval"])
    return CacheAware(replicas: setting.replicas, columns: setting.columns, rule: rule)
  }

  private static let sessionRing = RouterEntry(
    "production-stack-session", "The replica behind the session's name on a ring of hashes.",
    needs: .sessions
  ) {
    SessionRing(replicas: $0.replicas, sessions: $0.columns.sessions ?? [])
  }

  private static let prefixTrie = RouterEntry(
    "production-stack-prefix", "Where the most of the prompt was sent, whatever the load.",
    needs: .prefixHashes
  ) {
    PrefixTrie(replicas: $0.replicas, columns: $0.columns, random: $0.random)
  }

  private static let dynamo = RouterEntry(
    "dynamo-kv", "The least of blocks to compute and to decode, without events of the caches.",
    needs: .prefixHashes,
    options: [
      PolicyOption("overlap-score-credit", 1), PolicyOption("prefill-load-scale", 1),
      PolicyOption("decode-active-request-weight", 0), PolicyOption("temperature", 0),
      PolicyOption("ttl-secs", 120, in: 0...1e9),
    ]
  ) { (setting, options) in
    var weights = DynamoKV.Weights()
    weights.overlapScoreCredit = options["overlap-score-credit"]
    weights.prefillLoadScale = options["prefill-load-scale"]
    weights.activeRequestWeight = options["decode-active-request-weight"]
    weights.temperature = options["temperature"]
    weights.ttl = Nanoseconds(seconds: options["ttl-secs"])
    return DynamoKV(
      replicas: setting.replicas, columns: setting.columns, blockTokens: setting.blockTokens,
      weights: weights, random: setting.random)
  }

  private static let endpointPicker = RouterEntry(
    "llm-d", "The greatest weighted sum of scores, as the Gateway API's endpoint picker.",
    options: EndpointPicker.Scorer.allCases.map {
      PolicyOption($0.rawValue, $0.standardWeight)
    }
  ) { (setting, options) in
    EndpointPicker(
      replicas: setting.replicas, columns: setting.columns,
      weight: { options[$0.rawValue] }, random: setting.random)
  }

  private static let aibrix = RouterEntry(
    "aibrix-prefix", "Where the most of the prompt was sent, if that is not much busier.",
    needs: .prefixHashes,
    options: [
      PolicyOption("imbalance-abs-count", 8, isWhole: true),
      PolicyOption("stddev-factor", 1),
    ]
  ) { (setting, options) in
    AIBrixPrefix(
      replicas: setting.replicas, columns: setting.columns,
      imbalance: Int(options["imbalance-abs-count"]), factor: options["stddev-factor"])
  }

  private static let ranks = RouterEntry(
    "vllm-dp", "The engine with the least to do, queues counting more where caches are full.",
    options: [PolicyOption("api-server-count", 1, in: 1...1024, isWhole: true)]
  ) { (setting, options) in
    VLLMRanks(replicas: setting.replicas, clients: Int(options["api-server-count"]))
  }
}
