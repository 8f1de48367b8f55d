/// Which requests of the trace are served, and when they arrive, as the user set it.
struct WorkloadOptions: Sendable {
  /// Requests a second, on average; nil for the trace's own rate.
  var requestRate: Double?
  /// What the arrival times are made from.
  var arrivals: Arrivals
  /// How many requests of the trace are served, counted from its beginning; nil for all.
  var limit: Int?
  /// The beginning of every random number stream.
  var seed: UInt64

  /// What arrival times are made from.
  enum Arrivals: String, CaseIterable, Sendable {
    /// The trace's own times, stretched where a rate is given.
    case trace
    /// Independent arrivals at the rate that is given, or at the trace's own.
    case poisson
  }

  init(_ invocation: Invocation) throws {
    requestRate = try invocation["--request-rate"]?.double(min: 0, exclusive: true)
    let pattern = try invocation["--arrivals"]?.choice(of: Arrivals.allCases.map(\.rawValue))
    arrivals = pattern.flatMap(Arrivals.init) ?? .trace
    limit = try invocation["--limit"]?.int(min: 1)
    seed = try Self.seed(invocation)
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
      name: "--arrivals", placeholder: "PATTERN", standard: Arrivals.trace.rawValue,
      help: "trace keeps the trace's pattern and stretches it to the rate; poisson draws "
        + "independent arrivals at the rate", group: group),
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
