import Costs
import Formats
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
  /// The trace, and how it is read.
  var trace: TraceSource
  /// What each of the schedulers serves, and on what; its arrivals are as the trace has them, where
  /// it has times, if they are not set.
  var scenario: Scenario
  /// Schedulers with their options, none twice.
  var schedulers: [String]
  /// The fleets that are searched for in place of one; nil where there are none.
  var pools: PoolAxis?
  /// How many searches with other arrivals there are; nil for five, or one where nothing is drawn.
  var seeds: GivenValue?
  /// The width of the bracket that a search ends with, as a share of the rate.
  var precision: Double
  /// Searches at the same time, at most.
  var jobs: Int
  /// The least share of requests that must keep all limits, if it is given.
  var attainment: Double?
  /// The command line, to be pasted into a shell.
  var commandLine: String
  /// Where `--json`, `--csv`, `--markdown` and `--report` go.
  var outputs: Outputs
  /// The share of the searches that is done; nil for all.
  var shard: WorkShard?
  /// What shards know of the searches.
  var known: Ledger<CapacityRow>
  /// What the user gave.
  let invocation: Invocation

  init(_ invocation: Invocation) throws {
    trace = try invocation.trace()
    pools = try PoolOptions.axis(invocation)
    schedulers = try PoolOptions.schedulers(invocation, pools)
    if pools != nil, schedulers.count > 1 {
      throw InputError(
        "--\(SweepGrid.schedulers)", problem: "pools are searched for under one",
        remedy: "give one, or use the command sweep")
    }
    seeds = invocation["--seeds"]
    _ = try seeds?.int(min: 1, max: 30)
    precision = try invocation["--precision"]?.double(min: 0.001, max: 0.5) ?? 0.02
    jobs = try invocation.jobs()
    attainment = try invocation["--attainment"]?.share()
    commandLine = invocation.commandLine
    self.invocation = invocation
    shard = try WorkShard(invocation)
    known = try invocation.known(CapacityRow.self)
    outputs = try invocation.outputs(
      folder: OutputOptions.reportFolder(invocation, figures: CapacityStudyReport.figureFiles))
    scenario = try Scenario { invocation.value(of: $0) }
    if scenario.objectives == nil {
      throw InputError(
        Scenario.Settings.objectives.option, problem: "there is nothing to keep",
        remedy: "give limits such as 'ttft.p99<2s,tbt.p99<100ms', or the name of a preset")
    }
    if scenario.load.arrivals != nil { _ = try drawn(scenario.load.process) }
  }

  /// As many seeds as were asked for, from the first on; one where nothing is drawn.
  func drawn(_ arrivals: ArrivalProcess) throws -> [UInt64] {
    if arrivals == .trace, let seeds {
      throw seeds.mistake(
        "arrivals shaped like the trace's are the same for every seed",
        "leave it out, or add --arrivals poisson")
    }
    let count = try seeds?.int(min: 1, max: 30) ?? (arrivals == .trace ? 1 : 5)
    return (0..<UInt64(count)).map { UInt64(scenario.load.seed) &+ $0 }
  }

  /// Searches, reports, and writes the outputs.
  func run() throws {
    let loaded = try scenario.load.selected(
      from: trace.read(checksums: outputs.includes("--report")))
    let (study, fleets) = try study(of: loaded)
    let parts = study.services.count * study.seeds.count
    if let shard {
      return try shard.run(invocation, CapacityRow.self) { known, note in
        let bar = ProgressBar("capacity", parts: parts)
        _ = try study.searches(
          jobs: jobs, known: known, of: shard.share,
          progress: { bar.update(min(0.95, Double($1) / 9), part: $0) }, note: note)
      }
    }
    let bar = ProgressBar("capacity", parts: parts)
    var capacities = try study.run(jobs: jobs, known: known) { place, tries in
      bar.update(min(0.95, Double(tries) / 9), part: place)
    }
    bar.finish()
    for (place, fleet) in fleets.enumerated() { capacities[place].gpus = fleet.gpus }
    let stopped = capacities.compactMap(\.stopped)
    if stopped.count == capacities.count {
      throw Failure(stopped, of: capacities.count, "schedulers")!
    }
    let verdicts =
      pools?.comparesPools == true ? PoolVerdict.verdicts(capacities, of: fleets) : nil
    let verdict =
      try verdicts.map { ClosingSentence.pools($0, advice: advice(study)) }
      ?? verdict(study, capacities, scenario.deployment.modelError)
    try write(study, capacities, verdicts, verdict, loaded)
    if !outputs.usesStandardOutput {
      let definition =
        study.requirement.attainment == nil ? nil : study.requirement.definition + "."
      let closing = [
        definition, money(capacities), CapacityReport.energy(capacities), verdict,
      ].compactMap { $0 }
      let lines =
        loaded.notes.map { "Note: \($0)." } + CapacityReport.remarks(capacities) + closing
      try show(
        "\(heading(study))\n\n" + CapacityReport.text(capacities) + "\n"
          + (verdicts.map { PoolVerdictReport.text($0) + "\n" } ?? "")
          + lines.map { "\($0)\n" }.joined())
    }
    if let failure = Failure(stopped, of: capacities.count, "schedulers") { throw failure }
  }

  /// What output tokens cost at each capacity.
  private func money(_ capacities: [ServiceCapacity]) -> String? {
    scenario.deployment.price.flatMap { price in
      CapacityReport.money(
        capacities,
        "\(scenario.deployment.gpus) x \(price.gpu) at "
          + "\(Numbers.fixed(price.dollarsPerHour, decimals: 2)) an hour: \(price.words)")
    }
  }

  /// What was searched for, and how.
  private func heading(_ study: CapacityStudy) -> String {
    let (requests, seeds) = (study.trace.count, study.seeds.count)
    let arrivals =
      study.arrivals == .trace
      ? "the trace's own arrivals stretched to each rate"
      : "\(study.arrivals.name) arrivals, \(seeds) seed\(seeds == 1 ? "" : "s")"
        + (study.redraws && study.canRedraw ? " with requests drawn from the trace's" : "")
    let count = "\(requests) request\(requests == 1 ? "" : "s")"
    return "Highest rate with \(study.requirement.words), \(count), "
      + "\(arrivals), each within \(precision * 100) %"
  }

  private func write(
    _ study: CapacityStudy, _ capacities: [ServiceCapacity], _ pools: [PoolVerdict]?,
    _ verdict: String, _ loaded: LoadedTrace
  ) throws {
    let report =
      outputs.includes("--report")
      ? OutputOptions.files(
        of: CapacityStudyReport.report(
          capacities, requirement: study.requirement, seeds: study.seeds, pools: pools,
          answer: verdict,
          source: loaded.source(trace.path, command: commandLine, seed: study.seeds[0]))) : [:]
    try outputs.write { option, writer in
      if let text = report[option] { return writer.write(text) }
      switch option {
      case "--json":
        writer.write(
          CapacityJSON.text(
            capacities, requirement: study.requirement, seeds: study.seeds, pools: pools,
            verdict: verdict))
      case "--csv": writer.write(CapacityReport.csv(capacities, seeds: study.seeds))
      default: writer.write(CapacityReport.markdown(capacities))
      }
    }
  }

  /// What the capacities come to, with what that hangs on.
  private func verdict(
    _ study: CapacityStudy, _ capacities: [ServiceCapacity], _ error: ModelError
  ) throws -> String {
    let advice = advice(study)
    guard let ranking = Ranking(capacities), let next = ranking.next.first,
      capacities[next].stopped == nil
    else { return CapacityReport.verdict(capacities, advice: advice) }
    let bar = ProgressBar("verdict", parts: Robustness.directions)
    let robustness = try study.robustness(
      of: (ranking.best, next), capacities, jobs: jobs
    ) { bar.update(1, part: $0) }
    bar.finish()
    return CapacityReport.verdict(
      capacities, ClosingSentence.unless(robustness, error), advice: advice)
  }

  /// What tells how much of the conclusion is chance; nil where it is told.
  private func advice(_ study: CapacityStudy) -> String? {
    if study.arrivals == .trace {
      return "These are the trace's own arrivals; add --arrivals poisson to see how much of it is "
        + "chance where they are drawn."
    }
    return study.seeds.count > 1
      ? nil : "This is one draw of arrivals; give --seeds 5 to see how much of it is chance."
  }

  private func study(of loaded: LoadedTrace) throws -> (CapacityStudy, [SearchedFleet]) {
    guard let objective = try scenario.objective() else {
      preconditionFailure("there is something to keep, which was checked")
    }
    var scenario = scenario
    let trace = loaded.trace
    let own = scenario.load.process
    let arrivals = own == .trace && trace.meanRate == nil ? .poisson : own
    (scenario.load.arrivals, scenario.load.burstiness) = (arrivals, nil)
    let seeds = try drawn(arrivals)
    let fleets = try fleets(scenario)
    let services = try services(scenario, fleets, loaded, seeds)
    var study = CapacityStudy(
      trace, services, objective: objective, arrivals: arrivals, seeds: seeds)
    study.requirement = Requirement(objective, attainment: attainment)
    study.redraws = seeds.count > 1
    study.search.precision = precision
    study.stopsAtBacklog = true
    study.fingerprint.add(version)
    study.fingerprint.add(scenario.deployment)
    for pool in fleets.flatMap({ $0.scenario.pools?.pools ?? [] }) {
      study.fingerprint.add(pool.deployment)
    }
    // A scaler's replicas are not all paid for all the time.
    if scenario.deployment.fleet.upkeep.scaler == nil && pools == nil {
      study.money = scenario.deployment.price.map {
        Money(gpus: Double(scenario.deployment.gpus), dollarsPerGPUHour: $0.dollarsPerHour)
      }
    }
    return (study, fleets)
  }

  fileprivate static let search = [
    Option(
      name: "--seeds", placeholder: "N", standard: "5 where arrivals are drawn",
      help: "searches with other arrivals, from which the interval comes; 30 at most",
      group: "Search"),
    Option(
      name: "--precision", placeholder: "SHARE", standard: "0.02",
      help: "each search ends when a rate that meets the objective and one that does not are this "
        + "close", group: "Search"),
    .jobs(of: "searches", group: "Search"),
  ]

  /// What can be set of a load that arrives at every rate.
  fileprivate static let load = Load.traceSettings.map(Option.init).compactMap {
    option -> Option? in
    guard option.name == Load.Settings.arrivals.option else {
      return option.name == Load.Settings.requestRate.option ? nil : option
    }
    var option = option
    option.standard =
      "\(ArrivalProcess.trace.name), or \(ArrivalProcess.poisson.name) where the trace has no times"
    return option
  }

  fileprivate static let files = [
    OutputOptions.file("--json", "the capacities as JSON"),
    OutputOptions.file("--csv", "one row per scheduler and seed"),
    OutputOptions.file("--markdown", "the capacities as a Markdown table"),
  ]
}

extension Command {
  /// The highest rates that keep an objective.
  static func capacity() -> Command {
    Command(
      name: "capacity",
      summary: "find the highest request rate at which each scheduler meets an objective",
      arguments: [.trace],
      options: Option.deployment + [.schedulers(group: "Deployment")] + PoolOptions.all
        + CapacityOptions.load
        + Option.reading + [.objectives, .attainment] + CapacityOptions.search + WorkShard.options
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
      run: { try CapacityOptions($0).run() })
  }
}
