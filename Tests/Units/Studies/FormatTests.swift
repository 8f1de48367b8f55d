import Costs
import Serving
import Testing

@testable import Formats
@testable import Studies

@Suite struct FormatTests {
  private func blocks(_ change: (inout Deployment) -> Void = { _ in }) throws -> Int {
    var deployment = try deployment("llama-3-8b", "h100-sxm")
    change(&deployment)
    return try deployment.service("vllm").engine.rules.memory.blocks
  }

  @Test func `smaller weights and a smaller cache make room`() throws {
    let plain = try blocks()
    #expect(try blocks { $0.quantization = .bf16 } == plain)
    #expect(try blocks { $0.kvCacheDtype = .bf16 } == plain)
    let quantized = try blocks { $0.quantization = .fp8 }
    let small = try blocks { $0.kvCacheDtype = .fp8 }
    #expect(quantized > plain)
    #expect(small / 2 == plain)
    #expect(try blocks { $0.quantization = .int4Weight } > quantized)
  }

  @Test func `what differs from bfloat16 is among the settings`() throws {
    var deployment = try deployment("llama-3-8b", "h100-sxm")
    let plain = try deployment.service("vllm").settings.map(\.name)
    #expect(!plain.contains("quantization") && !plain.contains("kv_cache_dtype"))
    deployment.quantization = .int4Weight
    deployment.kvCacheDtype = .fp8
    let settings = try deployment.service("vllm").settings
    #expect(settings.suffix(2).map(\.name) == ["quantization", "kv_cache_dtype"])
    #expect(settings.suffix(2).map(\.value) == ["int4-weight", "fp8"])
  }

  @Test func `a model that is quantised already is not quantised to something else`() throws {
    var deployment = try deployment("deepseek-v3", "h200-sxm")
    deployment.tensorParallelSize = 8
    deployment.maxModelLen = 8192
    deployment.quantization = .fp8Block
    #expect(throws: Never.self) { try deployment.service("vllm") }
    for other in [NumberFormat.bf16, .nvfp4] {
      deployment.quantization = other
      let error = #expect(throws: InputError.self) { try deployment.service("vllm") }
      #expect(error?.source == "--quantization")
      #expect(error?.problem == "deepseek-v3 is in fp8-block, not \(other.rawValue)")
      #expect(error?.remedy == "leave it out, or give fp8-block")
    }
  }

  private func given(_ text: String) -> GivenValue {
    GivenValue(source: "--quantization", text: text)
  }

  /// Of Mixtral-8x7B 32 layers of 8 experts of 3 x 4096 x 14336 weights, half a byte and a 32nd
  /// each; of its attention 4096 x (6144 + 4096), one byte each.
  @Test func `kinds of matrices are stored each in its own format`() throws {
    var deployment = try deployment("mixtral-8x7b", "h100-sxm")
    let plain = try Shard(of: deployment.servedModel()).weightBytes
    try deployment.setQuantization(given("experts=mxfp4,attention=fp8"))
    let model = try deployment.servedModel()
    #expect(model.formatsInWords == "bf16, QKV in fp8, attention output in fp8, experts in mxfp4")
    let (experts, attention) = (32 * 8 * 3 * 4096 * 14336, 32 * 4096 * (6144 + 4096))
    let saved = Double(experts) * (2 - 17.0 / 32) + Double(attention)
    #expect(abs(Double(plain - (try Shard(of: model).weightBytes)) - saved) <= 1)
    try deployment.setQuantization(given("fp8"))
    #expect(deployment.quantizedKinds.isEmpty && deployment.quantization == .fp8)
    try deployment.setQuantization(given("head=fp8"))
    let head = plain - (try Shard(of: deployment.servedModel()).weightBytes)
    #expect(head == 32_000 * 4096)
  }

  @Test(arguments: [
    "experts", "experts=", "experts=int3", "expert=fp8", "experts=fp8,experts=int8", "=fp8",
    "experts=fp8,", "fp8,experts=mxfp4",
  ])
  func `kinds that are none, or without a format, are refused`(text: String) throws {
    var deployment = try deployment("mixtral-8x7b", "h100-sxm")
    let error = #expect(throws: InputError.self) { try deployment.setQuantization(given(text)) }
    #expect(error?.source == "--quantization")
  }

  @Test(arguments: [
    ("llama-3-8b", "experts=fp8", "no matrices of the kind experts"),
    ("gemma-2-9b", "head=fp8", "is the embedding's matrix"),
    ("deepseek-v3", "attention=fp8", "is in fp8-block already"),
  ])
  func `what the model has not is refused`(name: String, text: String, problem: String) throws {
    var deployment = try deployment(name, "h200-sxm")
    try deployment.setQuantization(given(text))
    let error = #expect(throws: InputError.self) { try deployment.servedModel() }
    #expect(error?.problem.contains(problem) == true)
  }

  @Test func `a sweep takes several kinds as one value`() throws {
    let grid = try SweepGrid(schedulers: ["vllm"]) { name in
      name == "quantization" ? given("fp8,experts=mxfp4,attention=fp8,experts=fp8") : nil
    }
    #expect(
      grid.axes.first { $0.name == "quantization" }?.values
        == ["fp8", "experts=mxfp4,attention=fp8", "experts=fp8"])
  }

  @Test func `a cache is in bfloat16 or 8-bit floats`() throws {
    let error = #expect(throws: InputError.self) { try blocks { $0.kvCacheDtype = .nvfp4 } }
    #expect(error?.source == "--kv-cache-dtype")
  }
}
