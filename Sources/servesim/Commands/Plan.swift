import Costs
import Formats
import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Workloads

/// What `servesim plan` is asked for.
struct PlanOptions: Sendable {
  /// The trace, and how it is read.
  var trace: TraceSource
  var space: PlanSpace
  var requirement: Requirement
  var goal: PlanSearch.Goal
  var load: Load
  /// How many draws of arrivals there are; nil for two, or one where nothing is drawn.
  var seeds: GivenValue?
  /// What tokens are sold for, if that is said.
  var sale: TokenPrices?
  /// Runs at the same time, at most.
  var jobs: Int
  /// Where `--json` and `--report` go.
  var outputs: Outputs
  /// The share of the shapes that is searched; nil for all.
  var shard: WorkShard?
  /// What shards know of the combinations.
  var known: Ledger<PlanRow>
  /// What the user gave.
  let invocation: Invocation

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    trace = try invocation.trace()
    load = try Load { invocation.value(of: $0) }
    seeds = invocation["--seeds"]
    _ = try seeds?.int(min: 1, max: 30)
    sale = try invocation["--token-prices"]?.tokenPrices()
    jobs = try invocation.jobs()
    goal =
      PlanSearch.Goal(
        rawValue: try invocation["--minimize"]?.choice(of: PlanSearch.Goal.allCases.map(\.rawValue))
          ?? "") ?? .money
    outputs = try invocation.outputs(
      folder: OutputOptions.reportFolder(invocation, figures: PlanReport.figureFiles))
    shard = try WorkShard(invocation)
    known = try invocation.known(PlanRow.self)
    space = try Self.space(invocation, goal)
    requirement = try Self.requirement(invocation, model: space.shapes[0].deployment.model.name)
  }

  private static func requirement(
    _ invocation: Invocation, model: String
  ) throws -> Requirement {
    let slo = Scenario.Settings.objectives
    guard let given = invocation.value(of: slo.name) else {
      throw InputError(
        slo.option, problem: "there is nothing to keep",
        remedy: "give limits such as 'ttft<2s,tbt<100ms', or the name of a preset")
    }
    return Requirement(
      try ObjectivePresets.objective(given.string(), model: model),
      attainment: try invocation["--attainment"]?.share())
  }

  private static func space(
    _ invocation: Invocation, _ goal: PlanSearch.Goal
  ) throws -> PlanSpace {
    let prices = try (invocation["--price"]?.prices() ?? []) + GPUPrice.known
    let budgets = try invocation["--max-num-batched-tokens"]?.budgets() ?? standardBudgets
    var schedulers: [String] = []
    for name in try invocation["--schedulers"]?.schedulerNames() ?? standardSchedulers {
      schedulers += try Schedulers.budgeted(name, budgets).filter { !schedulers.contains($0) }
    }
    let most = try invocation["--max-gpus"]?.int(min: 1, max: 1 << 20)
    let replicas =
      try invocation["--replicas"]?.numbersOfReplicas()
      ?? Array(1...min(most ?? 16, EngineRange.replicas.upperBound))
    let files = DescribedFiles()
    let model = try files.model(
      invocation["--model"]
        ?? GivenValue(source: "--model", text: Catalogue.standard.models.standard))
    let degrees = Shard.degrees(of: model).filter { $0 <= 8 && $0.nonzeroBitCount == 1 }
    let defaults = [
      "--gpu": GPUPrice.known.map(\.gpu).joined(separator: ","),
      Deployment.degree.option: degrees.map(String.init).joined(separator: ","),
    ]
    let fixed = ["--replicas", "--max-num-batched-tokens"]
    let pools = invocation[PoolOptions.pools.name]
    if pools == nil { try PoolOptions.checkNone(invocation) }
    return try PlanSpace(
      schedulers: schedulers, prices: prices, replicas: replicas, mostGPUs: most ?? 128,
      pools: pools, files
    ) { name in
      let option = "--\(name)"
      if fixed.contains(option) { return nil }
      let given = invocation.value(of: option == "--gpu" ? "gpus" : name)
      return given ?? defaults[option].map { GivenValue(source: option, text: $0) }
    }
  }

  /// Those that are chosen among where none is named: an engine that is run today, and the papers'.
  private static let standardSchedulers = ["vllm", "sarathi", "splitfuse"]
  private static let standardBudgets: [Int?] = [512, 2048, 8192]

  /// Searches, reports, and writes the outputs.
  func run() throws {
    let loaded = try trace.read(checksums: outputs.includes("--report"))
    let search = try search(loaded)
    if let shard {
      return try shard.run(invocation, PlanRow.self) { known, note in
        let bar = ProgressBar("plan")
        _ = try search.run(
          jobs: jobs, known: known, of: shard.share, progress: { bar.update($0) }, note: note)
      }
    }
    let bar = ProgressBar("plan")
    let plan = try search.run(jobs: jobs, known: known) { bar.update($0) }
    bar.finish()
    let report = try report(plan)
    let answer = report.plan.answer.flatMap { report.arguments[$0] }
    let command = answer.map { arguments in
      (["servesim", "replay", trace.path.text] + arguments).map(shellQuoted).joined(separator: " ")
    }
    let files =
      outputs.includes("--report")
      ? OutputOptions.files(
        of: report.report(
          replay: command, deployment: answer.map(Self.deployment),
          source: loaded.source(
            trace.path, command: invocation.commandLine, seed: UInt64(load.seed)))) : [:]
    try outputs.write { option, writer in writer.write(files[option] ?? report.json) }
    if !outputs.usesStandardOutput { try show(report.text(replay: command)) }
  }

  /// What is searched.
  private func search(_ loaded: LoadedTrace) throws -> PlanSearch {
    var search = try PlanSearch(
      space, requirement, goal: goal, load: load, of: loaded, seeds: try draws(loaded))
    search.fingerprint.add(version)
    return search
  }

  /// What is found, and how certain it is.
  private func report(_ plan: Plan) throws -> PlanReport {
    let plan = plan.knowingNearest(jobs: jobs)
    let kept = plan.best.indices.filter { plan.best[$0] != nil }
    let scan = ProgressBar("headroom", parts: max(1, kept.count) + Robustness.directions)
    let found = plan.headroom(
      of: kept.compactMap { plan.best[$0].map { plan.candidates[$0] } }, jobs: jobs
    ) {
      scan.update(1, part: $0)
    }
    let robustness = plan.robustness(jobs: jobs) { scan.update(1, part: kept.count + $0) }
    scan.finish()
    var headroom = [Plan.Headroom?](repeating: nil, count: plan.best.count)
    for (kind, load) in zip(kept, found) { headroom[kind] = load }
    var report = PlanReport(plan, trace: trace.path.text, headroom: headroom) {
      arguments(of: $0, plan.search)
    }
    report.robustness = robustness
    report.sale = sale
    report.fresh = try plan.fresh(Self.freshSeeds, jobs: jobs).map {
      PlanReport.Fresh(tried: Self.freshSeeds, kept: $0.kept, attainment: $0.attainment)
    }
    return report
  }

  private static let freshSeeds = 5

  /// As many draws as were asked for, or two; one where nothing is drawn.
  private func draws(_ loaded: LoadedTrace) throws -> Int {
    let isDrawn = try load.settled(on: loaded).process.isDrawn
    if !isDrawn, let seeds {
      throw seeds.mistake(
        "the trace's own arrivals are the same for every seed",
        "leave it out, or add --arrivals poisson")
    }
    return try seeds?.int(min: 1, max: 30) ?? (isDrawn ? 2 : 1)
  }

  /// What serves by `arguments` of `replay`, as a deployment file.
  private static func deployment(_ arguments: [String]) -> String {
    PooledDeployment.text { name in
      guard let place = arguments.firstIndex(of: "--\(name)") else { return nil }
      let value = arguments[place...].dropFirst().first
      return GivenValue(source: "--\(name)", text: value ?? "true")
    }
  }

  /// The options of `replay` that serve as `candidate` does, under the seed with the least
  /// attainment.
  private func arguments(of candidate: PlanCandidate, _ search: PlanSearch) -> [String] {
    let shape = space.shapes[candidate.shape]
    let options = Command.replay().options.filter { option in
      !option.file.isWritten && option.group != "Output"
        && (shape.pools != nil || !PoolOptions.ofRuns.contains { $0.name == option.name })
    }
    var words: [String] = []
    for option in options {
      let name = String(option.name.dropFirst(2))
      let chosen = shape.values.first { $0.name == name }?.value
      let value: String? =
        switch option.name {
        case Scenario.Settings.scheduler.option: shape.scheduler
        case PoolOptions.pools.name: candidate.counts.text
        case "--replicas":
          shape.pools != nil || candidate.replicas == 1 ? nil : String(candidate.replicas)
        case "--max-num-batched-tokens": nil
        case Load.Settings.seed.option where search.load.process.isDrawn:
          String(search.draws[candidate.worstPlace ?? 0].seed)
        default: chosen ?? invocation.value(of: name)?.text
        }
      guard let value else { continue }
      words += option.placeholder == nil ? [option.name] : [option.name, value]
    }
    return words
  }
}
