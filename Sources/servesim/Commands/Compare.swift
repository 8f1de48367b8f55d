import Formats
import Foundation
import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Workloads

/// What `servesim compare` is asked for.
struct CompareOptions: Sendable {
  /// The trace, and how it is read.
  var trace: TraceSource
  /// What each of the schedulers serves, and on what.
  var scenario: Scenario
  /// Schedulers with their options, none twice, each a value of its own.
  var schedulers: [String]
  /// Seeds under which the comparison is repeated.
  var seeds: Int
  /// Runs at the same time, at most.
  var jobs: Int
  /// Whether the runs tell where latencies came from.
  var attributesLatency: Bool
  /// Whether the throughput is shown beside what no schedule can pass.
  var showsBounds: Bool
  /// The tool whose names and rules the figures are reported by too, if any.
  var benchmark: BenchmarkTool?
  /// The command line, to be pasted into a shell.
  var commandLine: String
  /// Where `--json`, `--csv`, `--markdown`, `--svg` and `--report` go.
  var outputs: Outputs

  init(_ invocation: Invocation) throws {
    trace = try invocation.trace()
    schedulers = try PoolOptions.schedulers(invocation)
    seeds = try Self.seeds(invocation, Load { invocation.value(of: $0) })
    jobs = try invocation.jobs()
    attributesLatency = invocation.has("--attribution")
    showsBounds = try OutputOptions.showsBounds(invocation)
    benchmark = try OutputOptions.benchmark(invocation)
    commandLine = invocation.commandLine
    outputs = try invocation.outputs(folder: OutputOptions.reportFolder(invocation))
    scenario = try invocation.scenario()
    try DeploymentOptions.checkWhole(scenario, invocation)
  }

  /// Serves the trace once a scheduler, reports, and writes the outputs.
  func run() throws {
    let isShown = !outputs.usesStandardOutput
    let answer = try serve(isShown: isShown)
    if isShown {
      let runs = answer.runs
      let notes = runs[0].settings.first { $0.name == "notes" }
      try show(
        (notes.map { "Note: \($0.value).\n\n" } ?? "")
          + CostNotes.lines(runs.map { ($0.scheduler, $0.settings) }).map { "Note: \($0)\n\n" }
          .joined()
          + answer.withoutOverlap
          + ComparisonTable.text(runs, stopped: answer.stopped)
          + (attributesLatency ? "\n" + AttributionReport.text(runs) : "")
          + (EnergyReport.line(runs).map { "\n\($0)\n" } ?? "")
          + OutputOptions.extras(runs) + (answer.repeated.map { "\n" + $0.text } ?? "")
          + (answer.closing.map { "\n\($0)\n" } ?? ""))
    }
    if let failure = Failure(answer.stopped, of: schedulers.count, "schedulers") { throw failure }
  }

  /// What came of a comparison.
  struct Answer {
    /// Of one scheduler at least.
    var runs: [Run]
    var stopped: [StoppedRun]
    var repeated: SeedsReport?
    var closing: String?
    /// A note on each engine that would overlap operations, and knows no pipeline for the model.
    var withoutOverlap: String
  }

  /// Serves the trace once a scheduler and writes the outputs.
  ///
  /// - Parameter isShown: whether the closing sentence is wanted even where no output has it.
  @discardableResult
  func serve(isShown: Bool = false) throws -> Answer {
    let loaded = try scenario.load.selected(
      from: trace.read(checksums: outputs.includes("--report")))
    var settled = self
    settled.scenario.load = try scenario.load.settled(on: loaded)
    return try settled.serve(loaded, isShown: isShown)
  }

  private func serve(_ loaded: LoadedTrace, isShown: Bool) throws -> Answer {
    let objective = try scenario.objective()
    let hasReport = outputs.includes("--report")
    let trace = try scenario.load.arriving(loaded.trace)
    let services = try schedulers.map { name in
      try scenario.under(name).service(
        for: trace, loaded.notes, benchmark: benchmark, hasBounds: showsBounds || hasReport)
    }
    let results = serve(trace, services, objective)
    var field = CompareField(
      base: loaded.trace, trace: trace, objective: objective, error: scenario.deployment.modelError)
    for (service, result) in zip(services, results) {
      field.add(service, result.map { [$0.figures] })
    }
    let repeated = try repeated(&field)
    // Who could not go on under any of the seeds has no figures, and no notes, of the first.
    let lasting = Set(field.services.map(\.engine.name))
    let served = results.compactMap { try? $0.get() }.filter { lasting.contains($0.run.scheduler) }
    let runs = served.map(\.run)
    if runs.isEmpty { throw Failure(field.stopped, of: services.count, "schedulers")! }
    let closing =
      isShown || hasReport || outputs.includes("--json") ? try closing(field) : nil
    let report =
      hasReport
      ? OutputOptions.files(
        of: served.compactMap(\.entry), objective,
        loaded.source(self.trace.path, command: commandLine, seed: UInt64(scenario.load.seed)),
        repeated,
        closing,
        stopped: field.stopped)
      : [:]
    try outputs.write { option, writer in
      if let text = report[option] { return writer.write(text) }
      switch option {
      case "--json":
        writer.write(RunsJSON.text(runs, stopped: field.stopped, repeated, closing))
      case "--csv": writer.write(RunsCSV.text(runs, stopped: field.stopped))
      case "--markdown": writer.write(ComparisonTable.markdown(runs, stopped: field.stopped))
      default:
        let lines = served.flatMap(\.lines)
        writer.write(OutputOptions.chart(lines, runs[0].settings, objective))
      }
    }
    let notes = field.services.compactMap { service in
      service.withoutOverlap.map {
        "Note: \(service.engine.name) runs one operation after the other here: overlap none: "
          + "\($0).\n\n"
      }
    }
    return Answer(
      runs: runs, stopped: field.stopped, repeated: repeated, closing: closing,
      withoutOverlap: notes.joined())
  }

  /// What is kept of one replay.
  private struct Result {
    var run: Run
    var figures: SteadyFigures
    /// Its line in the chart for `--svg`, and what the report draws, where they are asked for.
    var lines: [LatencyDistributionChart.Entry]
    var entry: RunsReport.Entry?
  }

  private func serve(
    _ trace: Trace, _ services: [Service], _ objective: ServiceLevelObjective?
  ) -> [Swift.Result<Result, RunError>] {
    let (drawsChart, hasReport) = (outputs.includes("--svg"), outputs.includes("--report"))
    var comparison = Comparison(trace, services, objective: objective)
    comparison.clients = scenario.load.clients
    if hasReport { comparison.observation = .iterations }
    if attributesLatency || hasReport { comparison.observation.insert(.attribution) }
    let bar = ProgressBar("compare", parts: services.count)
    let results = comparison.run(
      jobs: jobs, progress: { bar.update($1, part: $0) },
      summary: { replay in
        Result(
          run: replay.run,
          figures: SteadyFigures(
            trace: replay.trace, records: replay.timeline.records, warmUp: 0,
            objective: objective, verdict: replay.run.verdict),
          lines: drawsChart ? replay.chartEntries(of: .tbt) : [],
          entry: hasReport
            ? RunsReport.Entry(replay.run, trace: replay.trace, timeline: replay.timeline) : nil)
      })
    bar.finish()
    return results
  }

  fileprivate static let files = [
    OutputOptions.file("--json", "the comparison as JSON"),
    OutputOptions.file("--csv", "one row a scheduler"),
    OutputOptions.file("--markdown", "the comparison as a Markdown table"),
    OutputOptions.file("--svg", "how the time between tokens was spread, as a chart"),
  ]

  fileprivate static var runs: [Option] {
    [
      .schedulers(group: "Runs"), .jobs(), seedsOption,
    ]
  }
}

extension Command {
  /// One trace under several schedulers.
  static func compare() -> Command {
    Command(
      name: "compare",
      summary: "serve a trace with several schedulers and show them side by side",
      arguments: [.trace],
      options: CompareOptions.runs + Option.deployment + PoolOptions.ofFlags + Option.load
        + Option.reading
        + [.objectives] + CompareOptions.files
        + [
          OutputOptions.report, OutputOptions.force, OutputOptions.attribution,
          OutputOptions.bounds,
          OutputOptions.definitions,
        ],
      examples: [
        Example(
          line: "servesim compare Traces/chat.csv",
          purpose: "the same chat under every scheduler"),
        Example(
          line: "servesim compare Traces/chat.csv --schedulers vllm,sarathi:chunk=512 --svg a.svg",
          purpose: "two schedulers, one of them with an option of its own, as a chart"),
        Example(
          line: "servesim compare Traces/chat.csv --schedulers vllm,sarathi --slo 'tbt.p99<100ms' "
            + "--report chat",
          purpose: "all of it as a page to open in a browser, chat/index.html"),
      ],
      run: { try CompareOptions($0).run() })
  }
}
