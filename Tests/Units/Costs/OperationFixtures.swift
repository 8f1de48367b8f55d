import Testing

@testable import Costs
@testable import Serving

/// A GPU of round numbers: 1,000 FLOPs and 100 bytes a second, 10 bytes a second of link.
let slow = GPU(
  name: "slow", source: "by hand", memoryBytes: 1000, memoryBytesPerSecond: 100,
  peaks: .init(bf16: 1000), links: [.init(.pcie, gpus: 8, bytesPerSecond: 10)],
  efficiencies: Efficiencies(
    matrixCompute: 0.5, matrixMemory: 0.8, prefillAttention: 0.25, decodeAttention: 0.4,
    elementwise: 0.2, collective: 0.1, launchSeconds: 0.5, collectiveSeconds: 3,
    isMeasured: false, source: "by hand"))

extension [Operation] {
  /// The only operation called `name`.
  func only(_ name: Operation.Name) -> Operation? {
    let found = filter { $0.name == name }
    return found.count == 1 ? found[0] : nil
  }

  /// The FLOPs of a whole iteration.
  var flops: Double { reduce(0) { $0 + $1.flops * Double($1.repeats) } }
}

extension Model {
  /// The operations of `batch` on one of `tensorParallel` GPUs.
  func operations(for batch: Batch, tensorParallel: Int = 1) throws -> [Operation] {
    ModelOperations(of: try Shard(of: self, tensorParallel: tensorParallel)).operations(for: batch)
  }
}
