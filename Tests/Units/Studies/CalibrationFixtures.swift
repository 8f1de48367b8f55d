import Foundation
import Serving
import Workloads

@testable import Costs

/// A GPU of round numbers without tables.
let bareGPU = GPU(
  name: "bare", source: "by hand", memoryBytes: 80 << 30, memoryBytesPerSecond: 2e12,
  peaks: .init(bf16: 300e12, fp8: 600e12), links: [.init(.nvlink, gpus: 8, bytesPerSecond: 3e11)],
  efficiencies: Efficiencies(
    matrixCompute: 0.5, matrixMemory: 0.8, prefillAttention: 0.25, decodeAttention: 0.4,
    elementwise: 0.2, collective: 0.1, launchSeconds: 3e-6, collectiveSeconds: 5e-6,
    isMeasured: false, source: "by hand"))

/// Measurements of `operations` in random sizes, few enough octaves of them that a table is soon
/// fitted, each as long as `law` says of its kernel.
func measurements(
  _ count: Int, of operations: [MeasuredOperation] = MeasuredOperation.allCases, seed: UInt64,
  on gpu: GPU = bareGPU, law: (Kernel) -> Double?
) -> [Costs.Measurement] {
  var random = RandomStream(seed: seed, named: "measurements")
  func choice(_ values: [Double]) -> Double {
    values[min(Int(random.uniform() * Double(values.count)), values.count - 1)]
  }
  func size(_ least: Double, octaves: Double) -> Double {
    (least * exp2(octaves * random.uniform())).rounded()
  }
  return (0..<count).compactMap { row in
    let operation = operations[row % operations.count]
    let heads = choice([1, 8])
    var measurement = Costs.Measurement(
      operation, format: choice([0, 1]) == 0 ? "bf16" : "fp8",
      sizes: [
        .m: size(16, octaves: 3), .n: size(512, octaves: 2), .k: size(1024, octaves: 2),
        .batch: size(1, octaves: 3), .queryTokens: size(64, octaves: 3),
        .contextTokens: size(64, octaves: 3), .heads: heads * choice([1, 8]),
        .keyValueHeads: heads, .headSize: choice([64, 128]), .experts: choice([8, 16]), .topk: 4,
        .bytes: size(1024, octaves: 8), .gpus: choice([2, 4]),
      ], seconds: 1)
    guard let kernel = measurement.kernel, let seconds = law(kernel) else { return nil }
    measurement.seconds = seconds
    return measurement
  }
}
