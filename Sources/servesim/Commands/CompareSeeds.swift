import Metrics
import Reporting
import Serving
import Studies

/// A comparison over several seeds.
extension CompareOptions {
  /// How many seeds `--seeds` asks for; more than one need arrivals that are drawn.
  static func seeds(_ invocation: Invocation, _ load: Load) throws -> Int {
    guard let given = invocation["--seeds"] else { return 1 }
    let count = try given.int(min: 2, max: 1000)
    if load.process == .trace {
      throw given.mistake(
        "the trace's own arrivals are the same under every seed", "add --arrivals poisson")
    }
    if count > Int.max - load.seed {
      throw given.mistake("there are no such seeds", "give a smaller --seed")
    }
    return count
  }

  /// The comparison under this seed and those that follow, of those in `field` that go on under all
  /// of them; nil where one seed was asked for.
  func repeated(_ field: inout CompareField) throws -> SeedsReport? {
    if seeds == 1 || field.services.isEmpty { return nil }
    let traces = try traces(field.base)
    let bar = ProgressBar("seeds", parts: field.services.count * seeds)
    let figures = Repetition(
      traces, field.services, objective: field.objective
    ).run(jobs: jobs) { bar.update($1, part: $0) }
    bar.finish()
    let services = field.services
    (field.services, field.figures) = ([], [])
    for (service, result) in zip(services, figures) {
      field.add(service, result, under: "under one of the seeds, ")
    }
    return SeedsReport(field.services.map(\.engine.name), field.figures)
  }

  /// The requests of `base` under every seed.
  private func traces(_ base: Trace) throws -> [Trace] {
    try (0..<seeds).map { offset in
      var load = scenario.load
      load.seed += offset
      return try load.arriving(base)
    }
  }

  /// Who does best, and what that hangs on; nil where a single scheduler has no objective.
  func closing(_ field: CompareField) throws -> String? {
    if schedulers.count == 1, field.objective == nil { return nil }
    let figures = SeedsReport(field.services.map(\.engine.name), field.figures)
    guard let decision = figures.contest.decision else {
      return sentence(figures, nil, field)
    }
    let (best, next) = (decision.ranking.best, decision.ranking.next[0])
    let headToHead = HeadToHead(
      seeds == 1 ? [field.trace] : try traces(field.base), from: scenario.load.clients,
      objective: field.objective, figure: decision.figure, leader: field.services[best],
      other: field.services[next])
    let bar = ProgressBar("verdict", parts: Robustness.directions)
    let robustness = headToHead.robustness(jobs: jobs) { bar.update(1, part: $0) }
    bar.finish()
    return sentence(figures, robustness, field)
  }

  private func sentence(
    _ figures: SeedsReport, _ robustness: Robustness?, _ field: CompareField
  ) -> String {
    ClosingSentence.compare(
      figures, robustness, field.error, advice: advice(field), stopped: field.stopped)
  }

  /// What tells how much of the conclusion is chance; nil where it is told, or nothing would.
  private func advice(_ field: CompareField) -> String? {
    if seeds > 1 || scenario.load.clients != nil || field.services.count < 2 { return nil }
    if scenario.load.process != .trace {
      return "This is one draw of arrivals; add --seeds 5 to see how much of it is chance."
    }
    if field.base.meanRate == nil { return nil }
    return
      "These are the trace's own arrivals; add --arrivals poisson --seeds 5 to see how much of "
      + "it is chance where they are drawn."
  }

  static let seedsOption = Option(
    name: "--seeds", placeholder: "N", standard: "1",
    help: "repeat under this many seeds and tell which differences are certain; tables and charts "
      + "are of the first", group: "Runs")
}

/// Who takes part in a comparison, and who could not go on.
struct CompareField {
  /// The requests with the trace's own arrivals, and with those that were asked for.
  var base: Trace
  var trace: Trace
  var objective: ServiceLevelObjective?
  var error: ModelError
  var services: [Service] = []
  /// Of each service, one a seed.
  var figures: [[SteadyFigures]] = []
  var stopped: [StoppedRun] = []

  init(base: Trace, trace: Trace, objective: ServiceLevelObjective?, error: ModelError) {
    self.base = base
    self.trace = trace
    self.objective = objective
    self.error = error
  }

  /// Enters `service` where it could go on, with the figures that came of it.
  mutating func add(
    _ service: Service, _ result: Result<[SteadyFigures], RunError>, under place: String = ""
  ) {
    switch result {
    case .success(let found):
      services.append(service)
      figures.append(found)
    case .failure(let error):
      stopped.append(
        StoppedRun(
          scheduler: service.engine.name, settings: service.settings, reason: "\(place)\(error)"))
    }
  }
}
