import Metrics
import Reporting
import Serving
import Studies

/// A comparison over several seeds.
extension CompareOptions {
  /// How many seeds `--seeds` asks for; more than one need arrivals that are drawn.
  static func seeds(_ invocation: Invocation, _ workload: WorkloadOptions) throws -> Int {
    guard let given = invocation["--seeds"] else { return 1 }
    let count = try given.int(min: 2, max: 1000)
    if workload.arrivals == .trace {
      throw given.mistake(
        "the trace's own arrivals are the same under every seed", "add --arrivals poisson")
    }
    if UInt64(count) > UInt64.max - workload.seed {
      throw given.mistake("there are no such seeds", "give a smaller --seed")
    }
    return count
  }

  /// The comparison under this seed and those that follow, or nil where one seed was asked for.
  func repeated(
    _ services: [Service], _ traces: [Trace], _ objective: ServiceLevelObjective?
  ) throws -> SeedsReport? {
    if seeds == 1 { return nil }
    let bar = ProgressBar("seeds", parts: services.count * seeds)
    let figures = try Repetition(
      traces, services, objective: objective
    ).run(jobs: jobs) { bar.update($1, part: $0) }
    bar.finish()
    return SeedsReport(services.map(\.engine.name), figures)
  }

  /// `trace`, as it was read, under every seed.
  func traces(of trace: Trace) throws -> [Trace] {
    try (0..<seeds).map { offset in
      var workload = workload
      workload.seed += UInt64(offset)
      return try workload.arriving(trace)
    }
  }

  /// Who does best, and what that hangs on; nil for a single scheduler.
  func closing(
    _ figures: SeedsReport, _ services: [Service], _ traces: [Trace],
    _ objective: ServiceLevelObjective?
  ) throws -> String? {
    if services.count == 1 { return nil }
    guard let decision = figures.decision else { return ClosingSentence.compare(figures, nil) }
    let duel = Duel(
      traces, from: workload.clients, objective: objective,
      figure: decision.figure, leader: services[decision.best], other: services[decision.next])
    let bar = ProgressBar("verdict", parts: Robustness.directions)
    let robustness = try duel.robustness(jobs: jobs) { bar.update(1, part: $0) }
    bar.finish()
    return ClosingSentence.compare(figures, robustness)
  }

  static let seedsOption = Option(
    name: "--seeds", placeholder: "N", standard: "1",
    help: "repeat under this many seeds and tell which differences are certain; tables and charts "
      + "are of the first", group: "Runs")
}
