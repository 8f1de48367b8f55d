import Formats
import Studies
import Workloads

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
    requests = try invocation["--requests"]?.int(in: ChatWorkload.counts) ?? 2000
    requestRate = try invocation["--request-rate"]?.double(min: 0, exclusive: true) ?? 5.53
    seed = UInt64(try Load { invocation.value(of: $0) }.seed)
    outputs =
      invocation["--output"] == nil
      ? try Outputs([(GivenValue(source: "--output", text: "-"), .trace)])
      : try invocation.outputs()
  }

  /// Makes the trace and writes it.
  func run() throws {
    let trace = try ChatWorkload.azureConversation.trace(
      count: requests, rate: requestRate, seed: seed)
    try outputs.write { _, writer in
      writer.write(TraceWriter.csv(trace, madeBy: command))
    }
  }

  /// The command that makes the same trace again.
  private var command: String {
    "servesim synthesize --requests \(requests) --request-rate \(requestRate) --seed \(seed)"
  }

  fileprivate static let options = [
    Option(
      name: "--requests", placeholder: "N", standard: "2000", help: "requests in the trace",
      group: group),
    Option(
      name: "--request-rate", placeholder: "RATE",
      standard: "5.53, as Azure's conversation service in 2023",
      help: "requests a second, on average", group: group),
    .seed(group: group),
    Option(
      name: "--output", placeholder: "FILE", standard: "-",
      help: "write the trace; - is the standard output", group: "Output",
      file: .writes(.trace)),
    OutputOptions.force,
  ]

  private static let group = "Workload"
}

extension Command {
  /// A trace made from a description.
  static func synthesize() -> Command {
    Command(
      name: "synthesize",
      summary: "make a trace of chat requests with the statistics of Azure's conversation service",
      options: SynthesizeOptions.options,
      examples: [
        Example(
          line: "servesim synthesize --requests 500 --request-rate 2 --output chat.csv",
          purpose: "five hundred requests, two a second")
      ],
      run: { try SynthesizeOptions($0).run() })
  }
}
