import Costs
import Formats
import Foundation
import Metrics
import Reporting
import Serving
import Studies
import Workloads

/// One combination of a sweep, ready to be served at any rate.
struct SweepCurve: Sendable {
  let combination: SweepGrid.Combination
  private let service: Service
  private let workload: WorkloadOptions
  private let base: Trace
  private let notes: [String]
  let objective: ServiceLevelObjective?
  /// What is known of how far its costs are off.
  let modelError: ModelError
  /// All that decides the results but the rate.
  private let fingerprint: Fingerprint

  /// - Parameters:
  ///   - loaded: the whole trace.
  ///   - objectives: what was given for `--slo`, if anything was.
  ///   - files: what was read for other combinations.
  init(
    _ combination: SweepGrid.Combination, _ loaded: LoadedTrace,
    _ objectives: GivenValue?, _ files: DescribedFiles, _ catalogue: Catalogue
  ) throws {
    self.combination = combination
    let deployment = try Deployment(files) { combination.invocation.value(of: $0) }
    objective = try OutputOptions.objective(objectives, model: deployment.model.name)
    modelError = deployment.modelError
    let name = combination.value(of: "--schedulers") ?? catalogue.schedulers.standard
    workload = try WorkloadOptions(combination.invocation)
    base = try workload.selected(from: loaded.trace)
    notes = loaded.notes
    var service = try deployment.service(name, for: base)
    service.fleet.seed = workload.seed
    try service.fleet.check(base)
    self.service = service
    var fingerprint = Fingerprint()
    fingerprint.add("\(version) \(name)")
    fingerprint.add(deployment)
    fingerprint.add(base)
    for setting in service.settings { fingerprint.add("\(setting.name)=\(setting.value)") }
    fingerprint.add("\(workload.arrivals.rawValue) \(workload.seed)")
    fingerprint.add(workload.clients.map { "\($0)" } ?? "open")
    fingerprint.add(notes.joined(separator: ";"))
    fingerprint.add(objective?.description ?? "")
    self.fingerprint = fingerprint
  }

  /// The name of the point at `rate`, by content.
  func key(at rate: Double?) -> String {
    var fingerprint = fingerprint
    fingerprint.add(rate.map { "\($0)" } ?? "given")
    return fingerprint.text
  }

  /// Serves the trace at `rate`, with costs as they are unless they are scaled.
  func row(
    at rate: Double?, scaled factors: ScaledCost.Factors? = nil,
    progress: @escaping (Double) -> Void = { _ in }
  ) throws -> SweepRow {
    var workload = workload
    workload.requestRate = rate
    let trace = try workload.arriving(base)
    var service = factors.map(service.scaled) ?? service
    service.settings += workload.settings(of: trace, notes)
    do {
      let replay = try service.replay(
        trace, from: workload.clients, objective: objective, progress: progress)
      return SweepRow(key: key(at: rate), replay.run)
    } catch {
      return SweepRow(
        key: key(at: rate),
        StoppedRun(
          scheduler: service.engine.name, settings: service.settings, reason: "\(error)"))
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
