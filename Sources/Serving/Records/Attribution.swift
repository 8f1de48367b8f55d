/// Where the end-to-end latency of one request came from, in nanoseconds; the parts add up to it
/// exactly.
///
/// The time of an iteration is first the host's, as the cost model says; then what its decodes
/// alone would take on the GPU; all beyond that is its prompts', by their tokens. With several
/// batches in flight, time is shared as in the batch that ends next.
public struct Attribution: Sendable, Equatable {
  /// What a part of a latency was spent on.
  public enum Part: CaseIterable, Sendable {
    case queue, prefill, othersPrefill, othersDecode, decode, preemption, transfer, tier, host
  }

  /// From the arrival to the first iteration that computes anything for the request; and where its
  /// prompt is handed over, until there is room for it and it is admitted there.
  public var queue: Nanoseconds = 0
  /// Its own prompt was computed.
  public var prefill: Nanoseconds = 0
  /// Others' prompts were computed, once it was admitted.
  public var othersPrefill: Nanoseconds = 0
  /// Others decoded while its prompt was not computed to its end.
  public var othersDecode: Nanoseconds = 0
  /// It decoded, or those did that it decodes with.
  public var decode: Nanoseconds = 0
  /// It had lost its cache: until as much was computed again, or had come back.
  public var preemption: Nanoseconds = 0
  /// Its keys and values came from where its prompt was computed.
  public var transfer: Nanoseconds = 0
  /// Its keys and values came from tiers below the memory of the GPUs, or its batch waited for
  /// copies from there or to there.
  public var tier: Nanoseconds = 0
  /// The GPU waited for the host, or for copies from and to its memory.
  public var host: Nanoseconds = 0

  public init() {}

  /// The time of `part`.
  public subscript(part: Part) -> Nanoseconds {
    switch part {
    case .queue: queue
    case .prefill: prefill
    case .othersPrefill: othersPrefill
    case .othersDecode: othersDecode
    case .decode: decode
    case .preemption: preemption
    case .transfer: transfer
    case .tier: tier
    case .host: host
    }
  }

  /// Adds what `other` was spent on.
  mutating func add(_ other: Attribution) {
    queue += other.queue
    prefill += other.prefill
    othersPrefill += other.othersPrefill
    othersDecode += other.othersDecode
    decode += other.decode
    preemption += other.preemption
    transfer += other.transfer
    tier += other.tier
    host += other.host
  }

  /// The sum of all parts.
  public var total: Nanoseconds { Part.allCases.reduce(0) { $0 + self[$1] } }
}

/// What a request did from one instant to another; the spans of a request follow on each other from
/// its arrival to its last token.
public struct PhaseSpan: Sendable, Equatable {
  /// What a request does; `lost` is from the loss of its cache until as much is computed again, and
  /// `transferring` while its cache comes from another replica, and `loading` from a tier.
  public enum Phase: Sendable { case queued, prefilling, decoding, lost, transferring, loading }

  /// The request, the replica that has it, and what it does there.
  public var request: RequestID
  public var replica: Int
  public var phase: Phase
  /// From when to when; the end is later than the start.
  public var start: Nanoseconds
  public var end: Nanoseconds
}
