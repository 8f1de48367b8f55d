import Foundation
import Support
import Testing

@testable import Costs

/// The seconds of the shortest kernel, and of the shortest collective.
private let start = 2e-6
private let meeting = 5e-6

/// `slow` with memory so fast that arithmetic is what counts, 2,000 to 4,000 FLOPs a second in
/// formats of fewer bits.
private var quickMemory: GPU {
  var gpu = slow
  gpu.memoryBytesPerSecond = 1e9
  gpu.peaks = .init(bf16: 1000, fp8: 2000, int8: 3000, fp4: 4000)
  return gpu
}

@Suite struct KernelTests {
  /// 5 rows of 8 inputs, a matrix of 192, 5 rows of 24 results in 2 bytes, at 100 bytes a second.
  @Test(
    arguments: [
      (NumberFormat.bf16, 384.0, 80.0), (.fp8, 192, 40), (.fp8Block, 192.046875, 41.25),
      (.int8, 192, 40), (.int8Weight, 192, 80), (.int4Weight, 99, 80), (.nvfp4, 108, 22.5),
    ] as [(NumberFormat, Double, Double)])
  func `a product takes as long as moving its matrices`(
    format: NumberFormat, weights: Double, inputs: Double
  ) {
    let kernel = Kernel.gemm(rows: 5, outputs: 24, inputs: 8, format)
    #expect(agree(kernel.estimate(on: slow), (weights + inputs + 240) / 100 + start))
  }

  /// 2 x 5 x 24 x 8 FLOPs; weights of fewer bits than the inputs do not speed up arithmetic.
  @Test(arguments: [
    (NumberFormat.bf16, 1000.0), (.fp8, 2000), (.fp8Block, 2000), (.int8, 3000),
    (.int8Weight, 1000), (.int4Weight, 1000), (.nvfp4, 4000),
  ])
  func `a product takes as long as its arithmetic`(format: NumberFormat, rate: Double) {
    let kernel = Kernel.gemm(rows: 5, outputs: 24, inputs: 8, format)
    #expect(agree(kernel.estimate(on: quickMemory), 1920 / rate + start))
    #expect(agree(kernel.estimate(on: slow), max(1920 / 1000, kernel.memoryBytes / 100) + start))
  }

  @Test func `a product is looked up by rows, outputs, inputs, and whether rows come in fours`() {
    let kernel = Kernel.gemm(rows: 8, outputs: 32, inputs: 1024, .bf16)
    #expect(kernel.point == SIMD4(3, 5, 10, 2))
    let odd = [1.0, 2, 6, 7, 511].map { Kernel.gemm(rows: $0, outputs: 1, inputs: 1, .fp8) }
    #expect(odd.map { $0.point[3] } == [0, 0, 0, 0, 0])
  }

  /// 3 rows of 8 elements of 2 bytes: residual and result are read and written; gate and up are
  /// read and one written; queries and keys are turned in place.
  @Test func `work on single elements takes as long as it moves`() {
    let kernels: [(Kernel, Double)] = [
      (.normalization(rows: 3, width: 8), 192), (.activation(rows: 3, width: 8), 144),
      (.rotary(rows: 3, width: 8), 96),
    ]
    for (kernel, bytes) in kernels {
      #expect(agree(kernel.estimate(on: slow), bytes / 100 + start))
      #expect(agree(kernel.point[0], log2(bytes)))
    }
  }

  /// Of 1,000 bytes on each of 4 GPUs, three quarters are the others', at 10 bytes a second.
  @Test(arguments: [
    (MeasuredOperation.allReduce, 1500.0), (.allGather, 750), (.reduceScatter, 750),
    (.allToAll, 750), (.sendReceive, 1000),
  ])
  func `a collective takes as long as what a GPU sends`(
    operation: MeasuredOperation, sent: Double
  ) {
    let kernel = Kernel.collective(operation, bytes: 1000, gpus: 4)
    #expect(agree(kernel.estimate(on: slow), sent / 10 + meeting))
    #expect(kernel.point[0] == 2 && agree(kernel.point[1], log2(1000)))
  }

  @Test func `a group that reaches beyond the server takes the link that reaches all`() {
    var gpu = slow
    gpu.links.append(.init(.infiniband, gpus: 64, bytesPerSecond: 2))
    let sent = [(2, 1000.0), (8, 1750), (16, 1875), (128, 1984.375)]
    for ((gpus, bytes), rate) in zip(sent, [10.0, 10, 2, 2]) {
      let kernel = Kernel.collective(.allReduce, bytes: 1000, gpus: gpus)
      #expect(agree(kernel.estimate(on: gpu), bytes / rate + meeting))
    }
  }

  @Test func `no kernel gets shorter when one of its sizes grows`() {
    var random = SeededNumbers(state: 71)
    func size(_ most: Int = 5000) -> Double { Double(Int.random(in: 1...most, using: &random)) }
    for _ in 0..<300 {
      for format in NumberFormat.allCases {
        let sizes = [size(), size(), size()]
        let seconds = [nil, 0, 1, 2].map { (grown: Int?) in
          var sizes = sizes
          if let grown { sizes[grown] += 1 }
          return [
            Kernel.gemm(rows: sizes[0], outputs: sizes[1], inputs: sizes[2], format),
            .experts(
              ExpertWork(
                tokens: sizes[0], experts: 64, perToken: 4, hidden: sizes[2],
                intermediate: sizes[1], divided: 2), format),
            .normalization(rows: sizes[0], width: sizes[1]),
            .collective(.allReduce, bytes: sizes[0], gpus: Int(sizes[1]) + 1),
          ].map { $0.estimate(on: slow) }
        }
        for grown in seconds.dropFirst() {
          for (before, after) in zip(seconds[0], grown) { #expect(after >= before) }
        }
      }
    }
  }
}
