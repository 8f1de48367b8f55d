import Serving

/// What of prompts was found in which tier, and what went to and fro.
public struct TieredUse: Sendable, Equatable {
  /// Prompt tokens that were found in the memory of the GPUs, and those that were computed; what
  /// was computed or found once more after a preemption is in both.
  public var gpuTokens: Int
  public var computedTokens: Int
  /// The tiers below, from the top.
  public var tiers: [TierUse]

  /// The use over a run; nil where there are no tiers.
  public init?(timeline: Timeline) {
    if timeline.tiers.isEmpty { return nil }
    tiers = timeline.tiers
    gpuTokens = timeline.cachedTokens - tiers.reduce(0) { $0 + $1.hitTokens }
    computedTokens = timeline.occupancy.promptTokens
  }

  /// What share of all prompt tokens `tokens` are; 0 where there were none.
  public func share(of tokens: Int) -> Double {
    let all = tiers.reduce(gpuTokens + computedTokens) { $0 + $1.hitTokens }
    return all == 0 ? 0 : Double(tokens) / Double(all)
  }

  /// The figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    [
      NamedValue("tier_gpu", "hit_tokens", unit: "tokens", .count(gpuTokens)),
      NamedValue("tier_gpu", "hit_rate", .real(share(of: gpuTokens))),
    ]
      + tiers.flatMap { tier in
        let section = "tier_\(tier.name)"
        return [
          NamedValue(section, "hit_tokens", unit: "tokens", .count(tier.hitTokens)),
          NamedValue(section, "hit_rate", .real(share(of: tier.hitTokens))),
          NamedValue(section, "read_bytes", unit: "B", .real(tier.readBytes)),
          NamedValue(section, "written_bytes", unit: "B", .real(tier.writtenBytes)),
          NamedValue(section, "evicted_bytes", unit: "B", .real(tier.evictedBytes)),
          NamedValue(section, "skipped_bytes", unit: "B", .real(tier.skippedBytes)),
          NamedValue(section, "peak_bytes", unit: "B", .real(tier.peakBytes)),
        ]
      }
  }
}
