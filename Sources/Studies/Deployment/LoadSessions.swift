import Formats
import Serving
import Workloads

/// What a user can set of sessions, of how many answers a prompt gets, and of sending again.
extension Load.Settings {
  /// When turns of sessions are sent.
  public static let sessions = Setting<Load>(
    "sessions", .words(SessionReplay.Mode.allCases.map(\.rawValue)),
    standard: "recorded, or closed where turns have no times of their own",
    "when turns are sent: recorded, when the trace says; or closed, when what they wait for has "
      + "ended, refused or given up too, and a think time has passed; rates are then of sessions",
    shown: { $0.sessions.mode?.rawValue },
    set: { (load, given) throws(InputError) in
      let word = try given.choice(of: SessionReplay.Mode.allCases.map(\.rawValue))
      load.sessions.mode = SessionReplay.Mode(rawValue: word)
    })

  static let turnPrompts = Setting<Load>(
    "turn-prompts", .words(SessionReplay.Prompts.allCases.map(\.rawValue)),
    standard: "whole where sessions are closed and the trace has no hashes, else apart",
    "what prompts of turns begin with: whole, with what was said before where they are as long; "
      + "added, with it put before them; apart, with what the trace's hashes say",
    shown: { $0.sessions.prompts?.rawValue },
    set: { (load, given) throws(InputError) in
      let word = try given.choice(of: SessionReplay.Prompts.allCases.map(\.rawValue))
      load.sessions.prompts = SessionReplay.Prompts(rawValue: word)
    })

  /// How many answers a prompt gets; vLLM calls it n.
  public static let samples = Setting<Load>(
    "samples", .count(1...1024), standard: "1",
    "answers to each prompt, as n of vLLM's requests: as many requests at once that share its "
      + "blocks, each with an answer as long as the trace's",
    shown: { $0.samples == 1 ? nil : String($0.samples) },
    set: { (load, given) throws(InputError) in load.samples = try given.int(in: 1...1024) })

  /// How often what was given up is sent again.
  static let retries = Setting<Load>(
    "retries", .count(1...1000), standard: "0",
    "how often a client sends a request again that it gave up, at most; each time it waits as "
      + "long, latencies count from the first time, and all are counted",
    shown: { load in load.retryCount.map(String.init) },
    set: { (load, given) throws(InputError) in load.retryCount = try given.int(in: 1...1000) })

  static let retryDelay = Setting<Load>(
    "retry-delay", .number(0...EngineRange.time.upperBound.seconds, "SECONDS"), standard: "0",
    "time from giving a request up to sending it again", printed: "retry_delay_seconds",
    shown: { load in load.retryCount.map { _ in "\((load.retryDelay ?? 0).seconds)" } },
    set: { (load, given) throws(InputError) in
      let longest = EngineRange.time.upperBound.seconds
      load.retryDelay = Nanoseconds(seconds: try given.double(min: 0, max: longest))
    })
}

extension Load {
  /// `loaded` with its turns and samples as they are asked for.
  func replayed(_ loaded: LoadedTrace) throws(InputError) -> LoadedTrace {
    var sessions = sessions
    sessions.thinkTime = thinkTime
    let loaded = try Samples(samples).applied(to: sessions.applied(to: loaded))
    let isBound = clients?.keepsArrivals ?? true
    if isBound || loaded.trace.columns.waits == nil { return loaded }
    let other = samples > 1 ? Settings.samples : Settings.sessions
    throw Self.closedLoop(other.option, beside: Settings.clients.option)
  }

  /// How often and when clients send again what they gave up; nil where they do not.
  public var retries: Retries? { retryCount.map { Retries($0, delay: retryDelay ?? 0) } }

  /// Throws where nothing can be sent again.
  ///
  /// - Parameter areLost: whether requests are lost with replicas.
  func checkRetries(areLost: Bool) throws(InputError) {
    if retryCount != nil && clientTimeout == nil && !areLost {
      throw InputError(
        Settings.retries.option, problem: "clients that wait for ever send nothing again",
        remedy: "give \(Settings.clientTimeout.option) too, or leave it out")
    }
    if retryDelay != nil && retryCount == nil {
      throw InputError(
        Settings.retryDelay.option, problem: "nothing is sent again",
        remedy: "give \(Settings.retries.option) too, or leave it out")
    }
  }

  func checkResampling(_ trace: Trace) throws(InputError) {
    if sessions.mode != .closed && trace.columns.waits?.areRecorded != false { return }
    throw InputError(
      "--resample", problem: "requests drawn one by one are no turns of a session",
      remedy: "leave it out, or replay sessions as recorded")
  }
}
