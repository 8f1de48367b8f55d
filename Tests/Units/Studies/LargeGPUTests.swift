import Testing

@testable import Studies

/// vLLM 0.11, `engine/arg_utils.py`: `device_memory >= 70 * GiB_bytes and "a100" not in
/// device_name`.
@Suite struct `A GPU is large to vLLM` {
  @Test(arguments: [
    ("h100-sxm", 70 << 30, true), ("h100-sxm", (70 << 30) - 1, false),
    ("a100-sxm-80gb", 80 << 30, false),
  ])
  func `from 70 GiB on, unless it is an A100`(
    _ name: String, memoryBytes: Int, isLarge: Bool
  ) throws {
    var deployment = try deployment("llama-3-8b", name)
    deployment.gpu.memoryBytes = memoryBytes
    let rules = try deployment.service("vllm-0.11").engine.rules
    #expect(rules.limits.maxNumSeqs == (isLarge ? 1024 : 256))
    #expect(rules.limits.maxNumBatchedTokens == (isLarge ? 8192 : 2048))
  }
}
