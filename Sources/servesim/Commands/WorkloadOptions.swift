import Formats
import Metrics
import Serving
import Workloads

/// Which requests of the trace are served, and when they arrive, as the user set it.
struct WorkloadOptions: Sendable {
  /// Requests a second, on average; nil for the trace's own rate.
  var requestRate: Double?
  /// What the arrival times are made from.
  var arrivals: ArrivalProcess
  /// Clients that each wait for their answer, which then make the arrival times; nil for none.
  var clients: Clients?
  /// How many requests of the trace are served, counted from its beginning; nil for all.
  var limit: Int?
  /// The beginning of every random number stream.
  var seed: UInt64

  init(_ invocation: Invocation) throws {
    requestRate = try invocation["--request-rate"]?.double(min: 0, exclusive: true)
    let names = ArrivalProcess.allCases.map(\.rawValue)
    let name = try invocation["--arrivals"]?.choice(of: names)
    arrivals = name.flatMap(ArrivalProcess.init) ?? .trace
    clients = try Self.clients(invocation)
    limit = try invocation["--limit"]?.int(min: 1)
    seed = try Self.seed(invocation)
  }

  /// The requests of the trace at `path` that are to be served, with the arrivals that were asked
  /// for, and the checksum of the file if that is.
  func load(_ path: GivenValue, checksums: Bool) throws -> LoadedTrace {
    var loaded = try read(path, checksums: checksums)
    loaded.trace = try arriving(loaded.trace)
    return loaded
  }

  /// The same with the trace's own arrivals.
  func read(_ path: GivenValue, checksums: Bool) throws -> LoadedTrace {
    var loaded = try TraceFile.read(path.string(), checksums: checksums)
    loaded.trace = try selected(from: loaded.trace)
    return loaded
  }

  /// The requests of `trace` that are to be served.
  func selected(from trace: Trace) throws -> Trace {
    let trace = limit.map { trace.prefix($0) } ?? trace
    if let clients, clients.count > trace.count {
      throw InputError(
        "--clients", problem: "\(clients.count) clients have \(trace.count) requests to send",
        remedy: "give at most a client a request")
    }
    return trace
  }

  /// `trace` with the arrivals that were asked for, where no clients make them.
  func arriving(_ trace: Trace) throws -> Trace {
    var trace = trace
    if requestRate != nil || arrivals != .trace {
      do throws(InputError) {
        trace = try arrivals.arrivals(of: trace, rate: requestRate, seed: seed)
      } catch {
        throw GivenValue(source: "--request-rate", text: "").mistake(error.problem, error.remedy)
      }
    }
    return trace
  }

  /// The clients that were asked for; options that would have no effect are a mistake.
  private static func clients(_ invocation: Invocation) throws -> Clients? {
    let (thinkTime, stagger) = (invocation["--think-time"], invocation["--stagger"])
    guard let given = invocation["--clients"] else {
      if let idle = thinkTime ?? stagger {
        throw idle.mistake("there are no clients to wait", "give --clients too, or leave it out")
      }
      return nil
    }
    if let other = invocation["--request-rate"] ?? invocation["--arrivals"] {
      throw other.mistake(
        "clients that wait for answers make the arrivals", "leave out this or --clients")
    }
    let count = try given.int(in: EngineRange.clients)
    let between = try stagger?.time(in: EngineRange.time) ?? 0
    let longest = EngineRange.time.upperBound / max(1, count - 1)
    if let stagger, between > longest {
      throw stagger.mistake(
        "the last of \(count) clients would start later than "
          + "\(Int(EngineRange.time.upperBound.seconds)) s",
        "give at most \(longest.seconds), or fewer clients")
    }
    return Clients(
      count, thinkTime: try thinkTime?.time(in: EngineRange.time) ?? 0, stagger: between)
  }

  /// What was set, as reports show it.
  func settings(of trace: Trace, _ notes: [String]) -> [Run.Setting] {
    if let clients {
      return Self.settings(
        requests: trace.count, arrivals: "closed-loop",
        [
          Run.Setting("clients", String(clients.count)),
          Run.Setting("think_time_seconds", "\(clients.thinkTime.seconds)"),
          Run.Setting("stagger_seconds", "\(clients.stagger.seconds)"),
        ], seed: String(seed), notes)
    }
    let rate = trace.meanRate.map { "\(($0 * 1000).rounded() / 1000)" } ?? "all at once"
    return Self.settings(
      requests: trace.count, arrivals: arrivals.rawValue,
      [Run.Setting("requests_per_second", rate)], seed: String(seed), notes)
  }

  /// What is said of the workload by every command that serves one: how many requests arrive how.
  ///
  /// - Parameter load: what the load is.
  static func settings(
    requests: Int, arrivals: String, _ load: [Run.Setting], seed: String, _ notes: [String]
  ) -> [Run.Setting] {
    let noted = notes.isEmpty ? [] : [Run.Setting("notes", notes.joined(separator: "; "))]
    return [Run.Setting("requests", String(requests)), Run.Setting("arrivals", arrivals)] + load
      + [Run.Setting("seed", seed)] + noted
  }

  /// What was given for `--seed`.
  static func seed(_ invocation: Invocation) throws -> UInt64 {
    UInt64(try invocation["--seed"]?.int(min: 0) ?? 0)
  }

  /// The options that `init` reads.
  static let options = [
    Option(
      name: "--request-rate", placeholder: "RATE", standard: "the trace's own",
      help: "requests a second, on average", group: group),
    Option(
      name: "--arrivals", placeholder: "PATTERN", standard: ArrivalProcess.trace.rawValue,
      help: ArrivalProcess.allCases.map { "\($0.rawValue): \($0.summary)" }
        .joined(separator: "; "), group: group),
    Option(
      name: "--clients", placeholder: "N", standard: nil,
      help: "clients that each wait for their answer and then send the trace's next request, "
        + "instead of arrivals at a rate", group: group),
    Option(
      name: "--think-time", placeholder: "SECONDS", standard: "0",
      help: "time from the end of an answer to the same client's next request", group: group),
    Option(
      name: "--stagger", placeholder: "SECONDS", standard: "0",
      help: "client i, from 0, starts after i times this", group: group),
    Option(
      name: "--limit", placeholder: "N", standard: "all",
      help: "requests to serve, from the beginning of the trace", group: group),
    seedOption(group: group),
  ]

  /// The option that `seed` reads.
  static func seedOption(group: String) -> Option {
    Option(
      name: "--seed", placeholder: "N", standard: "0",
      help: "beginning of the random numbers; the same seed gives the same bytes", group: group)
  }

  private static let group = "Workload"
}

extension GivenValue {
  /// The span in `range` that the text, in seconds, is.
  fileprivate func time(in range: ClosedRange<Nanoseconds>) throws -> Nanoseconds {
    Nanoseconds(
      seconds: try double(min: range.lowerBound.seconds, max: range.upperBound.seconds))
  }
}
