import Costs
import Serving
import Workloads

/// Fits a GPU's tables to measured kernels.
public struct Calibration: Sendable {
  /// The GPU with the tables that were fitted.
  public let gpu: GPU
  /// The errors of measurements that were fitted, and of those held out.
  public let fitted: CalibrationScore
  public let heldOut: CalibrationScore

  /// Tables for `gpu` from `measurements`.
  ///
  /// A table replaces one of the same operation, format and variant that the GPU has; others stay.
  ///
  /// - Parameters:
  ///   - source: who measured, and with which software.
  ///   - holdout: the share of the measurements, from 0 to below 1, that is not fitted but scored.
  ///   - seed: decides which.
  ///   - jobs: threads to fit with; they change no result.
  public init(
    of gpu: GPU, from measurements: [Measurement], source: String, holdout: Double, seed: UInt64,
    jobs: Int
  ) {
    var random = RandomStream(seed: seed, named: "holdout")
    let isHeldOut = measurements.map { _ in random.uniform() < holdout }
    let divided = TableMeasurements.divided(measurements)
    let tables = parallelMap(divided.tables, jobs: jobs) { _, part in
      part.table(on: gpu, source: source) { !isHeldOut[$0] }
    }
    var fitted = gpu
    fitted.tables = gpu.tables.replacing(tables.compactMap { $0 })
    self.gpu = fitted
    self.fitted = CalibrationScore(divided, on: fitted) { !isHeldOut[$0] }
    heldOut = CalibrationScore(divided, on: fitted) { isHeldOut[$0] }
  }
}
