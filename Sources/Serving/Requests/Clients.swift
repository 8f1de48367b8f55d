/// Clients that wait for an answer before they send the next request: a closed loop.
///
/// The requests are taken from the trace in its order, each by whichever client is next free, as
/// DeepSpeed-FastGen's benchmark hands them out of one queue; the trace's own arrivals do not
/// count, unless they are kept.
public struct Clients: Sendable, Equatable {
  /// How many there are; each has at most one request in flight.
  public var count: Int
  /// The time from the end of an answer to the same client's next request.
  public var thinkTime: Nanoseconds
  /// Client i, from 0, sends its first request after i times this.
  public var stagger: Nanoseconds
  /// Whether a request is sent no earlier than at its own arrival: as many as there are clients are
  /// under way at once, at most (`--max-concurrency` of vLLM's benchmark, beside a rate).
  public var keepsArrivals = false
  /// Time in which the front end makes a token of a prompt, all prompts side by side; 0 where the
  /// engine has a request when it is sent. Otherwise clients start together.
  public var tokenizing: Nanoseconds = 0
  /// When each client sends its first request instead, where that is known.
  public var starts: [Nanoseconds]?

  public init(_ count: Int, thinkTime: Nanoseconds = 0, stagger: Nanoseconds = 0) {
    precondition(
      EngineRange.clients.contains(count), "a closed loop has a client, and not too many")
    precondition(
      EngineRange.time.contains(thinkTime) && EngineRange.time.contains(stagger)
        && stagger <= EngineRange.time.upperBound / max(1, count - 1),
      "a client sends after what it waits for, within the time that there is")
    self.count = count
    self.thinkTime = thinkTime
    self.stagger = stagger
  }

  /// Clients that send their first requests at `starts`.
  public init(startingAt starts: [Nanoseconds]) {
    self.init(starts.count)
    precondition(
      starts.allSatisfy(EngineRange.time.contains), "a client starts within the time that there is")
    self.starts = starts
  }
}
