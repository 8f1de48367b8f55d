import Formats
import Metrics
import Serving
import Workloads

/// What is asked of a deployment: which requests of a trace, and when they arrive.
public struct Load: Sendable, Equatable {
  /// What is taken of the trace and what is changed of it.
  public var transforms = TraceTransforms()
  /// How many requests are served of those that are taken; nil for all.
  public var limit: Int? { transforms.limit }
  /// What the arrival times are made from; left to whoever serves them where nil.
  public var arrivals: ArrivalProcess?
  /// How even arrivals are, as vLLM's benchmark has it; infinite for even gaps, nil for whatever
  /// the process makes.
  public var burstiness: Double?
  /// Requests per second, on average; nil for the trace's own rate.
  public var requestRate: Double?
  /// Clients that each wait for their answer, which then make the arrival times; nil for none.
  public var clientCount: Int?
  /// The time from the end of an answer to the same client's next request.
  public var thinkTime: Nanoseconds?
  /// Client i, from 0, starts after i times this.
  public var stagger: Nanoseconds?
  /// How turns of sessions are sent, and what their prompts hold.
  public var sessions = SessionReplay()
  /// Answers to each prompt.
  public var samples = 1
  /// For how long clients wait for an answer before they give it up; nil where they do for ever.
  public var clientTimeout: Nanoseconds?
  /// How often they send again what they gave up; nil for never.
  public var retryCount: Int?
  /// The time from giving up to sending again.
  public var retryDelay: Nanoseconds?
  /// The beginning of every random number stream.
  public var seed = 0

  /// All of a trace, as it is.
  public init() {}

  /// What `given` has of the settings, by name; those that would have no effect are a mistake.
  public init(_ given: (String) -> GivenValue?) throws(InputError) {
    try Self.settings.set(in: &self, from: given)
    try check()
  }

  /// The clients that make the arrivals, or of whose requests so many are under way, if there are
  /// any.
  public var clients: Clients? {
    clientCount.map { count in
      if !keepsArrivals {
        return Clients(count, thinkTime: thinkTime ?? 0, stagger: stagger ?? 0)
      }
      var clients = Clients(count)
      clients.keepsArrivals = true
      return clients
    }
  }

  /// Whether requests come at arrivals, and clients make none.
  var keepsArrivals: Bool {
    clientCount == nil || requestRate != nil || arrivals != nil || burstiness != nil
      || sessions.mode == .closed
  }

  /// What the arrival times are made from.
  public var process: ArrivalProcess {
    arrivals ?? burstiness.map(ArrivalProcess.burstiness) ?? .trace
  }

  /// This load of `loaded`: where the trace has no arrivals, a process makes them at the rate that
  /// is asked for.
  ///
  /// - Parameter hasRate: whether a rate comes from elsewhere.
  public func settled(
    on loaded: LoadedTrace, hasRate: Bool = false
  ) throws(InputError) -> Load {
    if loaded.hasArrivals || !keepsArrivals && !hasRate { return self }
    guard hasRate || requestRate != nil, arrivals != .trace else {
      throw InputError(
        Settings.requestRate.option,
        problem: "the trace has lengths and no arrivals (\(loaded.formatName))",
        remedy:
          "give \(Settings.requestRate.option) RATE, at which they are drawn with exponential "
          + "gaps unless \(Settings.arrivals.option) names others, or \(Settings.clients.option) N")
    }
    var load = self
    if burstiness == nil { load.arrivals = arrivals ?? .poisson }
    return load
  }

  /// The requests of `loaded` that are to be served, with its own arrivals.
  public func selected(from loaded: LoadedTrace) throws(InputError) -> LoadedTrace {
    if transforms.sample != nil { try checkResampling(loaded.trace) }
    let loaded = try replayed(transforms.applied(to: loaded, seed: UInt64(seed)))
    if let clientCount, clientCount > loaded.trace.count {
      throw InputError(
        Settings.clients.option,
        problem: "\(clientCount) clients have \(loaded.trace.count) requests to send",
        remedy: "give at most a client a request")
    }
    return loaded
  }

  /// Those of `loaded` that are taken, with what is known of who waits for whom; where arrivals are
  /// others than the recorded ones, nobody does who was recorded.
  public func taken(from loaded: LoadedTrace) throws(InputError) -> LoadedTrace {
    var taken = try transforms.applied(to: loaded, seed: UInt64(seed))
    if requestRate != nil || process.isDrawn, taken.trace.columns.waits?.areRecorded == true {
      taken.trace = taken.trace.waiting(nil)
    }
    return taken
  }

  /// The trace that `loaded` makes, with the arrivals that are asked for or else its own, and what
  /// reports say of it; one without arrivals stays so unless they are asked for.
  public func described(
    _ loaded: LoadedTrace
  ) throws(InputError) -> (trace: LoadedTrace, settings: [Run.Setting]) {
    var selected = try taken(from: loaded)
    if loaded.hasArrivals || requestRate != nil || process.isDrawn {
      selected.trace = try settled(on: selected).arriving(selected.trace)
      selected.hasArrivals = true
    }
    var served = self
    (served.transforms.limit, served.requestRate) = (nil, selected.trace.meanRate)
    let settings = Self.traceSettings.shown(of: served)
    return (selected, selected.hasArrivals ? settings : [])
  }

  /// `trace` with the arrivals that were asked for, where no clients make them.
  public func arriving(_ trace: Trace) throws(InputError) -> Trace {
    do throws(InputError) {
      return try process.arrivals(of: trace, rate: requestRate, seed: UInt64(seed))
    } catch {
      throw InputError(Settings.requestRate.option, problem: error.problem, remedy: error.remedy)
    }
  }

  private func check() throws(InputError) {
    if let arrivals, burstiness != nil { throw ArrivalProcess.namedTwice(arrivals) }
    guard let clientCount else {
      let idle =
        thinkTime != nil && sessions.mode != .closed
        ? Settings.thinkTime : stagger != nil ? Settings.stagger : nil
      guard let idle else { return }
      throw InputError(
        idle.option, problem: "there are no clients to wait",
        remedy: "give \(Settings.clients.option) too, or leave it out")
    }
    if keepsArrivals, stagger != nil || thinkTime != nil && sessions.mode != .closed {
      throw Self.idle((stagger != nil ? Settings.stagger : Settings.thinkTime).option)
    }
    let longest = EngineRange.time.upperBound / max(1, clientCount - 1)
    if let stagger, stagger > longest {
      throw InputError(
        Settings.stagger.option,
        problem: "the last of \(clientCount) clients would start later than "
          + "\(Int(EngineRange.time.upperBound.seconds)) s",
        remedy: "give at most \(longest.seconds), or fewer clients")
    }
  }

  /// The mistake of giving `option` where clients make no arrivals.
  static func idle(_ option: String) -> InputError {
    InputError(
      option, problem: "requests come at a rate, and clients only bound how many run",
      remedy: "leave it out, or the rate")
  }

  /// The mistake of giving `option` beside `other`, where one of them makes the arrivals.
  public static func closedLoop(_ option: String, beside other: String) -> InputError {
    InputError(
      option, problem: "clients that wait for answers make the arrivals",
      remedy: "leave out this or \(other)")
  }
}

/// What a user can set of a load, in the order in which help and reports show it.
extension Load {
  /// The settings one by one.
  public enum Settings {
    /// How many requests there are.
    public static let limit: Setting<Load> = TraceTransforms.limitSetting.on(\.transforms)

    /// How they arrive.
    public static let arrivals: Setting<Load> = ArrivalProcess.setting(
      \.arrivals, standard: ArrivalProcess.trace.name, ArrivalProcess.help,
      shown: { $0.keepsArrivals ? $0.process.name : "closed-loop" })

    /// How even they are.
    static let burstiness: Setting<Load> = ArrivalProcess.burstinessSetting(\.burstiness)

    /// At which rate.
    public static let requestRate: Setting<Load> = ArrivalProcess.rateSetting(
      \.requestRate, standard: "the trace's own", "requests a second, on average",
      shown: { load in
        if !load.keepsArrivals { return nil }
        return load.requestRate.map { "\(($0 * 1000).rounded() / 1000)" } ?? "all at once"
      })

    /// Who sends them, where that makes the arrivals; vLLM's benchmark has another name for it.
    public static let clients = Setting<Load>.count(
      "clients", \.clientCount, in: EngineRange.clients,
      "clients that each wait for their answer and then send the trace's next request, instead of "
        + "arrivals; beside a rate or closed sessions, the most requests under way at once: others "
        + "are sent later, and their latencies count from then"
    ).known(as: "max-concurrency")

    static let thinkTime = Setting<Load>.span(
      "think-time", \.thinkTime,
      "time from the end of an answer to the same client's next request, or to the next turn of a "
        + "closed session, where it holds in place of the trace's")

    static let stagger = Setting<Load>.span(
      "stagger", \.stagger, "client i, from 0, starts after i times this")

    /// For how long an answer is waited for.
    public static let clientTimeout = Setting<Load>(
      "client-timeout", .number(0...EngineRange.time.upperBound.seconds, "SECONDS"),
      standard: "none",
      "time after which a client gives up a request that is not answered to its end; the engine "
        + "drops it then, and latencies are of the others",
      printed: "client_timeout_seconds",
      shown: { load in load.clientTimeout.map { "\($0.seconds)" } },
      set: { (load, given) throws(InputError) in
        let longest = EngineRange.time.upperBound.seconds
        load.clientTimeout = max(
          1, Nanoseconds(seconds: try given.double(min: 0, max: longest, exclusive: true)))
      })

    /// What every random number is drawn from.
    public static let seed = Setting<Load>.count(
      "seed", \.seed, in: 0...Int.max, standard: "0",
      "beginning of the random numbers; the same seed gives the same bytes")
  }

  /// Those that make the requests and their arrivals from a trace, without clients.
  public static let traceSettings: [Setting<Load>] =
    (TraceTransforms.settings.map { $0.on(\.transforms) } + [
      Settings.arrivals, Settings.burstiness, Settings.requestRate, Settings.seed,
    ]).under("Workload")

  /// All of them.
  public static let settings =
    Array(traceSettings.dropLast())
    + [
      Settings.clients, Settings.sessions, Settings.turnPrompts, Settings.thinkTime,
      Settings.stagger, Settings.samples, Settings.clientTimeout,
      Settings.retries, Settings.retryDelay, Settings.seed,
    ].under("Workload")

  /// What reports say of this load of `trace`, which is served, and of the trace.
  public func shown(serving trace: Trace, _ notes: [String]) -> [Run.Setting] {
    var served = self
    let rate = keepsArrivals ? trace.meanRate : nil
    (served.transforms.limit, served.requestRate) = (trace.count, rate)
    if let waits = trace.columns.waits, waits.waiting > 0 { served.sessions.mode = .closed }
    let noted = notes.isEmpty ? [] : [Run.Setting("notes", notes.joined(separator: "; "))]
    return Self.settings.shown(of: served) + noted
  }
}

extension Setting<Load> {
  /// A span of time among clients, in seconds.
  static func span(
    _ name: String, _ path: WritableKeyPath<Load, Nanoseconds?> & Sendable, _ help: String
  ) -> Setting {
    let longest = EngineRange.time.upperBound.seconds
    return Setting(
      name, .number(0...longest, "SECONDS"), standard: "0", help,
      printed: name.replacing("-", with: "_") + "_seconds",
      shown: { load in
        (load.keepsArrivals ? load[keyPath: path] : 0).map { _ in
          "\((load[keyPath: path] ?? 0).seconds)"
        }
      },
      set: { (load, given) throws(InputError) in
        load[keyPath: path] = Nanoseconds(seconds: try given.double(min: 0, max: longest))
      })
  }
}
