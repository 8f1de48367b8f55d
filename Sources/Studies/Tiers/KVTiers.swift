import Formats
import Serving

/// The tiers below the memory of the GPUs, as a user says them.
public struct KVTiers: Sendable, Equatable {
  /// Whose offloading a vLLM has.
  enum Backend: String, Sendable, CaseIterable {
    /// vLLM's own connector.
    case native
    /// LMCache's, with its defaults.
    case lmcache
  }

  /// When HiCache copies to the host's memory.
  enum WritePolicy: String, Sendable, CaseIterable {
    case writeThrough = "write_through"
    case writeThroughSelective = "write_through_selective"
    case writeBack = "write_back"

    /// The same for a tier.
    var write: Tier.Write {
      switch self {
      case .writeThrough: .through(requests: 1)
      case .writeThroughSelective: .through(requests: 2)
      case .writeBack: .back
      }
    }
  }

  /// What a request waits for that comes up from storage, with HiCache.
  enum PrefetchPolicy: String, Sendable, CaseIterable {
    case timeout
    case bestEffort = "best_effort"
    case waitComplete = "wait_complete"

    /// The same for tiers, with SGLang 0.5.23's times.
    var prefetch: Tiering.Prefetch {
      switch self {
      case .timeout: .timeout(1_000_000_000, perThousandTokens: 250_000_000)
      case .bestEffort: .bestEffort
      case .waitComplete: .waitComplete
      }
    }
  }

  /// `--kv-offloading-size` in GiB over all GPUs of a replica, and `--kv-offloading-backend`.
  var offloading: Double?
  var backend: Backend?
  /// SGLang's HiCache: whether it is on, the host's memory by that of the GPU or in 10^9 bytes a
  /// GPU, and its policies.
  var isHierarchical = false
  var ratio: Double?
  var size: Double?
  var writePolicy: WritePolicy?
  var prefetchPolicy: PrefetchPolicy?
  /// Further tiers, each below the one before.
  var below: [Tier] = []

  /// No tiers.
  public init() {}

  /// Whether there are any.
  public var isPlain: Bool { self == KVTiers() }
}

/// What a user can set of tiers.
extension KVTiers {
  /// The settings one by one.
  public enum Settings {
    /// vLLM's tier of host memory.
    public static let offloading = Setting<KVTiers>(
      "kv-offloading-size", .number(0...1e9, "GIB"),
      "GiB of host memory, over all GPUs of a replica, to which vLLM copies its KV cache",
      shown: { $0.offloading.map { "\($0)" } },
      set: { (root, given) throws(InputError) in
        root.offloading = try given.double(min: 0, max: 1e9, exclusive: true)
      })

    /// Whose connector copies.
    public static let backend = Setting<KVTiers>(
      "kv-offloading-backend", .words(Backend.allCases.map(\.rawValue)),
      standard: Backend.native.rawValue,
      "who copies there: vLLM's own connector, or lmcache, in chunks of 256 tokens of prompts, "
        + "which a batch waits for",
      shown: { $0.backend?.rawValue },
      set: { (root, given) throws(InputError) in root.backend = try given.value(of: Backend.self) })

    /// SGLang's HiCache.
    public static let hierarchical = Setting<KVTiers>(
      "enable-hierarchical-cache", .flag, "SGLang's HiCache, in host memory and the tiers below",
      shown: { $0.isHierarchical ? "true" : nil },
      set: { (root, _) throws(InputError) in root.isHierarchical = true })

    static let ratio = Setting<KVTiers>(
      "hicache-ratio", .number(0...1000, "X"), standard: "2",
      "how many times as much host memory HiCache takes as there is for the KV cache on the GPUs",
      shown: { $0.ratio.map { "\($0)" } },
      set: { (root, given) throws(InputError) in
        root.ratio = try given.double(min: 0, max: 1000, exclusive: true)
      })

    static let size = Setting<KVTiers>(
      "hicache-size", .number(0...1e6, "GB"), standard: "by --hicache-ratio",
      "10^9 bytes of host memory that HiCache takes for each GPU",
      shown: { $0.size.map { "\($0)" } },
      set: { (root, given) throws(InputError) in
        root.size = try given.double(min: 0, max: 1e6, exclusive: true)
      })

    static let writePolicy = Setting<KVTiers>(
      "hicache-write-policy", .words(WritePolicy.allCases.map(\.rawValue)),
      standard: WritePolicy.writeThrough.rawValue,
      "when HiCache copies to host memory: at once, what two requests asked for, or what leaves "
        + "the GPU",
      shown: { $0.writePolicy?.rawValue },
      set: { (root, given) throws(InputError) in
        root.writePolicy = try given.value(of: WritePolicy.self)
      })

    static let prefetchPolicy = Setting<KVTiers>(
      "hicache-storage-prefetch-policy", .words(PrefetchPolicy.allCases.map(\.rawValue)),
      standard: PrefetchPolicy.timeout.rawValue,
      "how long a request waits for what comes up to host memory: 1 s and 0.25 s for 1,024 tokens, "
        + "not at all, or until it is there",
      shown: { $0.prefetchPolicy?.rawValue },
      set: { (root, given) throws(InputError) in
        root.prefetchPolicy = try given.value(of: PrefetchPolicy.self)
      })

    /// Tiers in words.
    public static let below = Setting<KVTiers>(
      "tiers", .text("TIERS"),
      "tiers of the KV cache from the top, below those of the options above, with ; between: "
        + "ssd:gib=2000,read=6.9,write=6.9 with gib or unlimited, read and write in 10^9 bytes a "
        + "second of a replica, and perhaps latency in ms, eviction=lru, fifo, slru or arc, "
        + "write-policy=write_through, write_through_selective or write_back, and shared=true for "
        + "one that all replicas have together",
      shown: { $0.below.isEmpty ? nil : $0.below.map(TierNotation.text).joined(separator: ";") },
      set: { (root, given) throws(InputError) in root.below = try TierNotation.tiers(given) })

    static let all = [
      offloading, backend, hierarchical, ratio, size, writePolicy, prefetchPolicy, below,
    ]
  }
}
