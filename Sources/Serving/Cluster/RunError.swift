/// Why a run cannot go on, before its trace is served to the end.
public enum RunError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A replica that has work never gets on with it.
  case stall(Stall)
  /// Something would happen after the clock's end.
  case endOfClock(EndOfClock)

  public var description: String {
    switch self {
    case .stall(let stall): stall.description
    case .endOfClock(let end): end.description
    }
  }
}

/// What would happen after the end of the clock, `EngineRange.clock`.
public struct EndOfClock: Equatable, Sendable, CustomStringConvertible {
  /// What cannot be on the clock.
  public enum Event: Equatable, Sendable {
    /// The end of a batch of `replica` that takes `seconds`.
    case batch(replica: Int, seconds: Double)
    /// The next request.
    case request
    /// The end of a transfer between replicas.
    case transfer
  }

  /// What would happen.
  public var event: Event
  /// The last instant at which anything happened.
  public var time: Nanoseconds
  /// Requests that are completed, refused or timed out by then.
  public var settled: Int

  public var description: String {
    let end = "the end of the clock at \(Int(EngineRange.clock.upperBound.seconds)) s"
    let what =
      switch event {
      case .batch(let replica, let seconds):
        "replica \(replica) begins a batch of \(seconds) s, which passes \(end)"
      case .request: "the next request comes after \(end)"
      case .transfer: "a transfer between replicas ends after \(end)"
      }
    return "at \(time.seconds) s, with \(settled) requests settled, \(what)"
  }
}
