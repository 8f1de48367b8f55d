import Formats
import Serving

/// How the turns of a trace's sessions are sent, and what their prompts hold.
public struct SessionReplay: Sendable, Equatable {
  /// When turns are sent.
  public enum Mode: String, CaseIterable, Sendable {
    /// When those before have ended, and a time after that: a closed loop in each session.
    case closed
    /// When the trace says that they were.
    case recorded
  }

  /// What a turn's prompt begins with.
  public enum Prompts: String, CaseIterable, Sendable {
    /// With what was said before, as far as it is long enough for that.
    case whole
    /// With what was said before, which is put before what the trace has.
    case added
    /// With what the trace's hashes say, or nothing that is known.
    case apart
  }

  /// Nil for `recorded`, or `closed` where a turn has no time of its own.
  public var mode: Mode?
  /// Nil for `whole` where turns wait and the trace has no hashes, and else `apart`.
  public var prompts: Prompts?
  /// The time from the end of what a turn waits for until it is sent, in place of the trace's.
  public var thinkTime: Nanoseconds?

  /// Turns as the trace has them.
  public init() {}

  /// `loaded` with these turns.
  public func applied(to loaded: LoadedTrace) throws(InputError) -> LoadedTrace {
    var loaded = loaded
    let isClosed = isClosed(loaded.trace)
    let hasHashes = loaded.trace.columns.prefixHashes != nil
    let prompts = prompts ?? (isClosed && !hasHashes ? .whole : .apart)
    if !isClosed && prompts == .apart {
      if mode == .recorded, loaded.trace.columns.waits?.areRecorded == false { throw Self.notTimed }
      loaded.trace = loaded.trace.waiting(nil)
      return loaded
    }
    guard let waits = loaded.trace.columns.waits ?? loaded.trace.turnsOfSessions else {
      throw InputError(
        Self.option, problem: "the trace tells of no sessions",
        remedy: "leave it out, or give a trace with a session_id")
    }
    if prompts != .apart {
      if hasHashes {
        throw InputError(
          Self.promptsOption, problem: "the trace has hashes, which say what prompts begin with",
          remedy: "leave it out")
      }
      loaded = try TurnContexts(waits, adds: prompts == .added).applied(to: loaded)
    }
    loaded.trace = loaded.trace.waiting(isClosed ? try known(waits) : nil)
    return loaded
  }

  /// Whether turns of `trace` wait for those before.
  private func isClosed(_ trace: Trace) -> Bool {
    mode == .closed || mode == nil && trace.columns.waits?.areRecorded == false
  }

  /// `waits` with the times that are asked for.
  private func known(_ waits: Waits) throws(InputError) -> Waits {
    let waits = thinkTime.map(waits.delayed) ?? waits
    if waits.unknown == 0 { return waits }
    throw InputError(
      Self.option,
      problem:
        "nothing says how long \(waits.unknown) of \(waits.waiting) turns were thought about",
      remedy: "give --think-time SECONDS from the end of an answer to the next turn")
  }

  private static let option = "--sessions"
  private static let promptsOption = "--turn-prompts"

  private static let notTimed = InputError(
    option, problem: "turns of the trace have no times of their own",
    remedy: "give \(Mode.closed.rawValue), or leave it out")
}

extension Trace {
  /// The same requests, which wait as `waits` says.
  public func waiting(_ waits: Waits?) -> Trace {
    if waits == nil && columns.waits == nil { return self }
    var columns = columns
    columns.waits = waits
    return Trace(requests: requests, columns: columns)
  }

  /// Each request behind the one before of its session, for a time that nothing says; nil where the
  /// source names no sessions.
  var turnsOfSessions: Waits? {
    guard let sessions = columns.sessions else { return nil }
    var waits = Waits()
    var last: [String: Int] = [:]
    for row in requests.indices {
      let before = sessions[row].isEmpty ? nil : last.updateValue(row, forKey: sessions[row])
      waits.append(after: before.map { [$0] } ?? [], delay: nil)
    }
    return waits
  }
}
