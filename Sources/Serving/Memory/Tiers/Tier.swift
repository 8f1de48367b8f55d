/// A place below the memory of the GPUs that keeps keys and values for later: the host's memory, an
/// SSD, or a store that several machines share.
public struct Tier: Sendable, Equatable {
  /// Which units make way for others. A unit that is being copied never does.
  public enum Eviction: String, Sendable, CaseIterable {
    /// Those that were asked for the longest ago.
    case lru
    /// Those that came first.
    case fifo
    /// Those that were asked for once, before all others; of equals as `lru`.
    case slru
    /// As `slru`, but so many of those asked for once stay as pays off (Megiddo and Modha, "ARC",
    /// FAST 2003), as in vLLM (`vllm/v1/kv_offload/cpu/policies/arc.py`).
    case arc
  }

  /// When units come here from the place above.
  public enum Write: Sendable, Equatable {
    /// When they are full, from that request on that is the so-many-th to ask for them.
    case through(requests: Int)
    /// When they leave the place above.
    case back
  }

  /// What reports call it.
  public var name: String
  /// Bytes that it has room for.
  public var bytes: Double
  /// What reads from it and writes to it pass through, one after the other each; the first tier is
  /// read into the memory of the GPUs, those below it into the first.
  public var reads: Link
  public var writes: Link
  /// Which units make way.
  public var eviction = Eviction.lru
  /// When units come here.
  public var write = Write.through(requests: 1)
  /// Whether all replicas have it together.
  public var isShared = false

  public init(
    _ name: String, bytes: Double, reads: Link, writes: Link, eviction: Eviction = .lru,
    write: Write = .through(requests: 1), isShared: Bool = false
  ) {
    precondition(bytes >= 0, "a tier has room for some bytes, or none")
    self.name = name
    self.bytes = bytes
    self.reads = reads
    self.writes = writes
    self.eviction = eviction
    self.write = write
    self.isShared = isShared
  }
}

/// The tiers of a replica and how its engine uses them. Tiers keep copies: what is in one stays
/// where it was above as well, until that needs the room.
public struct Tiering: Sendable, Equatable {
  /// What a request does while its keys and values come from the first tier.
  public enum Loads: Sendable, Equatable {
    /// It waits beside the batches, with blocks for what comes, as with vLLM's connectors.
    case asynchronous
    /// The batch that it is in waits for all of it, as with LMCache.
    case blocking
    /// Each of so many layers of its batch waits for its own part, as with SGLang's HiCache.
    case byLayer(Int)
  }

  /// How long a request waits for what is on its way to the first tier.
  public enum Prefetch: Sendable, Equatable {
    /// Until it is there.
    case waitComplete
    /// Not at all: it takes what is there.
    case bestEffort
    /// Until it is there, but no longer than that, and so much more for each 1,024 tokens.
    case timeout(Nanoseconds, perThousandTokens: Nanoseconds)
  }

  /// The tiers, the fastest first.
  public var tiers: [Tier]
  /// Bytes of the keys and values of a token over all GPUs of the replica, as tiers keep them.
  public var bytesPerToken: Double
  /// Blocks that are looked for and copied together.
  public var unitBlocks = 1
  /// What a request does while it is loaded.
  public var loads = Loads.asynchronous
  /// How long it waits for what is on its way to the first tier.
  public var prefetch = Prefetch.waitComplete
  /// Whether it comes up from lower tiers when the request arrives, and not only when it is the
  /// request's turn.
  public var prefetchesOnArrival = false
  /// The fewest tokens that are loaded, and that come up from lower tiers.
  public var leastLoadTokens = 1
  public var leastPrefetchTokens = 1
  /// Whether what was computed of answers is kept as well.
  public var keepsAnswers = true

  public init(_ tiers: [Tier], bytesPerToken: Double) {
    precondition(!tiers.isEmpty && bytesPerToken > 0, "there is a tier, and a token has bytes")
    self.tiers = tiers
    self.bytesPerToken = bytesPerToken
  }

  /// Units that `tier` has room for, of blocks of `blockTokens`.
  public func units(in tier: Tier, blockTokens: Int) -> Int {
    let units = tier.bytes / (bytesPerToken * Double(blockTokens * unitBlocks))
    return Int(min(units, Double(EngineRange.namedBlocks.upperBound)))
  }
}
