/// What joins the replicas of one pool to those of another.
public struct Link: Sendable, Equatable {
  /// Who has to share its bandwidth.
  public enum Sharing: String, Sendable, CaseIterable {
    /// Every replica has so much for what it sends and for what it receives, as with network cards
    /// of its own; transfers get equal parts at the end where they get less.
    case replica
    /// All transfers between the two pools have so much together.
    case pool
    /// Each transfer has so much.
    case none
  }

  /// Bytes a second.
  public var bandwidth: Double
  /// What a transfer takes besides its bytes.
  public var latency: Nanoseconds
  /// Who shares the bandwidth.
  public var sharing: Sharing
  /// Parts of a cache that are sent as they are computed, one after the other, each a layer's; 1
  /// where all is sent when the prompt is computed.
  public var parts: Int

  public init(
    bandwidth: Double, latency: Nanoseconds = 0, sharing: Sharing = .replica, parts: Int = 1
  ) {
    precondition(bandwidth > 0 && parts > 0, "a link has some bandwidth, and sends something")
    self.parts = parts
    precondition(EngineRange.time.contains(latency), "a latency is on the clock")
    self.bandwidth = bandwidth
    self.latency = latency
    self.sharing = sharing
  }

  /// What of `bytes` is still to come when a prompt is computed that took `time` while there was
  /// room for it at the other end: what of its last part at least, as the link sends the parts
  /// before with all of its bandwidth.
  func left(of bytes: Double, after time: Nanoseconds) -> Double {
    let last = 1 / Double(parts)
    let whole = bytes / bandwidth * 1e9
    return bytes * max(last, whole > 0 ? 1 - Double(time) * (1 - last) / whole : last)
  }
}

/// Bytes of keys and values that one copy of a model holds, over all its GPUs, by what its layers
/// keep.
public struct CacheBytes: Sendable, Equatable {
  /// Layers that keep the last tokens alone.
  public struct Window: Sendable, Equatable {
    public var tokens: Int
    public var bytesPerToken: Double

    public init(tokens: Int, bytesPerToken: Double) {
      self.tokens = tokens
      self.bytesPerToken = bytesPerToken
    }
  }

  /// Of each token, in the layers that keep all.
  public var perToken: Double
  /// Layers that keep fewer.
  public var windows: [Window]
  /// Of each sequence, however long.
  public var perSequence: Double

  public init(perToken: Double, windows: [Window] = [], perSequence: Double = 0) {
    self.perToken = perToken
    self.windows = windows
    self.perSequence = perSequence
  }

  /// What of a prompt's cache has to be read where its last `tokens` tokens are missing.
  public func bytes(ofLast tokens: Int) -> Double {
    windows.reduce(perToken * Double(tokens) + perSequence) {
      $0 + $1.bytesPerToken * Double(min(tokens, $1.tokens))
    }
  }
}
