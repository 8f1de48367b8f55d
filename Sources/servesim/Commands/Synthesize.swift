import Formats
import Reporting
import Studies
import Workloads

/// What `servesim synthesize` is asked for.
struct SynthesizeOptions: Sendable {
  /// What is made.
  var plan: SynthesisPlan
  /// The trace whose lengths are drawn; nil for laws.
  var pairs: GivenValue?
  /// Where the trace goes.
  var outputs: Outputs
  /// The command that makes the same trace again.
  private var command: String

  init(_ invocation: Invocation) throws {
    plan = try SynthesisPlan { invocation.value(of: $0) }
    pairs = invocation[Self.pairs.name]
    outputs =
      invocation["--output"] == nil
      ? try Outputs(
        [(GivenValue(source: "--output", text: "-"), .trace)], rule: invocation.overwriteRule)
      : try invocation.outputs()
    command = Self.command(invocation, plan)
  }

  /// Makes the trace, writes it, and tells what it is like.
  func run() throws {
    var plan = plan
    if let pairs { plan.pairs = try TraceFile.read(pairs.string()).trace.requests }
    let trace = try plan.synthesis().trace(count: plan.requests, seed: UInt64(plan.seed))
    try outputs.write { _, writer in writer.write(TraceWriter.csv(trace, madeBy: command)) }
    if outputs.usesStandardOutput { return }
    let made = LoadedTrace(trace: trace, formatName: plan.preset.name, notes: [])
    try show(TraceReport.text(TraceDescription(made), name: "synthesis"))
  }

  private static func command(_ invocation: Invocation, _ plan: SynthesisPlan) -> String {
    let others = SynthesisPlan.settings.map(\.name)
      .filter { !SynthesisPlan.alwaysTold.contains($0) }
    func words(_ name: String) -> [String] {
      invocation.value(of: name).map { ["--\(name)", shellQuoted($0.text)] } ?? []
    }
    let given = others.flatMap(words) + (invocation[pairs.name] == nil ? [] : words("lengths-from"))
    return
      (["servesim", "synthesize"] + given + [
        "--requests \(plan.requests)", "--request-rate \(plan.rate ?? plan.preset.synthesis.rate)",
        "--seed \(plan.seed)",
      ]).joined(separator: " ")
  }

  private static let pairs = Option(
    name: "--lengths-from", placeholder: "TRACE", standard: nil,
    help: "draw prompts and outputs together from those of a trace; with --correlation, each by "
      + "itself", group: "Workload", file: .reads)

  fileprivate static let options =
    SynthesisPlan.settings.map(Option.init) + [
      pairs,
      Option(
        name: "--output", placeholder: "FILE", standard: "-",
        help: "write the trace and show what it is like; - is the standard output",
        group: "Output", file: .writes(.trace)),
      OutputOptions.force,
    ]
}

extension Command {
  /// A trace made from a description.
  static func synthesize() -> Command {
    Command(
      name: "synthesize",
      summary: "make a trace from laws of arrivals and lengths, shared prefixes and sessions, with "
        + "the statistics of a known service unless they are set",
      options: SynthesizeOptions.options,
      examples: [
        Example(
          line: "servesim synthesize --requests 500 --request-rate 2 --output chat.csv",
          purpose: "five hundred requests of Azure's conversation service, two a second"),
        Example(
          line: "servesim synthesize --prompt-tokens lognormal:median=800,mean=1200 --burstiness 2",
          purpose: "lengths and arrivals by laws"),
        Example(
          line: "servesim synthesize --prefix tokens=2048,groups=10 --turns uniform:min=1,max=6",
          purpose: "chats of several turns behind ten shared prompts"),
      ],
      run: { try SynthesizeOptions($0).run() })
  }
}
