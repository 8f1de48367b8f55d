import Serving

/// How full batches were, and for how long.
public struct BatchUse: Sendable, Equatable {
  /// Iterations of all replicas.
  public var iterations: Int
  /// The mean number of sequences in a batch, weighted by time, and the most in one.
  public var meanSequences: Double
  public var peakSequences: Int
  /// The mean number of tokens in a batch, each batch alike, and the most in one.
  public var meanTokens: Double
  public var peakTokens: Int
  /// Time with as many sequences running as the cap allows, summed over replicas.
  public var atSequenceCapSeconds: Double
  /// Time that iterations took, summed over replicas.
  public var busySeconds: Double
  /// The time from the first arrival to the last finish.
  public var spanSeconds: Double
  /// The share of the span in which a replica was busy, the mean over replicas, 0 to 1.
  public var busyShare: Double
  /// Time that the first stage of a pipeline stood idle with batches in later ones.
  public var bubbleSeconds: Double
  /// Plans in which the original engine crashes or hangs, and ours waits.
  public var deadlockedSteps: Int
  /// Prompt tokens that were not computed because they were in the cache.
  public var cachedPromptTokens: Int
  /// Prompt tokens that were computed or found in the cache once more, after preemptions.
  public var recomputedPromptTokens: Int

  public init(
    _ occupancy: Occupancy, _ counts: RequestCounts, cachedTokens: Int, abandonedTokens: Int,
    deadlockedSteps: Int,
    spanSeconds: Double,
    replicas: Int
  ) {
    iterations = occupancy.iterations
    meanSequences = occupancy.meanSequences
    peakSequences = occupancy.peakSequences
    meanTokens = occupancy.meanTokens
    peakTokens = occupancy.peakTokens
    atSequenceCapSeconds = occupancy.timeAtSequenceCap.seconds
    busySeconds = occupancy.busy.seconds
    self.spanSeconds = spanSeconds
    busyShare = spanSeconds > 0 ? busySeconds / (spanSeconds * Double(replicas)) : 0
    bubbleSeconds = occupancy.bubbles.seconds
    self.deadlockedSteps = deadlockedSteps
    cachedPromptTokens = cachedTokens
    recomputedPromptTokens =
      occupancy.promptTokens + cachedTokens - counts.promptTokens - abandonedTokens
  }

  /// The figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    [
      NamedValue("batch", "iterations", .count(iterations)),
      NamedValue("batch", "mean_sequences", .real(meanSequences)),
      NamedValue("batch", "peak_sequences", .count(peakSequences)),
      NamedValue("batch", "mean_tokens", unit: "tokens", .real(meanTokens)),
      NamedValue("batch", "peak_tokens", unit: "tokens", .count(peakTokens)),
      NamedValue("batch", "at_sequence_cap_seconds", unit: "s", .real(atSequenceCapSeconds)),
      NamedValue("batch", "busy_seconds", unit: "s", .real(busySeconds)),
      NamedValue("batch", "span_seconds", unit: "s", .real(spanSeconds)),
      NamedValue("batch", "busy_share", .real(busyShare)),
      NamedValue("batch", "bubble_seconds", unit: "s", .real(bubbleSeconds)),
      NamedValue("batch", "hung_plans", .count(deadlockedSteps)),
      NamedValue("batch", "cached_prompt_tokens", unit: "tokens", .count(cachedPromptTokens)),
      NamedValue(
        "batch", "recomputed_prompt_tokens", unit: "tokens", .count(recomputedPromptTokens)),
    ]
  }
}
