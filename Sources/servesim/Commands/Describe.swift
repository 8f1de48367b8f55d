import Formats
import Reporting
import Studies
import Workloads

extension Command {
  /// What a trace is like.
  static func describe() -> Command {
    Command(
      name: "describe",
      summary: "show what a trace is like: arrivals, lengths, prefixes, sessions, and what is odd",
      arguments: [.trace],
      options: Load.traceSettings.map(Option.init) + Option.reading + [
        Option(
          name: "--cache-blocks", placeholder: "SIZES",
          standard: TraceDescription.standardCaches.map(String.init).joined(separator: ","),
          help: "sizes of a prefix cache in blocks of the trace, with commas between them, whose "
            + "hits are told", group: "Output"),
        OutputOptions.file("--json", "all figures as JSON"),
        OutputOptions.report, OutputOptions.force,
      ],
      examples: [
        Example(line: "servesim describe Traces/chat.csv", purpose: "what the users of a chat ask"),
        Example(
          line: "servesim describe Traces/chat.csv --limit 1000 --report chat",
          purpose: "the first thousand requests as a page to open in a browser, chat/index.html"),
      ],
      run: { try describe($0) })
  }

  private static func describe(_ invocation: Invocation) throws {
    let caches = try caches(invocation)
    let source = try invocation.trace()
    let load = try Load { invocation.value(of: $0) }
    let hasReport = invocation["--report"] != nil
    let loaded = try load.described(source.read(checksums: hasReport))
    let description = TraceDescription(loaded.trace, caches: caches, settings: loaded.settings)
    let outputs = try invocation.outputs(
      folder: OutputOptions.reportFolder(
        invocation, figures: TraceStudyReport.figureFiles(description)))
    let report =
      hasReport
      ? OutputOptions.files(
        of: TraceStudyReport.report(
          description, name: source.path.text,
          source: loaded.trace.source(
            source.path, command: invocation.commandLine, seed: UInt64(load.seed)))) : [:]
    try outputs.write { option, writer in
      writer.write(report[option] ?? TraceReport.json(description))
    }
    if outputs.usesStandardOutput { return }
    try show(TraceReport.text(description, name: source.path.text))
  }

  private static func caches(_ invocation: Invocation) throws -> [Int] {
    guard let given = invocation["--cache-blocks"] else { return TraceDescription.standardCaches }
    return try given.list().map { text throws(InputError) in
      try GivenValue(source: given.source, text: text).int(in: 1...Int(Int32.max))
    }
  }
}
