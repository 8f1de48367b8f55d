/// What clients do that gave an answer up: they send the request again.
public struct Retries: Sendable, Equatable {
  /// How often a request is sent again, at most.
  public var count: Int
  /// The time from giving it up to sending it again.
  public var delay: Nanoseconds

  public init(_ count: Int, delay: Nanoseconds = 0) {
    precondition(count > 0, "a request is sent again")
    precondition(EngineRange.time.contains(delay), "it is sent again within the time that there is")
    self.count = count
    self.delay = delay
  }
}
