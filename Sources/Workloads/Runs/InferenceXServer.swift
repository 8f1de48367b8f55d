import Serving

/// What InferenceX's scripts start a server with, which rows of its results do not say: those in
/// `benchmarks/` and `benchmarks/single_node/` of github.com/SemiAnalysisAI/InferenceX that are
/// called after the model, the format and the GPU, as of 2025-10 to 2026-04.
///
/// Of flags that change no time here, such as how often tokens are streamed, nothing is said.
struct InferenceXServer {
  /// Time in which a token is made of InferenceX's prompts: tokens in a row from a random one, sent
  /// as text (`sample_random_requests` of its `benchmark_serving.py`), which no word of a language
  /// helps along. Measured with `tokenizers` on one core: 5 to 6 us with DeepSeek's tokenizer and
  /// Anthropic's, at 1,024 and 8,192 tokens alike.
  fileprivate static let tokenizing: Nanoseconds = 5_500

  private var settings: [MeasuredRun.Stated: String] = [:]
  private var options: [String] = []

  /// The server of one model on so many `gpus`; nil where its script was not read.
  ///
  /// - Parameters:
  ///   - format: what linear layers are stored in, in aiconfigurator's words.
  ///   - longest: the longest prompt and output.
  init?(
    engine: String, version: String, model: String, gpu: String, format: String, gpus: Int,
    clients: Int, longest: Request
  ) {
    let name = model.lowercased()
    let isBlackwell = gpu.hasPrefix("b200")
    let isHopper = gpu.hasPrefix("h100") || gpu.hasPrefix("h200")
    let isUltra = gpu.hasPrefix("b300")
    guard isBlackwell || isHopper || isUltra else { return nil }
    let isShort = longest.promptTokens + longest.outputTokens == 2048
    switch engine {
    case _ where isUltra && engine != "sglang": return nil
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
      if isShort && gpus < 8 { wait(iterations: 20, share: 0.9) }
    case "trtllm" where name.contains("gpt-oss-120b"):
      (tokens, sequences) = (20000, isBlackwell ? 512 : clients)
      if isBlackwell { cache = "fp8" }
    case "trtllm" where name.contains("deepseek") && format.hasPrefix("fp8"):
      let whole = (clients + longest.promptTokens + 127) / 64 * 64
      (cache, tokens) = ("fp8", max(8192, whole))
      // The version that waits came with 1.2.
      let waits = isBlackwell && isShort && (64..<256).contains(clients)
      if waits && !version.hasPrefix("1.1") { wait(iterations: 40, share: 0.8) }
    case "sglang" where name.contains("deepseek") && gpus == 8:
      prefill(32768)
      sequences = !isHopper ? 128 : isShort ? 512 : 256
      if !isHopper {
        (cache, isFused) = ("fp8", true)
        look(every: clients >= 16 ? 30 : 10)
      }
    case "sglang" where name.contains("qwen3.5-397b"):
      startQwen(version, gpu: gpu, format: format, clients: clients)
    default: return nil
    }
  }

  /// SGLang with Qwen3.5-397B.
  private mutating func startQwen(_ version: String, gpu: String, format: String, clients: Int) {
    let (isHopper, isUltra) = (gpu.hasPrefix("h"), gpu.hasPrefix("b300"))
    let isBlackwell = gpu.hasPrefix("b200")
    sequences = 128
    // Asked to fuse all-reduces, SGLang did so for this model only later
    // (sgl-project/sglang#19889).
    if format.hasPrefix("fp8") || format == "nvfp4" { cache = "fp8" }
    if isHopper {
      prefill(16384)
    } else if isUltra && format.hasPrefix("fp8") {
      prefill(16384)
      sequences = clients
      look(every: 10)
    } else {
      prefill(32768)
      isFused = isUltra && format.isEmpty && !version.hasPrefix("0.5.9")
      look(every: clients >= 16 || isBlackwell && format == "nvfp4" ? 30 : 10)
    }
  }

  private mutating func wait(iterations: Int, share: Double) {
    options += ["batch-wait-timeout-iters=\(iterations)", "batch-wait-max-tokens-ratio=\(share)"]
  }

  private mutating func look(every batches: Int) {
    options.append("scheduler-recv-interval=\(batches)")
  }

  private mutating func prefill(_ budget: Int) {
    tokens = budget
    options.append("max-prefill-tokens=\(budget)")
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
      engine: engine?.name ?? "", version: engine?.version ?? "", model: settings[.model] ?? "",
      gpu: settings[.gpu] ?? "",
      format: format, gpus: gpus, clients: clients, longest: longest)
    server?.state(in: &self)
    tokenizing = InferenceXServer.tokenizing
  }
}

extension MeasuredRun {
  /// Whether a server of InferenceX had `--speculative` options for so many `clients`, on the day
  /// that `date` begins with (`perf-changelog.yaml` of the same repository).
  ///
  /// DeepSeek-R1's under TensorRT-LLM on one node: of 1.2.0rc6, post3 is of the drafting scripts
  /// and post2 of the others; of 1.1.0rc2.post2, what ran on 2026-01-14 is of those scripts, which
  /// came then. Under SGLang on B200 the others end at 128 clients.
  func draftsAtInferenceX(_ clients: Int, date: String) -> Bool {
    guard (settings[.model] ?? "").lowercased().contains("deepseek") else { return false }
    switch engine?.name {
    case "trtllm":
      return engine?.version == "1.2.0rc6.post3"
        || engine?.version == "1.1.0rc2.post2" && date.hasPrefix("2026-01-14")
    case "sglang": return (settings[.gpu] ?? "").hasPrefix("b200") && clients > 128
    default: return false
    }
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
