import Foundation
import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Synchronization
import Workloads

/// What `servesim capacity` is asked for.
struct CapacityOptions: Sendable {
  /// The path of the trace.
  var trace: GivenValue
  var deployment: DeploymentOptions
  /// Schedulers with their options, none twice.
  var schedulers: [GivenValue]
  /// What must be kept, or the name of a preset.
  var objectives: GivenValue
  /// How arrivals come about at each rate that is tried.
  var arrivals: ArrivalProcess
  /// How many requests of the trace are served; nil for all.
  var limit: Int?
  /// The beginnings of the random numbers.
  var seeds: [UInt64]
  /// The width of the bracket that a search ends with, as a share of the rate.
  var precision: Double
  /// Searches at the same time, at most.
  var jobs: Int
  /// The command line, to be pasted into a shell.
  var commandLine: String
  /// Where `--csv`, `--markdown` and `--report` go.
  var outputs: Outputs

  init(_ invocation: Invocation, _ catalogue: Catalogue) throws {
    trace = invocation.argument("TRACE")
    deployment = try DeploymentOptions(invocation, catalogue)
    let names = try invocation["--schedulers"]?.schedulerNames() ?? Schedulers.all.map(\.name)
    schedulers = names.map { GivenValue(source: "--schedulers", text: $0) }
    guard let given = invocation["--slo"] else {
      throw InputError(
        "--slo", problem: "there is nothing to keep",
        remedy: "give limits such as 'ttft.p99<2s,tbt.p99<100ms', or the name of a preset")
    }
    objectives = given
    let process = try invocation["--arrivals"]?.choice(of: ArrivalProcess.allCases.map(\.rawValue))
    arrivals = process.flatMap(ArrivalProcess.init) ?? .poisson
    limit = try invocation["--limit"]?.int(min: 1)
    seeds = try Self.seeds(invocation, arrivals)
    precision = try invocation["--precision"]?.double(min: 0.001, max: 0.5) ?? 0.02
    jobs = try invocation["--jobs"]?.int(min: 1) ?? ProcessInfo.processInfo.activeProcessorCount
    commandLine = invocation.commandLine
    outputs = try invocation.outputs(
      folder: OutputOptions.reportFolder(invocation, figures: CapacityStudyReport.figureFiles))
  }

  /// As many seeds as were asked for, from the first on; one where nothing is drawn.
  private static func seeds(
    _ invocation: Invocation, _ arrivals: ArrivalProcess
  ) throws -> [UInt64] {
    let first = try WorkloadOptions.seed(invocation)
    if arrivals == .trace, let given = invocation["--seeds"] {
      throw given.mistake(
        "arrivals shaped like the trace's are the same for every seed",
        "leave it out, or give --arrivals poisson")
    }
    let count = try invocation["--seeds"]?.int(min: 1, max: 30) ?? (arrivals == .trace ? 1 : 5)
    return (0..<UInt64(count)).map { first &+ $0 }
  }

  /// Searches, reports, and writes the outputs.
  func run() throws {
    let loaded = try TraceFile.read(trace.string(), checksums: outputs.includes("--report"))
    let study = try study(of: loaded)
    let bar = ProgressBar("capacity", parts: study.services.count * seeds.count)
    let capacities = try study.run(jobs: jobs) { place, tries in
      bar.update(min(0.95, Double(tries) / 9), part: place)
    }
    bar.finish()
    let verdict = try verdict(study, capacities)
    let notes =
      loaded.notes.map { $0 + "." } + notes(capacities)
      + CostNotes.lines(capacities.map { ($0.scheduler, $0.settings) })
    let report =
      outputs.includes("--report")
      ? OutputOptions.files(
        of: CapacityStudyReport.report(
          capacities, objective: study.objective, seeds: seeds, answer: verdict, remarks: notes,
          source: loaded.source(trace, command: commandLine, seed: seeds[0]))) : [:]
    try outputs.write { option, writer in
      if let text = report[option] { return writer.write(text) }
      switch option {
      case "--csv": writer.write(CapacityReport.csv(capacities, seeds: seeds))
      default: writer.write(CapacityReport.markdown(capacities))
      }
    }
    if outputs.usesStandardOutput { return }
    try show(
      "Highest rate with \(study.objective), \(arrivals.rawValue) arrivals, \(seeds.count) "
        + "\(seeds.count == 1 ? "seed" : "seeds"), each within \(precision * 100) %\n\n"
        + CapacityReport.text(capacities) + "\n" + notes.map { "Note: \($0)\n" }.joined()
        + "\(verdict)\n")
  }

  /// What the capacities come to, with what that hangs on.
  private func verdict(_ study: CapacityStudy, _ capacities: [ServiceCapacity]) throws -> String {
    guard let ranking = CapacityReport.ranking(capacities) else {
      return CapacityReport.verdict(capacities)
    }
    let bar = ProgressBar("verdict", parts: Robustness.directions)
    let robustness = try study.robustness(
      of: (ranking.best, ranking.next), capacities, jobs: jobs
    ) { bar.update(1, part: $0) }
    bar.finish()
    return CapacityReport.verdict(capacities, robustness)
  }

  /// What a reader has to know of the trace before the figures are believed.
  private func notes(_ capacities: [ServiceCapacity]) -> [String] {
    let names = capacities.filter { $0.mean > $0.saturated && $0.saturated > 0 }.map(\.scheduler)
    if names.isEmpty { return [] }
    return [
      "What \(names.joined(separator: ", ")) reaches is more than is served of a backlog of the "
        + "same requests, for the trace ends before queues have grown; a longer one will show less."
    ]
  }

  private func study(of loaded: LoadedTrace) throws -> CapacityStudy {
    let deployment = try self.deployment.deployment()
    let objective = try ObjectivePresets.objective(
      objectives.string(), model: deployment.model.name)
    guard objective.clauses.contains(where: { $0.statistic != nil }) else {
      throw objectives.mistake(
        "no limit judges a run", "give one a statistic, as in ttft.p99<2s")
    }
    let trace = limit.map { loaded.trace.prefix($0) } ?? loaded.trace
    let services = try schedulers.map { try deployment.service($0.string(), for: trace) }
    try deployment.fleet.check(trace)
    var study = CapacityStudy(
      trace, services, objective: objective, arrivals: arrivals, seeds: seeds)
    study.search.precision = precision
    return study
  }

  fileprivate static let search = [
    Option(
      name: "--seeds", placeholder: "N", standard: "5",
      help: "searches with other arrivals, from which the interval comes; 30 at most",
      group: "Search"),
    Option(
      name: "--precision", placeholder: "SHARE", standard: "0.02",
      help: "each search ends when a rate that keeps the objective and one that does not are this "
        + "close", group: "Search"),
    Option(
      name: "--jobs", placeholder: "N", standard: "the processors there are",
      help: "searches at the same time, at most; changes no result", group: "Search"),
  ]

  fileprivate static let workload =
    [
      Option(
        name: "--arrivals", placeholder: "PATTERN", standard: ArrivalProcess.poisson.rawValue,
        help: "poisson: drawn anew at each rate; trace: the trace's own, stretched",
        group: "Workload")
    ] + WorkloadOptions.options.filter { ["--limit", "--seed"].contains($0.name) }

  fileprivate static let files = [
    OutputOptions.file("--csv", "one row a scheduler and seed"),
    OutputOptions.file("--markdown", "the capacities as a Markdown table"),
  ]
}

extension Command {
  /// The highest rates that keep an objective.
  static func capacity(_ catalogue: Catalogue) -> Command {
    Command(
      name: "capacity",
      summary: "find the highest request rate at which each scheduler keeps an objective",
      arguments: [.trace],
      options: DeploymentOptions.options(catalogue) + [.schedulers(catalogue, group: "Deployment")]
        + CapacityOptions.workload + [OutputOptions.objectives] + CapacityOptions.search
        + CapacityOptions.files + [OutputOptions.report, OutputOptions.force],
      examples: [
        Example(
          line: "servesim capacity Traces/chat.csv --schedulers vllm,sarathi "
            + "--slo 'ttft.p99<2s,tbt.p99<100ms'",
          purpose: "how much chat each of two schedulers can take"),
        Example(
          line: "servesim capacity Traces/chat.csv --schedulers sarathi --model mistral-7b "
            + "--slo sarathi-strict",
          purpose: "the same under the limits of a paper"),
      ],
      run: { try CapacityOptions($0, catalogue).run() })
  }
}
