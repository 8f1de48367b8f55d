import Metrics
import Serving
import Workloads

extension GivenValue {
  /// The path of a trace that may be given as FORMAT:PATH.
  var withoutFormat: GivenValue {
    guard let colon = text.firstIndex(of: ":"), TraceFormats.named(String(text[..<colon])) != nil
    else { return self }
    return GivenValue(source: source, text: String(text[text.index(after: colon)...]))
  }
}

/// Which requests of the trace are served, and when they arrive, as the user set it.
struct WorkloadOptions: Sendable {
  /// Requests a second, on average; nil for the trace's own rate.
  var requestRate: Double?
  /// What the arrival times are made from.
  var arrivals: ArrivalProcess
  /// How many requests of the trace are served, counted from its beginning; nil for all.
  var limit: Int?
  /// The beginning of every random number stream.
  var seed: UInt64

  init(_ invocation: Invocation) throws {
    requestRate = try invocation["--request-rate"]?.double(min: 0, exclusive: true)
    let names = ArrivalProcess.allCases.map(\.rawValue)
    let name = try invocation["--arrivals"]?.choice(of: names)
    arrivals = name.flatMap(ArrivalProcess.init) ?? .trace
    limit = try invocation["--limit"]?.int(min: 1)
    seed = try Self.seed(invocation)
  }

  /// The requests of the trace at `path` that are to be served, and what is to be said of them.
  func load(_ path: GivenValue) throws -> (trace: Trace, notes: [String]) {
    let loaded = try load(path, checksums: false)
    return (loaded.trace, loaded.notes)
  }

  /// The same, with the checksum of the file if it is asked for.
  func load(_ path: GivenValue, checksums: Bool) throws -> LoadedTrace {
    var loaded = try TraceFile.read(path.string(), checksums: checksums)
    var trace = loaded.trace
    if let limit { trace = trace.prefix(limit) }
    if requestRate != nil || arrivals != .trace {
      do throws(InputError) {
        trace = try arrivals.arrivals(of: trace, rate: requestRate, seed: seed)
      } catch {
        throw GivenValue(source: "--request-rate", text: "").mistake(error.problem, error.remedy)
      }
    }
    loaded.trace = trace
    return loaded
  }

  /// What was set, as reports show it.
  func settings(of trace: Trace, _ notes: [String]) -> [Run.Setting] {
    let rate = trace.meanRate.map { "\(($0 * 1000).rounded() / 1000)" } ?? "all at once"
    return [
      Run.Setting("requests", String(trace.count)),
      Run.Setting("arrivals", arrivals.rawValue),
      Run.Setting("requests_per_second", rate),
      Run.Setting("seed", String(seed)),
    ] + (notes.isEmpty ? [] : [Run.Setting("notes", notes.joined(separator: "; "))])
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
