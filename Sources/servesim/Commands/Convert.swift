import Formats
import Studies
import Workloads

extension Command {
  /// A trace in another format.
  static func convert() -> Command {
    let targets = TraceTarget.allCases
    return Command(
      name: "convert",
      summary: "write a trace in another format, with other arrivals where they are asked for",
      arguments: [.trace],
      options: Load.traceSettings.map(Option.init) + Option.reading + [
        Option(
          name: "--to", placeholder: "FORMAT", standard: targets[0].rawValue,
          help: targets.map { "\($0.rawValue): \($0.summary)" }.joined(separator: "; "),
          group: "Output"),
        Option(
          name: "--output", placeholder: "FILE", standard: "-",
          help: "write the trace; - is the standard output", group: "Output",
          file: .writes(.trace), aliases: ["-o"]),
        OutputOptions.force,
      ],
      examples: [
        Example(
          line: "servesim convert Traces/chat.csv --to mooncake --output chat.jsonl",
          purpose: "a trace for a benchmark that reads Mooncake's"),
        Example(
          line:
            "servesim convert Traces/chat.csv --limit 100 --request-rate 2 --to vllm -o chat.jsonl",
          purpose: "a hundred requests for vllm bench serve, two a second"),
      ],
      run: { try convert($0) })
  }

  private static func convert(_ invocation: Invocation) throws {
    let names = TraceTarget.allCases.map(\.rawValue)
    let name = try invocation["--to"]?.choice(of: names) ?? names[0]
    guard let target = TraceTarget(rawValue: name) else { return }
    let outputs =
      invocation["--output"] == nil
      ? try Outputs(
        [(GivenValue(source: "--output", text: "-"), .trace)], rule: invocation.overwriteRule)
      : try invocation.outputs()
    let load = try Load { invocation.value(of: $0) }
    let loaded = try invocation.trace().read()
    let selected = try load.taken(from: loaded)
    let trace = try load.settled(on: loaded).arriving(selected.trace)
    try outputs.write { _, writer in
      writer.write(target.bytes(of: trace, madeBy: invocation.commandLine))
    }
    if outputs.usesStandardOutput { return }
    let notes = selected.notes + target.notes(on: trace)
    try show(
      "\(trace.count) requests, read as \(loaded.formatName) and written as \(name)\n"
        + notes.map { "Note: \($0).\n" }.joined())
  }
}
