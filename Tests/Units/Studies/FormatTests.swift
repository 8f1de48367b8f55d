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

  @Test func `a cache is in bfloat16 or 8-bit floats`() throws {
    let error = #expect(throws: InputError.self) { try blocks { $0.kvCacheDtype = .nvfp4 } }
    #expect(error?.source == "--kv-cache-dtype")
  }
}
