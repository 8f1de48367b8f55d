import Costs
import Serving
import Studies

/// The engines that NanoFlow was measured against (OSDI 2025, section 6): their batch formers on
/// the kernels that were measured on A100, and one constant each for what their own programs, and
/// kernels, took longer.
///
/// The constant is such that a backlog of 512 tokens of prompt and 512 of output is served as fast
/// as published; the other workloads follow.
struct NanoFlowBaseline: Sendable {
  let system: String
  /// The engine, with its options.
  let scheduler: String
  /// The constant.
  let host: HostTime
  /// Tokens a second and GPU of 512-512, 1024-512, 512-1024, Splitwise, LMSYS and ShareGPT, in
  /// Figure 7.
  let published: [Double]

  private init(
    _ system: String, _ scheduler: String, secondsPerIteration: Double = 0,
    secondsPerSequence: Double = 0, published: [Double]
  ) {
    self.system = system
    self.scheduler = scheduler
    host = HostTime(
      name: system, secondsPerIteration: secondsPerIteration,
      secondsPerSequence: secondsPerSequence)
    self.published = published
  }

  /// vLLM 0.5.3.post1, DeepSpeed-FastGen 0.2.3 and TensorRT-LLM 0.8.0.
  ///
  /// TensorRT-LLM is taken to batch as vLLM does, prompts first and at most 256 sequences, since
  /// what it was set to is not said.
  static let all = [
    NanoFlowBaseline(
      "vllm", "vllm-0.6", secondsPerIteration: 55.2e-3,
      published: [494, 552, 410, 484, 251, 255]),
    NanoFlowBaseline(
      "deepspeed-fastgen", "splitfuse", secondsPerSequence: 0.237e-3,
      published: [490, 513, 372, 548, 293, 335]),
    NanoFlowBaseline(
      "tensorrt-llm", "vllm-0.6:max-num-seqs=256", secondsPerIteration: 14.7e-3,
      published: [735, 817, 636, 831, 560, 639]),
  ]

  /// NanoFlow's own constant: the GPU waits while the next iteration's page tables are uploaded and
  /// its kernels started (`serve_8B.py` in github.com/efeslab/Nanoflow at 23c8046, from
  /// `run_async_wait` to `run_async`). How long was not published.
  static let nanoFlowHost = HostTime(name: "nanoflow", secondsPerIteration: 4.8e-3)

  /// vLLM's throughputs in a later run of the authors (`pipeline/eval/baseline_data.py` in
  /// github.com/efeslab/Nanoflow at 23c8046), workload by workload as above.
  static let vllmAgain = [469.0, 549, 346, 561, 272, 342]

  /// What serves requests of the engine on LLaMA-2-70B and eight A100.
  func service() throws -> Service {
    var deployment = Deployment(
      model: try Models.named("llama-2-70b"), gpu: try GPUs.named(NanoFlowTimes.gpuName))
    deployment.tensorParallelSize = 8
    deployment.host = .alike(host)
    return try deployment.service(scheduler)
  }
}
