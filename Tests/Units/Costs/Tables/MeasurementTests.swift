import Support
import Testing

@testable import Costs

private func kernel(
  _ operation: MeasuredOperation, _ sizes: [Costs.Measurement.Size: Double],
  format: String = "bf16"
) -> Kernel? {
  Costs.Measurement(operation, format: format, sizes: sizes, seconds: 1).kernel
}

private let heads: [Costs.Measurement.Size: Double] = [
  .heads: 32, .keyValueHeads: 8, .headSize: 128,
]

@Suite struct MeasurementTests {
  @Test(arguments: [
    ("bfloat16", NumberFormat.bf16), ("fp16", .bf16), ("half", .bf16), ("", .bf16),
    ("FP8_E4M3", .fp8), ("fp8_block", .fp8Block), ("int8_wo", .int8Weight), ("sq", .int8),
    ("int4_wo", .int4Weight), ("awq", .int4Weight), ("nvfp4", .nvfp4),
  ])
  func `formats go by the names that others call them`(name: String, format: NumberFormat) {
    #expect(kernel(.gemm, [.m: 1, .n: 2, .k: 4], format: name)?.format == format)
  }

  @Test func `a format that nobody knows is no kernel`() {
    #expect(kernel(.gemm, [.m: 1, .n: 2, .k: 4], format: "int3") == nil)
  }

  @Test func `a measured kernel is the one that an operation runs`() throws {
    let model = try Models.named("llama-3-8b")
    let list = try model.operations(
      for: batch(decodes: 6, context: 999, chunks: [(512, 256), (512, 256)]))
    func expect(_ name: Operation.Name, _ kernel: Kernel?) throws {
      #expect(try #require(list.only(name)).kernel == kernel, "\(name)")
    }
    try expect(.up, kernel(.gemm, [.m: 1030, .n: 28672, .k: 4096]))
    try expect(
      .prefillAttention,
      kernel(
        .attentionPrefill,
        heads.merging([.batch: 2, .queryTokens: 512, .contextTokens: 256]) { $1 }))
    // The new token is among those attended to.
    try expect(
      .decodeAttention,
      kernel(.attentionDecode, heads.merging([.batch: 6, .contextTokens: 1000]) { $1 }))
    try expect(.activation, kernel(.activation, [.m: 1030, .n: 14336]))
    try expect(.normalization, kernel(.normalization, [.m: 1030, .n: 4096]))
  }

  @Test func `a prompt of one new token is a decode`() throws {
    let prompt = kernel(
      .attentionPrefill, heads.merging([.batch: 6, .queryTokens: 1, .contextTokens: 999]) { $1 })
    let decode = kernel(.attentionDecode, heads.merging([.batch: 6, .contextTokens: 1000]) { $1 })
    #expect(prompt == decode && decode?.operation == .attentionDecode)
  }

  @Test func `collectives of the engine and of NCCL are told apart`() throws {
    let sizes: [Costs.Measurement.Size: Double] = [.bytes: 4096, .gpus: 4]
    #expect(kernel(.allReduce, sizes, format: "bf16")?.variant == 0)
    #expect(kernel(.allReduce, sizes, format: "half")?.variant == 1)
    #expect(kernel(.allReduce, sizes, format: "int8")?.variant == 1)
    let model = try Models.named("llama-3-8b")
    let list = try model.operations(for: batch(decodes: 1, context: 9), tensorParallel: 4)
    #expect(
      list.only(.allReduce)?.kernel == kernel(.allReduce, [.bytes: 8192, .gpus: 4]))
  }

  @Test func `experts take turns unless a measurement says how many were reached`() throws {
    let sizes: [Costs.Measurement.Size: Double] = [
      .m: 16, .n: 768, .k: 2048, .experts: 128, .topk: 8, .gpus: 2,
    ]
    let even = ExpertWork(
      tokens: 16, experts: 128, perToken: 8, hidden: 2048, intermediate: 768, divided: 2)
    #expect(even.distinct == 64 && even.pairs == 64)
    #expect(kernel(.experts, sizes) == .experts(even, .bf16))
    var uneven = even
    (uneven.matrices, uneven.distinct, uneven.pairs) = (2, 40, 90)
    let drawn = sizes.merging([.matrices: 2, .distinct: 40, .pairs: 90]) { $1 }
    #expect(kernel(.experts, drawn) == .experts(uneven, .bf16))
  }

  @Test func `every operation that is measured says which sizes it needs`() {
    for operation in MeasuredOperation.allCases {
      let sizes = Dictionary(
        uniqueKeysWithValues: Costs.Measurement.required(operation).map { ($0, 2.0) })
      let found = kernel(operation, sizes)
      #expect(found?.operation == operation)
      #expect(found.map { $0.estimate(on: slow).isFinite } == true)
    }
  }
}
