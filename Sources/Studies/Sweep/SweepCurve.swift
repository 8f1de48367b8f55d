import Costs
import Formats
import Metrics
import Serving
import Workloads

/// One combination of a sweep, ready to be served at any rate.
public struct SweepCurve: Sendable {
  /// The values of the axes.
  public let combination: SweepGrid.Combination
  private let service: Service
  private var load: Load
  private let base: Trace
  private let notes: [String]
  /// What its points are judged by, if anything.
  public let objective: ServiceLevelObjective?
  /// How many GPUs serve.
  public let gpus: Int
  /// What is known of how far its costs are off.
  public let modelError: ModelError
  /// All that decides the results but the rate.
  private let fingerprint: Fingerprint

  /// - Parameters:
  ///   - loaded: the whole trace.
  ///   - files: what was read for other combinations.
  ///   - hasRate: whether its points have rates.
  ///   - tool: what serves and its version, whose results are no other's.
  init(
    _ combination: SweepGrid.Combination, _ loaded: LoadedTrace, _ files: DescribedFiles,
    hasRate: Bool, tool: String
  ) throws(InputError) {
    self.combination = combination
    var scenario = try Scenario(files, combination.given)
    if let fleet = try combination.fleet(files) { scenario.serve(on: fleet) }
    gpus = scenario.pools?.gpus ?? scenario.deployment.gpus
    objective = try scenario.objective()
    modelError = scenario.deployment.modelError
    load = try scenario.load.settled(on: loaded, hasRate: hasRate)
    let selected = try load.selected(from: loaded)
    base = selected.trace
    notes = selected.notes
    service = try scenario.serving(base)
    var fingerprint = Fingerprint()
    fingerprint.add("\(tool) \(scenario.scheduler)")
    fingerprint.add(scenario.deployment)
    for pool in scenario.pools?.pools.dropFirst() ?? [] { fingerprint.add(pool.deployment) }
    fingerprint.add(base)
    for setting in service.settings { fingerprint.add("\(setting.name)=\(setting.value)") }
    fingerprint.add("\(load.process.name) \(load.seed)")
    fingerprint.add(load.clients.map { "\($0)" } ?? "open")
    fingerprint.add(notes.joined(separator: ";"))
    fingerprint.add(objective?.description ?? "")
    self.fingerprint = fingerprint
  }

  /// Whether arrivals are drawn, so that they differ by the seed.
  var isDrawn: Bool { load.process != .trace && load.clients == nil }

  /// The same requests with the arrivals of a seed that is later by `offset`.
  func later(by offset: Int) -> SweepCurve {
    var curve = self
    curve.load.seed += offset
    return curve
  }

  /// The name of the point at `rate`, by content.
  public func key(at rate: Double?) -> String {
    var fingerprint = fingerprint
    fingerprint.add(rate.map { "\($0)" } ?? "given")
    return fingerprint.text
  }

  /// Serves the trace at `rate`, with costs as they are unless they are scaled.
  public func row(
    at rate: Double?, scaled factors: ScaledCost.Factors? = nil,
    progress: @escaping (Double) -> Void = { _ in }
  ) throws -> SweepRow {
    var load = load
    load.requestRate = rate
    let trace = try load.arriving(base)
    var service = factors.map(service.scaled) ?? service
    service.settings += load.shown(serving: trace, notes)
    do {
      let replay = try service.replay(
        trace, from: load.clients, objective: objective, progress: progress)
      var row = SweepRow(key: key(at: rate), replay.run)
      row.pools = combination.counts
      return row
    } catch {
      var row = SweepRow(
        key: key(at: rate),
        StoppedRun(
          scheduler: service.engine.name, settings: service.settings, reason: "\(error)"))
      row.pools = combination.counts
      return row
    }
  }

  /// The requests a second that are served of a queue that never empties, or the trace's own rate
  /// where that stalls.
  func capacity() -> Double {
    let backlog = base.arriving(at: Array(repeating: 0, count: base.count))
    let rate = try? service.replay(backlog).run.metrics.throughput.requestsPerSecond
    return rate.flatMap { $0 > 0 ? $0 : nil } ?? base.meanRate ?? 1
  }
}
