import Serving

/// What became of drafts, by the names of vLLM's metrics.
public struct DraftUse: Sendable, Equatable {
  public var counts: DraftCounts
  /// The times between emissions of a request, each of which may bring several tokens; those
  /// between tokens are zero within one. Nil where no request has any.
  public var emissionGaps: Distribution?

  /// The use over a run; nil where nothing was drafted.
  public init?(timeline: Timeline) {
    guard timeline.drafts.rounds > 0 else { return nil }
    counts = timeline.drafts
    emissionGaps = Distribution(GapSamples(gaps: timeline.gaps.longerThanZero))
  }

  /// Tokens that a verification emits on average: its accepted drafts and one more.
  public var meanAcceptanceLength: Double {
    1 + Double(counts.accepted) / Double(counts.rounds)
  }

  /// The share of drafts that is accepted.
  public var acceptanceRate: Double { Double(counts.accepted) / Double(counts.drafted) }

  /// The share of verifications in which the draft in each place is accepted.
  public var ratesByPosition: [Double] {
    counts.acceptedByPosition.map { Double($0) / Double(counts.rounds) }
  }

  /// The figures by name.
  public var values: [NamedValue] {
    let section = "speculation"
    return [
      NamedValue(section, "mean_acceptance_length", unit: "tokens", .real(meanAcceptanceLength)),
      NamedValue(section, "acceptance_rate", .real(acceptanceRate)),
      NamedValue(section, "verifications", .count(counts.rounds)),
      NamedValue(section, "drafted_tokens", unit: "tokens", .count(counts.drafted)),
      NamedValue(section, "accepted_tokens", unit: "tokens", .count(counts.accepted)),
    ]
      + ratesByPosition.enumerated().map {
        NamedValue(section, "acceptance_rate_at_\($0 + 1)", .real($1))
      }
      + Statistic.standard.map { statistic in
        NamedValue(
          "tbt_by_emission", "\(statistic.name)_seconds", unit: "s",
          NamedValue.Value(emissionGaps.flatMap { $0[statistic] }))
      }
  }
}
