import Serving

/// What a prefix cache spared of prompts that may share what they begin with.
public struct PrefixUse: Sendable, Equatable {
  /// Prompt tokens that were found in the cache, and those that were computed; what was computed or
  /// found once more after a preemption is in both.
  public var cachedTokens: Int
  public var computedTokens: Int
  /// Admissions, those after a preemption included, and how many found anything in the cache.
  public var admissions: Int
  public var hits: Int

  /// The use over a run; nil where nothing says what prompts share.
  public init?(trace: Trace, timeline: Timeline) {
    guard trace.columns.prefixHashes != nil else { return nil }
    cachedTokens = timeline.cachedTokens
    computedTokens = timeline.occupancy.promptTokens
    admissions = timeline.admissions
    hits = timeline.cacheHits
  }

  /// The share of prompt tokens that was found; 0 where there were none.
  public var hitRate: Double {
    let all = cachedTokens + computedTokens
    return all == 0 ? 0 : Double(cachedTokens) / Double(all)
  }

  /// The share of admissions that found anything; 0 where there were none.
  public var requestHitRate: Double {
    admissions == 0 ? 0 : Double(hits) / Double(admissions)
  }

  /// The figures by name.
  public var values: [NamedValue] {
    [
      NamedValue("prefix_cache", "hit_rate", .real(hitRate)),
      NamedValue("prefix_cache", "cached_tokens", unit: "tokens", .count(cachedTokens)),
      NamedValue("prefix_cache", "computed_tokens", unit: "tokens", .count(computedTokens)),
      NamedValue("prefix_cache", "request_hit_rate", .real(requestHitRate)),
    ]
  }
}
