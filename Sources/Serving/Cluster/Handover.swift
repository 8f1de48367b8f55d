/// What becomes of the keys and values of a request's prompt besides their use where it is.
public enum Handover: Sendable, Equatable {
  /// Nothing.
  case none
  /// Another engine has computed them, and they are read from there.
  case receives
  /// Another engine reads them when they are computed.
  case sends
}

/// The part of an engine that is not simulated in the serving of a request.
public struct RemoteTransfer: Sendable, Equatable {
  /// Seen from here.
  public var handover: Handover
  /// From the beginning of the transfer to its end.
  public var duration: Nanoseconds

  public init(_ handover: Handover, _ duration: Nanoseconds) {
    precondition(EngineRange.time.contains(duration), "a transfer takes a time on the clock")
    self.handover = handover
    self.duration = duration
  }
}
