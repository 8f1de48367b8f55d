import Serving

/// What InferenceX's scripts start a server with, which rows of its results do not say: those in
/// `benchmarks/` and `benchmarks/single_node/` of github.com/SemiAnalysisAI/InferenceX that are
/// called after the model, the format and the GPU, as of 2025-10 to 2026-04.
///
/// Of flags that change no time here, such as how often tokens are streamed, nothing is said; nor
/// of those that are not simulated: SGLang's `--scheduler-recv-interval`, TensorRT-LLM's
/// `batch_wait_timeout_iters`.
struct InferenceXServer {
  private var settings: [MeasuredRun.Stated: String] = [:]
  private var options: [String] = []

  /// The server of one model on so many `gpus`; nil where its script was not read.
  ///
  /// - Parameters:
  ///   - format: what linear layers are stored in, in aiconfigurator's words.
  ///   - longest: the longest prompt and output.
  init?(
    engine: String, model: String, gpu: String, format: String, gpus: Int, clients: Int,
    longest: Request
  ) {
    let name = model.lowercased()
    let isBlackwell = gpu.hasPrefix("b200")
    let isHopper = gpu.hasPrefix("h100") || gpu.hasPrefix("h200")
    guard isBlackwell || isHopper else { return nil }
    switch engine {
    case "vllm" where name.contains("llama-3.1-70b"):
      (cache, tokens) = ("fp8", 8192)
      sequences = isBlackwell ? 512 : clients
      // Their vLLM fused nothing unless it was told to, as for Blackwell.
      isFused = isBlackwell
    case "vllm" where name.contains("gpt-oss-120b"):
      tokens = 8192
      sequences = isBlackwell ? 512 : clients
      if isBlackwell {
        (cache, isFused) = ("fp8", true)
      } else {
        settings[.moeBackend] = "marlin"
      }
    case "vllm" where name.contains("kimi-k2.5"):
      isFused = true
      settings[.gpuMemoryUtilization] = isBlackwell ? "0.97" : "0.95"
      if isHopper { sequences = clients }
    case "trtllm" where name.contains("llama-3.1-70b"):
      let isWide = isBlackwell && format == "fp8"
      cache = "fp8"
      tokens = isWide ? 16384 : longest.promptTokens + longest.outputTokens + 200
    case "trtllm" where name.contains("gpt-oss-120b"):
      (tokens, sequences) = (20000, isBlackwell ? 512 : clients)
      if isBlackwell { cache = "fp8" }
    case "trtllm" where name.contains("deepseek") && format.hasPrefix("fp8"):
      let whole = (clients + longest.promptTokens + 127) / 64 * 64
      (cache, tokens) = ("fp8", max(8192, whole))
    case "sglang" where name.contains("deepseek") && gpus == 8:
      (tokens, options) = (32768, ["max-prefill-tokens=32768"])
      let isShort = longest.promptTokens + longest.outputTokens == 2048
      sequences = isBlackwell ? 128 : isShort ? 512 : 256
      if isBlackwell { (cache, isFused) = ("fp8", true) }
    case "sglang" where name.contains("qwen3.5-397b") && isBlackwell:
      (tokens, sequences, options) = (32768, 128, ["max-prefill-tokens=32768"])
      // Asked to fuse all-reduces, SGLang did so for this model only later
      // (sgl-project/sglang#19889).
      if format.hasPrefix("fp8") { cache = "fp8" }
    default: return nil
    }
  }

  /// Adds what it was started with to what `run` states.
  func state(in run: inout MeasuredRun) {
    for (stated, value) in settings { run.settings[stated] = value }
    run.options += options
  }
}

extension MeasuredRun {
  /// States what InferenceX's script starts its server with, if that is known, where linear layers
  /// are stored in `format` and `gpus` serve so many `clients`.
  mutating func startAsInferenceX(
    _ format: String, _ gpus: Int, _ clients: Int, longest: Request
  ) {
    let server = InferenceXServer(
      engine: engine?.name ?? "", model: settings[.model] ?? "", gpu: settings[.gpu] ?? "",
      format: format, gpus: gpus, clients: clients, longest: longest)
    server?.state(in: &self)
  }
}

extension InferenceXServer {
  private var cache: String {
    get { settings[.kvCacheDtype] ?? "auto" }
    set { settings[.kvCacheDtype] = newValue }
  }

  private var isFused: Bool {
    get { settings[.fuseAllreduceRms] == "true" }
    set { settings[.fuseAllreduceRms] = "\(newValue)" }
  }

  private var tokens: Int {
    get { Int(settings[.maxNumBatchedTokens] ?? "") ?? 0 }
    set { settings[.maxNumBatchedTokens] = "\(newValue)" }
  }

  private var sequences: Int {
    get { Int(settings[.maxNumSeqs] ?? "") ?? 0 }
    set { settings[.maxNumSeqs] = "\(newValue)" }
  }
}
