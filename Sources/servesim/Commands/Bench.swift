/// What `servesim bench` is asked for.
struct BenchOptions: Sendable {
  /// How many requests are served.
  var requests: Int
  /// The beginning of every random number stream.
  var seed: UInt64

  init(_ invocation: Invocation) throws {
    requests = try invocation["--requests"]?.int(min: 1) ?? 100_000
    seed = try WorkloadOptions.seed(invocation)
  }

  /// Serves the requests and reports how long that took.
  func run() throws {
    throw Failure("bench: this build has no engine")
  }

  fileprivate static let options = [
    Option(
      name: "--requests", placeholder: "N", standard: "100000", help: "requests to serve",
      group: "Workload"),
    WorkloadOptions.seedOption(group: "Workload"),
  ]
}

extension Command {
  /// The speed of the simulator on this machine.
  static func bench() -> Command {
    Command(
      name: "bench", summary: "measure how fast this machine simulates",
      options: BenchOptions.options,
      examples: [Example(line: "servesim bench", purpose: "the speed of this machine")],
      run: { try BenchOptions($0).run() })
  }
}
