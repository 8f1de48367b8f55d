import Formats
import Foundation
import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Workloads

/// What `servesim sweep` is asked for.
struct SweepOptions: Sendable {
  /// The trace, and how it is read.
  var trace: TraceSource
  var grid: SweepGrid
  /// Runs at the same time, at most.
  var jobs: Int
  /// The folder for the results; nil for none.
  var folder: GivenValue?
  /// What may be written over in it.
  var rule: OverwriteRule
  /// Whether the results that are there are gone on with.
  var resumes: Bool
  /// The command line, to be pasted into a shell.
  var commandLine: String
  /// The beginning of the random numbers, the first of several.
  var seed: UInt64
  /// How many seeds the best ratio of pools is compared under; nil for five, or none where nothing
  /// is drawn.
  var seeds: GivenValue?
  /// Where `--json`, `--csv`, `--markdown` and `--report` go.
  var outputs: Outputs
  /// The share of the points that is served; nil for all.
  var shard: WorkShard?
  /// What shards know of the points.
  var known: Ledger<SweepRow>
  /// What the user gave.
  let invocation: Invocation

  init(_ invocation: Invocation) throws {
    trace = try invocation.trace()
    let pools = try PoolOptions.axis(invocation)
    grid = try SweepGrid(
      of: Self.axes.filter { $0.placeholder != nil }.map { String($0.name.dropFirst(2)) },
      schedulers: try PoolOptions.schedulers(invocation, pools), pools: pools, invocation.value)
    seeds = invocation[PoolOptions.seeds.name]
    _ = try seeds?.int(min: 2, max: 1000)
    if pools == nil, let seeds {
      throw seeds.mistake("there are no pools to compare", "give \(PoolOptions.pools.name) too")
    }
    if pools != nil, grid.loads == .auto {
      throw InputError(
        "--\(SweepGrid.rate)",
        problem: "auto puts points elsewhere on each curve, so that pools have no load in common",
        remedy: "give rates, or use the command capacity")
    }
    jobs = try invocation.jobs()
    folder = invocation["--output"]
    resumes = invocation.has("--resume")
    if resumes && folder == nil {
      throw InputError(
        "--resume", problem: "there is no folder to go on in", remedy: "give --output too")
    }
    commandLine = invocation.commandLine
    seed = invocation["--seed"].flatMap { UInt64($0.text.prefix { $0 != "," }) } ?? 0
    outputs = try invocation.outputs(
      folder: OutputOptions.reportFolder(invocation, figures: SweepStudyReport.figureFiles))
    rule = invocation.overwriteRule
    self.invocation = invocation
    shard = try WorkShard(invocation)
    known = try invocation.known(SweepRow.self)
    if let folder, shard == nil { try SweepFile.check(folder, resumes: resumes, rule) }
  }

  /// Serves the points of the share.
  private func run(_ shard: WorkShard) throws {
    let sweep = try SweepRun(grid, trace.read(), jobs: jobs, tool: version)
    try shard.run(invocation, SweepRow.self) { known, note in
      let bar = ProgressBar("sweep", parts: sweep.mostPoints)
      _ = try sweep.points(
        known: known, of: shard.share, progress: { bar.update($1, part: $0) }, note: note)
    }
  }

  /// Serves all points, and writes and shows what came of them.
  func run() throws {
    if let shard { return try run(shard) }
    let loaded = try trace.read(checksums: outputs.includes("--report"))
    let sweep = try SweepRun(grid, loaded, jobs: jobs, tool: version)
    var others = 0
    let points: [SweepRun.Result]
    let bar = ProgressBar("sweep", parts: sweep.mostPoints)
    if let folder {
      let file = try SweepFile(folder, resumes: resumes, rule)
      points = try sweep.points(
        known: file.known.and(known), progress: { bar.update($1, part: $0) },
        note: { try file.append($0) })
      others = try file.finish(points.map(\.row))
    } else {
      points = try sweep.points(known: known, progress: { bar.update($1, part: $0) })
    }
    bar.finish()
    let stopped = try finish(sweep, points, loaded, others)
    if let failure = Failure(stopped, of: points.count, "points") { throw failure }
  }

  /// Writes and shows what came of `points`; returns those that could not go on.
  private func finish(
    _ sweep: SweepRun, _ points: [SweepRun.Result], _ loaded: LoadedTrace, _ others: Int
  ) throws -> [StoppedRun] {
    let entries = sweep.entries(points)
    let lines = sweep.lines(points)
    let rows = points.map(\.row)
    let stopped = entries.compactMap { entry in
      entry.row.stopped.map {
        StoppedRun(scheduler: entry.labels.joined(separator: ", "), reason: $0)
      }
    }
    let pools = sweep.comparesPools ? try verdicts(sweep, points) : nil
    let verdict = try closing(sweep, lines, pools, stopped: stopped.count)
    let notes =
      notes(sweep, loaded.notes, others)
      + [ClosingSentence.unserved(lines, sweep.load)].compactMap { $0 }
      + CostNotes.lines(points.map { ($0.row.scheduler, $0.row.settings) })
      + stopped.map(ComparisonTable.line)
    let report =
      outputs.includes("--report")
      ? OutputOptions.files(
        of: SweepStudyReport.report(
          lines, by: sweep.load, SweepReport.table(entries, labels: sweep.labels),
          rows: rows, pools: pools, objective: sweep.objective, answer: verdict,
          remarks: notes, source: loaded.source(trace.path, command: commandLine, seed: seed)))
      : [:]
    try outputs.write { option, writer in
      if let text = report[option] { return writer.write(text) }
      switch option {
      case "--json": writer.write(SweepJSON.text(rows, pools, verdict: verdict))
      case "--csv": writer.write(SweepReport.csv(rows))
      default: writer.write(SweepReport.markdown(entries, labels: sweep.labels))
      }
    }
    if !outputs.usesStandardOutput {
      try show(
        SweepReport.text(entries, labels: sweep.labels) + "\n"
          + (pools.map { PoolVerdictReport.text($0) + "\n" } ?? "")
          + (notes + [verdict]).map { $0 + "\n" }.joined())
    }
    return stopped
  }

  /// Whether pools apart pay, under the seeds that were asked for.
  private func verdicts(
    _ sweep: SweepRun, _ points: [SweepRun.Result]
  ) throws -> [PoolVerdict] {
    if !sweep.isDrawn, let seeds {
      throw seeds.mistake(
        "the trace's own arrivals are the same under every seed", "add --arrivals poisson")
    }
    let count = try sweep.isDrawn ? seeds?.int(min: 2, max: 1000) ?? 5 : 0
    return try sweep.poolVerdicts(points, seeds: count)
  }

  /// What the points come to.
  private func closing(
    _ sweep: SweepRun, _ lines: [SweepLine], _ pools: [PoolVerdict]?, stopped: Int
  ) throws -> String {
    if let pools {
      return ClosingSentence.pools(pools, advice: PoolOptions.advice(isDrawn: sweep.isDrawn))
    }
    let weighing = ProgressBar("verdict", parts: Robustness.directions)
    let outcome = try sweep.outcome(of: lines) { weighing.update(1, part: $0) }
    weighing.finish()
    return ClosingSentence.sweep(lines, outcome, sweep.load, stopped: stopped)
  }

  /// What the table does not say: of the trace, combinations left out and results that are not of
  /// this sweep.
  private func notes(_ sweep: SweepRun, _ trace: [String], _ others: Int) -> [String] {
    var lines = trace.map { "Note: \($0)." }
    if sweep.objective != nil { lines.append(ComparisonTable.objectiveNote) }
    if grid.loads == .auto { lines.append("< where the p99 of TTFT bends the most") }
    for (combination, error) in sweep.refused {
      let values = combination.values.map { "--\($0.name) \($0.value)" }.joined(separator: " ")
      lines.append("not served: \(values): \(error.problem)")
    }
    if others > 0 {
      lines.append("\(others) results in the folder are of other sweeps and stand behind these")
    }
    return lines
  }

  /// The options that take lists, in the order of the axes.
  fileprivate static let axes =
    Option.deployment + [.schedulers(group: "Deployment")] + PoolOptions.axes + Option.load

  fileprivate static let runs = [
    .jobs(),
    Option(
      name: "--resume", placeholder: nil, standard: nil,
      help: "go on with the results in the folder of --output; ends with the same bytes",
      group: "Runs"),
  ]

  fileprivate static let files = [
    OutputOptions.file("--json", "the points and what they come to as JSON"),
    OutputOptions.file("--csv", "one row a point"),
    OutputOptions.file("--markdown", "the points as a Markdown table"),
  ]

  fileprivate static let folders = [
    Option(
      name: "--output", placeholder: "FOLDER", standard: nil,
      help: "write results.jsonl, each point as soon as it is known, and results.csv",
      group: "Output", file: .writesFolder)
  ]
}

extension Command {
  /// Many points, and the curves through them.
  static func sweep() -> Command {
    Command(
      name: "sweep",
      summary: "serve a trace with every combination of the values given, with commas between "
        + "them, for any option of deployment and workload; --request-rate also takes auto, which "
        + "finds where the latency bends and puts points there",
      arguments: [.trace],
      options: Option.deployment + [.schedulers(group: "Deployment")] + PoolOptions.all
        + [PoolOptions.seeds] + Option.load + Option.reading + [.objectives] + SweepOptions.runs
        + WorkShard.options + SweepOptions.folders + SweepOptions.files
        + [OutputOptions.report, OutputOptions.force],
      examples: [
        Example(
          line: "servesim sweep Traces/chat.csv --schedulers vllm,sarathi --request-rate 4,8,16",
          purpose: "latency against load under two schedulers"),
        Example(
          line: "servesim sweep Traces/chat.csv --schedulers vllm,sarathi --request-rate auto "
            + "--output out",
          purpose: "the same around the knee of each curve, kept in a folder as it comes"),
        Example(
          line: "servesim sweep Traces/chat.csv --pools prefill=1..3,decode=1..2 "
            + "--link-bandwidth-gb-s 50",
          purpose: "whether GPUs for prefill or decode alone do better, and in which ratio"),
      ],
      run: { try SweepOptions($0).run() })
  }
}
