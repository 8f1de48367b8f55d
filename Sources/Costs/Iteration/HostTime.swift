import Formats
import Foundation
import Serving

/// What an engine's own program adds to the iterations that the GPU computes.
public struct HostTime: Sendable, Equatable {
  /// The name that a user types, such as `vllm-v0`.
  public var name: String
  /// What the figures are from.
  public var source: String
  /// Seconds in which the GPU waits for scheduling, preparing inputs, sampling and processing
  /// outputs: in each iteration, for each sequence in it, and where several GPUs take part.
  public var secondsPerIteration: Double
  public var secondsPerSequence: Double
  public var secondsAmongGPUs: Double
  /// Mean seconds by which a GPU comes late to a collective: in serving they do not arrive
  /// together, and the last of all, each late by an exponential time, is waited for.
  public var secondsLate: Double
  /// The same where the kernel that reduces also normalises, which neither waits for all GPUs at
  /// its end nor has a kernel behind it that could begin late.
  public var secondsLateFused: Double
  /// Seconds in which kernels of one layer are started one by one, faster than which the GPU cannot
  /// be; 0 where CUDA graphs start them.
  public var secondsPerLayer: Double
  /// Seconds in which the host starts one kernel of an iteration too large for a CUDA graph, faster
  /// than which the GPU cannot be; 0 where that is hidden.
  public var secondsPerLaunch: Double
  /// The most tokens of an iteration that CUDA graphs are captured for.
  public var capturedTokens: Int
  /// Whether CUDA graphs are captured for iterations with prompts as well.
  public var capturesPrompts: Bool
  /// Whether the model is compiled, so that small kernels between large ones are one; otherwise the
  /// host starts each.
  public var isCompiled: Bool
  /// Whether the host works while the GPU computes: an iteration then takes as long as the slower
  /// of them.
  public var isAsynchronous: Bool

  public init(
    name: String = "own", source: String = "", secondsPerIteration: Double = 0,
    secondsPerSequence: Double = 0, secondsAmongGPUs: Double = 0, secondsLate: Double = 0,
    secondsLateFused: Double? = nil, secondsPerLayer: Double = 0, secondsPerLaunch: Double = 0,
    capturedTokens: Int = 512, capturesPrompts: Bool = true, isCompiled: Bool = true,
    isAsynchronous: Bool = false
  ) {
    self.name = name
    self.source = source
    self.secondsPerIteration = secondsPerIteration
    self.secondsPerSequence = secondsPerSequence
    self.secondsAmongGPUs = secondsAmongGPUs
    self.secondsLate = secondsLate
    self.secondsLateFused = secondsLateFused ?? secondsLate
    self.secondsPerLayer = secondsPerLayer
    self.secondsPerLaunch = secondsPerLaunch
    self.capturedTokens = capturedTokens
    self.capturesPrompts = capturesPrompts
    self.isCompiled = isCompiled
    self.isAsynchronous = isAsynchronous
  }

  /// What an iteration has of what the host's time depends on.
  struct Iteration {
    var tokens = 1
    var sequences = 1
    var layers = 1
    var hasPrompts = false
    /// Kernels, where the host starts each.
    var launches = 0
    var gpus = 1
    /// Whether its all-reduces normalise as well, and how many of its layers' do not even so.
    var isFused = false
    var unfused = 0
  }

  /// The seconds of an iteration that the GPU alone would compute in `gpuSeconds`.
  @inline(__always)
  func seconds(around gpuSeconds: Double, _ iteration: Iteration) -> Double {
    let gpus = iteration.gpus
    let program =
      secondsPerIteration + Double(iteration.sequences) * secondsPerSequence
      + (gpus > 1 ? secondsAmongGPUs : 0)
    // Two collectives a layer, and one of the embeddings.
    let late = iteration.isFused ? secondsLateFused : secondsLate
    let all = Double(2 * iteration.layers + 1) * late
    let apart = Double(iteration.unfused) * (secondsLate - late)
    let skew = gpus > 1 ? (all + apart) * Self.latest(of: gpus) : 0
    let isCaptured =
      iteration.tokens <= capturedTokens && (capturesPrompts || !iteration.hasPrompts)
    let started = isCaptured ? 0 : Double(iteration.launches) * secondsPerLaunch
    let device = max(
      gpuSeconds + skew, max(Double(iteration.layers) * secondsPerLayer, started))
    return isAsynchronous ? max(program, device) : program + device
  }
}

extension HostTime {
  /// The mean of the greatest of so many exponential times, less that of each, where that is 1:
  /// 1/2 + 1/3 + … + 1/`gpus`.
  @inline(__always)
  private static func latest(of gpus: Int) -> Double {
    var sum = 0.0
    for gpu in stride(from: 2, through: gpus, by: 1) { sum += 1 / Double(gpu) }
    return sum
  }

  /// The engines that host times are known of.
  public static let all = [
    vllmV1, sglang, sglang059, trtLLM, vllmV0, sarathi2024, fastGen2023, none,
  ]

  /// The host times called `name`.
  public static func named(_ name: String) throws(InputError) -> HostTime {
    if let host = all.first(where: { $0.name == name }) { return host }
    throw .unknown("host overhead", name, among: all.map(\.name), in: "--host-overhead")
  }

  /// What it adds to passes of a model that is neither compiled nor captured: the launches alone.
  public var withoutGraphs: HostTime {
    HostTime(
      name: name, source: source, secondsPerLayer: secondsPerLayer,
      secondsPerLaunch: secondsPerLaunch, capturedTokens: 0, isCompiled: false)
  }

  /// A host that is never waited for.
  public static let none = HostTime(name: "none", source: "nothing")

  /// vLLM's second engine, with asynchronous scheduling and CUDA graphs: what is left visible.
  public static let vllmV1 = HostTime(
    name: "vllm-v1",
    source: "fitted to what decode iterations of vLLM 0.15.1 on H100 (inference-sim/training "
      + "c4f0340) leave beyond the kernels: the iteration's to Llama-2-7B on one GPU, the lateness "
      + "to CodeLlama-34B and Mixtral-8x7B on two and Llama-2-70B on four; the launches, of "
      + "iterations of more than 512 tokens, to the mean TTFT of InferenceX's points of vLLM on "
      + "H100, H200, B200 and B300 (aiconfigurator-core 0.12.0); the lateness of all-reduces that "
      + "normalise, to 8.7 us of one in a profile of DeepSeek-R1 on eight B200 "
      + "(sgl-project/sglang#7621), which takes 5.9 by itself",
    secondsPerIteration: 0.12e-3, secondsLate: 4.8e-6, secondsLateFused: 1.6e-6,
    secondsPerLaunch: 60e-6)

  /// SGLang with its overlap schedule and CUDA graphs, since 0.5.10 for prompts of up to a chunk of
  /// 8,192 tokens as well (release notes; `piecewise_cuda_graph_max_tokens` of `server_args.py`,
  /// which is 2,048 for latent attention).
  public static let sglang = likeVLLM(
    "sglang", "CUDA graphs capture prompts of up to 8,192 tokens", capturedTokens: 8192)

  /// SGLang to 0.5.9, which captures decodes alone and runs prompts as PyTorch has them.
  public static let sglang059 = likeVLLM(
    "sglang-0.5.9",
    "prompts are neither captured nor compiled, and each kernel's start is fitted to the mean TTFT "
      + "of InferenceX's points of SGLang to 0.5.9 on H200 and B200",
    capturesPrompts: false, secondsPerLaunch: 90e-6)

  /// TensorRT-LLM's PyTorch flow with its overlap scheduler and CUDA graphs, for decodes alone.
  public static let trtLLM = likeVLLM(
    "trt-llm", "prompts are neither captured nor compiled", capturesPrompts: false)

  /// What is known of vLLM's, of another engine whose graphs capture something else.
  private static func likeVLLM(
    _ name: String, _ difference: String, capturedTokens: Int = 512, capturesPrompts: Bool = true,
    secondsPerLaunch: Double? = nil
  ) -> HostTime {
    var host = vllmV1
    host.name = name
    host.source =
      "taken from vllm-v1, whose schedule overlaps in the same way, and not measured; but "
      + difference
    host.capturedTokens = capturedTokens
    host.capturesPrompts = capturesPrompts
    host.isCompiled = capturesPrompts
    host.secondsPerLaunch = secondsPerLaunch ?? host.secondsPerLaunch
    return host
  }

  /// An engine of 2024 in Python that schedules, prepares, samples and detokenises in turn; several
  /// GPUs talk through Ray.
  public static let vllmV0 = HostTime(
    name: "vllm-v0",
    source: "a line through Vidur's cpu_overheads.csv (MIT): Llama-2-7B on one A100, and "
      + "CodeLlama-34B on two for what several GPUs add",
    secondsPerIteration: 1.1e-3, secondsPerSequence: 49e-6, secondsAmongGPUs: 6.6e-3)

  /// The same without CUDA graphs, as the artifact of Sarathi-Serve.
  public static let sarathi2024 = HostTime(
    name: "sarathi-2024",
    source: "as vllm-v0; layers: Vidur's cpu_overheads_e2d00e9.csv, model_execution_e2e of "
      + "CodeLlama-34B, which is flat over small batches",
    secondsPerIteration: 1.1e-3, secondsPerSequence: 49e-6, secondsAmongGPUs: 6.6e-3,
    secondsPerLayer: 0.61e-3)

  /// DeepSpeed-FastGen at its publication, on hosts of A100s; what it adds for each sequence could
  /// not be told from what it adds for each iteration.
  public static let fastGen2023 = HostTime(
    name: "fastgen-2023",
    source: "read from FastGen's figures (DeepSpeed 38327e07): layers from one decode iteration "
      + "of five models, sequences from 768-token iterations at 16 clients",
    secondsPerSequence: 1.8e-3, secondsPerLayer: 0.525e-3)
}
