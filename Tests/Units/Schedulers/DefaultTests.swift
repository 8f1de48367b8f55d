import Schedulers
import Serving
import Testing

/// The limits of engines whose users set none, as the originals have them.
@Suite struct `An engine left as it is` {
  private func rules(
    _ name: String, length: Int = 4096, headSize: Int = 128, isLargeGPU: Bool = false
  ) throws -> EngineRules {
    try Schedulers.engine(
      name, EngineSetting(maxModelLen: length, headSize: headSize, isLargeGPU: isLargeGPU)
    ).rules
  }

  /// `max(max_model_len, 2048)` (vLLM 0.6.6, `config.py`), and 2048 with chunked prefill.
  @Test(arguments: [(512, 2048), (2048, 2048), (2049, 2049), (8192, 8192)])
  func `takes a whole prompt of any length in vLLM 0.6, and 2,048 tokens at least`(
    length: Int, tokens: Int
  ) throws {
    #expect(try rules("vllm-0.6", length: length).limits.maxNumBatchedTokens == tokens)
    #expect(try rules("vllm-0.6:chunked=true", length: length).limits.maxNumBatchedTokens == 2048)
    #expect(try rules("vllm-0.6", length: length).limits.maxNumSeqs == 256)
  }

  /// vLLM 0.11 and 0.33, `engine/arg_utils.py`, for the server.
  @Test(arguments: ["vllm-0.11", "vllm-0.33"])
  func `takes larger batches in vLLM V1 where the GPU is large`(_ name: String) throws {
    let (small, large) = (try rules(name), try rules(name, isLargeGPU: true))
    #expect(small.limits.maxNumSeqs == 256 && small.limits.maxNumBatchedTokens == 2048)
    #expect(large.limits.maxNumSeqs == 1024 && large.limits.maxNumBatchedTokens == 8192)
  }

  /// Iterations of one size may be decodes alone: as many sequences as the largest has tokens.
  @Test func `has room in NanoFlow for a sequence per token of the largest iteration`() throws {
    let rules = try rules("nanoflow")
    #expect(rules.limits.maxNumBatchedTokens == 2048)
    #expect(rules.limits.maxNumSeqs == rules.limits.maxNumBatchedTokens)
    #expect(rules.limits.maxBatchSequences == rules.limits.maxNumBatchedTokens)
  }

  /// SGLang 0.5.23, `server_args.py`: chunks by the memory of the GPU, here of an RTX 4090, an
  /// L40S, an A100 or H100, an H200, and a B200.
  @Test(arguments: [(24, 2048), (48, 4096), (80, 8192), (141, 8192), (180, 16_384)])
  func `has chunks in SGLang by the memory of the GPU`(gib: Double, tokens: Int) throws {
    let setting = EngineSetting(
      maxModelLen: 4096, headSize: 128, isLargeGPU: false, gpuMemoryGiB: gib)
    let engine = try Schedulers.engine("sglang", setting)
    #expect(engine.rules.limits.maxNumBatchedTokens == tokens)
    #expect(engine.rules.memory.blockSize == 1 && engine.rules.outputs.schedulesAhead)
    let uncut = try Schedulers.engine("sglang:chunked-prefill-size=-1", setting)
    #expect(uncut.rules.limits.maxNumBatchedTokens == nil && !uncut.rules.prompts.areChunked)
  }

  /// TensorRT-LLM, `llmapi/llm_args.py`: `max_batch_size`, `max_num_tokens`, `tokens_per_block`,
  /// `enable_chunked_prefill` and `disable_overlap_scheduler`.
  @Test func `has whole prompts, reserved answers and overlap in TensorRT-LLM`() throws {
    let rules = try rules("trt-llm", isLargeGPU: true)
    #expect(rules.limits.maxNumSeqs == 2048 && rules.limits.maxNumBatchedTokens == 8192)
    #expect(rules.memory.blockSize == 32 && rules.memory.reservation == .ownLength)
    #expect(!rules.prompts.areChunked && rules.outputs.schedulesAhead)
  }

  /// DeepSpeed-MII d100a854: `max_ragged_batch_size`, `max_ragged_sequence_count` and
  /// `max_tracked_sequences`; blocks of 128 tokens up to heads of 64 elements, of 64 beyond.
  @Test(arguments: [(32, 128), (64, 128), (65, 64), (128, 64)])
  func `has blocks in FastGen by the size of a head`(headSize: Int, blockSize: Int) throws {
    let rules = try rules("splitfuse", headSize: headSize)
    #expect(rules.memory.blockSize == blockSize)
    #expect(rules.limits.maxNumBatchedTokens == 768)
    #expect(rules.limits.maxBatchSequences == 512 && rules.limits.maxNumSeqs == 2048)
  }
}
