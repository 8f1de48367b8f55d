/// What `servesim synthesize` is asked for.
struct SynthesizeOptions: Sendable {
  /// How many requests the trace has.
  var requests: Int
  /// Requests a second, on average.
  var requestRate: Double
  /// The beginning of every random number stream.
  var seed: UInt64
  /// Where the trace goes.
  var outputs: Outputs

  init(_ invocation: Invocation) throws {
    requests = try invocation["--requests"]?.int(min: 1) ?? 1000
    requestRate = try invocation["--request-rate"]?.double(min: 0, exclusive: true) ?? 1
    seed = try WorkloadOptions.seed(invocation)
    let output = invocation["--output"] ?? GivenValue(source: "--output", text: "-")
    outputs = try Outputs([output])
  }

  /// Makes the trace and writes it.
  func run() throws {
    throw Failure("synthesize: this build has no workloads")
  }

  fileprivate static let options = [
    Option(
      name: "--requests", placeholder: "N", standard: "1000", help: "requests in the trace",
      group: group),
    Option(
      name: "--request-rate", placeholder: "RATE", standard: "1",
      help: "requests a second, on average", group: group),
    WorkloadOptions.seedOption(group: group),
    Option(
      name: "--output", placeholder: "FILE", standard: "-",
      help: "write the trace; - is the standard output", group: "Output"),
  ]

  private static let group = "Workload"
}

extension Command {
  /// A trace made from a description.
  static func synthesize() -> Command {
    Command(
      name: "synthesize", summary: "make a trace", options: SynthesizeOptions.options,
      examples: [
        Example(
          line: "servesim synthesize --requests 500 --request-rate 2 --output chat.csv",
          purpose: "five hundred requests, two a second")
      ],
      run: { try SynthesizeOptions($0).run() })
  }
}
