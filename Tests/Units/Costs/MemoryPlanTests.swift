import Serving
import Testing

@testable import Costs
@testable import Formats

private func limits(_ maxModelLen: Int, utilization: Double = 0.9) -> MemoryLimits {
  MemoryLimits(
    gpuMemoryUtilization: utilization, blockSize: 16, maxNumBatchedTokens: 2048, maxNumSeqs: 128,
    maxModelLen: maxModelLen)
}

private func plan(
  _ model: String, on gpu: String, tensorParallel: Int = 1, _ limits: MemoryLimits
) throws -> MemoryPlan {
  try MemoryPlan(
    of: Shard(of: Models.named(model), tensorParallel: tensorParallel), on: GPUs.named(gpu),
    limits: limits)
}

@Suite struct MemoryPlanTests {
  /// 2,048 tokens by two residual streams of 4,096 and an MLP of 2 x 11,008 and 11,008, in 2 bytes.
  @Test func `the longest iteration's widest layer is held at once`() throws {
    let peak = ActivationPeak(of: try Shard(of: Models.named("llama-2-7b")), limits: limits(4096))
    #expect(peak.layerBytes == 2048 * (2 * 4096 + 3 * 11008) * 2)
    #expect(peak.samplerBytes == 128 * 32000 * 46 + 2048 * 4096 * 2)
    #expect(peak.bytes == max(peak.layerBytes, peak.samplerBytes))
  }

  @Test func `experts hold their part for each token that goes through them`() throws {
    let shard = try Shard(of: Models.named("mixtral-8x7b"), tensorParallel: 2)
    let peak = ActivationPeak(of: shard, limits: limits(4096))
    #expect(peak.layerBytes == 2048 * (2 * 4096 + 2 * (14336 + 7168)) * 2)
  }

  @Test func `blocks fill what weights, activations and libraries leave`() throws {
    let plan = try plan("llama-2-7b", on: "h100-sxm", limits(4096))
    #expect(plan.weightBytes == 2 * 6_738_415_616)
    #expect(plan.blockBytes == 16 * 524_288)
    #expect(plan.reserveBytes == 256 << 20)
    #expect(plan.usableBytes == Int(Double(try GPUs.named("h100-sxm").memoryBytes) * 0.9))
    let used = plan.weightBytes + plan.activationBytes + plan.reserveBytes
    #expect(plan.cacheBytes == plan.usableBytes - used)
    #expect(plan.blocks == plan.cacheBytes / plan.blockBytes)
    #expect(plan.cacheTokens == 16 * plan.blocks)
  }

  /// What vLLM 0.15.1 printed as `# GPU blocks` on H100 SXM at its default share of the memory, by
  /// the repository inference-sim/training, commit c4f0340; README's claim on KV memory.
  @Test(arguments: [
    ("llama-2-7b", 1, 7462), ("codellama-34b", 2, 26602), ("mixtral-8x7b", 2, 27510),
    ("llama-2-70b", 4, 31356),
  ])
  func `blocks are within 0.3 % of what vLLM reported`(
    model: String, gpus: Int, reported: Int
  ) throws {
    let blocks = try plan(model, on: "h100-sxm", tensorParallel: gpus, limits(4096)).blocks
    #expect(abs(Double(blocks) / Double(reported) - 1) < 0.003, "\(blocks), not \(reported)")
  }

  @Test func `a group reserves buffers to send from`() throws {
    let plan = try plan("llama-2-7b", on: "h100-sxm", tensorParallel: 2, limits(4096))
    #expect(plan.reserveBytes == 768 << 20)
  }

  @Test func `a larger share of the memory holds more blocks`() throws {
    let blocks = try [0.7, 0.8, 0.9, 1].map {
      try plan("yi-34b", on: "a100-sxm-80gb", tensorParallel: 2, limits(4096, utilization: $0))
        .blocks
    }
    #expect(blocks == blocks.sorted() && Set(blocks).count == 4)
  }

  @Test func `weights that do not fit get the smallest group that they fit in`() {
    let error = #expect(throws: InputError.self) {
      try plan("llama-2-70b", on: "a100-sxm-80gb", limits(4096))
    }
    #expect(error?.source == "--tensor-parallel-size")
    #expect(error?.problem.hasPrefix("llama-2-70b on 1 GPU takes 129.1 GiB of each") == true)
    #expect(error?.remedy == "it needs 2 GPUs: use --tensor-parallel-size 2")
  }

  @Test func `weights that fit nowhere are said to`() {
    let error = #expect(throws: InputError.self) {
      try plan("falcon-180b", on: "a40", limits(2048))
    }
    #expect(error?.remedy == "no group of up to 16 GPUs is enough: use GPUs with more memory")
  }

  @Test func `a sequence that does not fit gets the longest that does`() throws {
    let error = #expect(throws: InputError.self) {
      try plan("yi-34b-200k", on: "a100-sxm-80gb", limits(200_000))
    }
    #expect(error?.source == "--max-model-len")
    let remedy = try #require(error?.remedy)
    let words = remedy.split(separator: " ")
    let longest = try #require(Int(words[2]))
    #expect(remedy.hasSuffix("use --tensor-parallel-size 2"))
    #expect(throws: Never.self) { try plan("yi-34b-200k", on: "a100-sxm-80gb", limits(longest)) }
    #expect(throws: InputError.self) {
      try plan("yi-34b-200k", on: "a100-sxm-80gb", limits(longest + 1))
    }
  }

  @Test(arguments: [0, -0.5, 1.01, Double.nan])
  func `a share of memory is above 0 and at most 1`(utilization: Double) {
    let error = #expect(throws: InputError.self) {
      try plan("llama-2-7b", on: "h100-sxm", limits(4096, utilization: utilization))
    }
    #expect(error?.source == "--gpu-memory-utilization")
  }

  @Test func `limits are positive`() {
    for change in [\MemoryLimits.blockSize, \.maxNumBatchedTokens, \.maxNumSeqs, \.maxModelLen] {
      var limits = limits(4096)
      limits[keyPath: change] = 0
      #expect(throws: InputError.self) { try plan("llama-2-7b", on: "h100-sxm", limits) }
    }
  }
}
