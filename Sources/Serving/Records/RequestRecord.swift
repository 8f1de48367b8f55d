/// When the things happened to one request that its user can feel.
public struct RequestRecord: Sendable, Equatable {
  /// The start of the first iteration that computed anything for it; negative if there was none.
  public internal(set) var firstScheduled: Nanoseconds
  /// The end of the iteration that emitted its first token; negative if there was none.
  public internal(set) var firstToken: Nanoseconds
  /// The end of the iteration that emitted its last token; negative if it was not answered to its
  /// end.
  public internal(set) var finish: Nanoseconds
  /// The longest time between two consecutive tokens; zero for a one-token answer.
  public internal(set) var longestGap: Nanoseconds
  /// The greatest that the exponential moving average of its gaps, with a span of 16 tokens, has
  /// been, in nanoseconds; zero for a one-token answer, and nil where that was not asked for.
  public internal(set) var smoothedGap: Double? {
    get { smoothed < 0 ? nil : smoothed }
    set { smoothed = newValue ?? -1 }
  }
  /// Negative where it was not asked for.
  private var smoothed = -1.0
  private var emitted: Int32
  private var evictions: Int32

  public init(
    firstScheduled: Nanoseconds, firstToken: Nanoseconds, finish: Nanoseconds,
    longestGap: Nanoseconds, emittedTokens: Int, preemptions: Int
  ) {
    self.firstScheduled = firstScheduled
    self.firstToken = firstToken
    self.finish = finish
    self.longestGap = longestGap
    emitted = Int32(emittedTokens)
    evictions = Int32(preemptions)
  }

  /// A request that was never taken on.
  public static let refused = RequestRecord(
    firstScheduled: -1, firstToken: -1, finish: -1, longestGap: 0, emittedTokens: 0, preemptions: 0)

  /// A request that was lost with its replica, or that no replica was left for.
  static let lost = RequestRecord(notServed: -2)
  /// A request that was turned away at the door.
  static let shed = RequestRecord(notServed: -3)

  private init(notServed mark: Nanoseconds) {
    self = .refused
    firstScheduled = mark
  }

  /// Whether it was lost with its replica, or no replica was left for it.
  public var isLost: Bool { firstScheduled == -2 }
  /// Whether it was turned away at the door, by a rule.
  public var isShed: Bool { firstScheduled == -3 }

  /// A request whose client stopped waiting at `time`.
  ///
  /// - Parameter seen: what is known of it then.
  package init(timedOutAt time: Nanoseconds, _ seen: RequestRecord) {
    self = seen
    if firstToken > time { firstToken = -1 }
    finish = Self.noFinish - 1 - time
    longestGap = 0
    smoothed = -1
  }

  private static let noFinish: Nanoseconds = -1

  /// When its client stopped waiting for it; nil where none did.
  public var timeOut: Nanoseconds? {
    finish < Self.noFinish ? Self.noFinish - 1 - finish : nil
  }

  /// Tokens of the answer; fewer than the trace asks for where the model's length ran out. Where
  /// its client stopped waiting, those that were computed or planned until the engine let it go.
  public var emittedTokens: Int { Int(emitted) }
  /// How often it lost its cache and was computed again.
  public var preemptions: Int { Int(evictions) }
  public var isCompleted: Bool { finish >= 0 }

  /// Adds what was seen where the prompt was computed, which was another replica.
  mutating func add(prompt record: RequestRecord) {
    firstScheduled = record.firstScheduled
    evictions += record.evictions
  }

  /// Has its user see its tokens later.
  package mutating func delay(by time: Nanoseconds) {
    if firstToken >= 0 { firstToken += time }
    if isCompleted {
      finish += time
    } else if timeOut != nil {
      finish -= time
    }
  }
}
