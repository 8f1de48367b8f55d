import Formats
import Serving

/// Runs of which only the means are known, one a row: prompts and outputs of one length each, asked
/// for by so many clients that each wait for their answer (aiconfigurator's `silicon` points).
///
/// InferenceX's lengths vary: its benchmark draws each prompt and each output from 0.8 of the
/// length to the length (`--random-range-ratio 0.8`), and starts all clients at once
/// (`--request-rate inf`, README of InferenceMAX). Alike, its requests would stay in step to the
/// end, each prompt in the way of all others. Points whose `origin` is aiconfigurator's own are
/// alike (genai-perf with a deviation of 0).
enum OperatingPoints {
  private static let header =
    "id,backend,backend_version,model_path,system,mode,isl,osl,gemm_quant_mode,tp_size,pp_size,"
    + "attention_dp_size,"
    + "moe_ep_size,silicon_ttft_ms,silicon_tpot_ms,silicon_concurrency"

  /// Requests for each client, as the campaign sent them.
  private static let requestsPerClient = 10

  /// Prompt and output of InferenceX's workloads, and the least share of them that it draws.
  private static let varied = [(1024, 1024), (8192, 1024), (1024, 8192)]
  private static let leastShare = 0.8

  /// `count` requests like `longest`, as the campaign sent them.
  private static func requests(_ longest: Request, _ count: Int, from origin: String) -> [Request] {
    guard isInferenceX(longest, origin) else { return Array(repeating: longest, count: count) }
    var stream = RandomStream(seed: 0, named: "operating-points")
    func drawn(_ most: Int) -> Int {
      let least = max(1, Int(Double(most) * leastShare))
      return least + stream.integer(below: most - least + 1)
    }
    return (0..<count).map { _ in
      Request(
        arrival: 0, promptTokens: drawn(longest.promptTokens),
        outputTokens: drawn(longest.outputTokens))
    }
  }

  /// Whether rows from `origin` are of aiconfigurator's own measurements.
  private static func isAIConfigurator(_ origin: String) -> Bool { origin.contains("aic-auto") }

  /// Whether requests like `longest`, from `origin`, are those of InferenceX.
  private static func isInferenceX(_ longest: Request, _ origin: String) -> Bool {
    !isAIConfigurator(origin)
      && varied.contains { $0 == (longest.promptTokens, longest.outputTokens) }
  }

  /// Tokens beyond a request's own that the engines were set up for.
  private static let spareTokens = 256

  /// What linear layers are stored in, in our words; nil for 16 bits.
  private static func format(_ mode: String) -> String? {
    switch mode {
    case "fp8", "nvfp4", "mxfp4": mode
    case "fp8_block": "fp8-block"
    case "int8_wo": "int8-weight"
    case "int4_wo": "int4-weight"
    default: nil
    }
  }

  /// How GPUs share a model, in aiconfigurator's words.
  private struct Map {
    var tensor: Int
    var data: Int
    var expertTensor: Int
    var expert: Int

    /// The same as the server had it.
    ///
    /// What aiconfigurator took over from InferenceX in 2026-04 has the product of the server's
    /// tensor and expert parallelism for its GPUs: rows of 2026-03 with the same times, to the last
    /// digit, have 8 where it has 64, and 4 where it has 16. SGLang's and TensorRT-LLM's of those
    /// keep the server's GPUs as `moe_tp_size`, vLLM's as `tp_size`.
    func mended(engine: String, origin: String) -> Map {
      guard expert > 1, OperatingPoints.multiplied.contains(where: origin.contains) else {
        return self
      }
      var map = self
      let gpus = engine == "vllm" ? tensor : expertTensor
      let isDivided = engine != "vllm" && data > 1
      (map.tensor, map.data) = isDivided ? (1, gpus) : (gpus, 1)
      map.expert = min(expert, gpus)
      map.expertTensor = gpus / map.expert
      return map
    }

    /// Says it in what `run` states.
    func state(in run: inout MeasuredRun) {
      run.settings[.tensorParallelSize] = "\(tensor)"
      if data > 1 { run.settings[.dataParallelSize] = "\(data)" }
      if expert > 1 { run.settings[.expertParallelSize] = "\(expert)" }
    }
  }

  /// What the origins of those rows begin with.
  private static let multiplied = ["source_file=2026-04-", "db-dump/2026-04-"]

  /// Why a row cannot be simulated; nil where it can.
  private static func obstacle(mode: String, drafts: Bool) -> String? {
    if mode != "agg" { return "prefill and decode run apart" }
    return drafts ? "its server drafts tokens, of which the row says nothing" : nil
  }

  static func runs(_ table: CSVReader) throws(InputError) -> [MeasuredRun] {
    var reader = table
    var columns: [String: Column] = [:]
    for name in header.split(separator: ",").map(String.init) {
      columns[name] = try reader.column(name, of: header)
    }
    for name in ["moe_tp_size", "batch_size", "origin", "measured"] {
      columns[name] = try reader.optionalColumn(name)
    }
    var runs: [MeasuredRun] = []
    while try reader.nextRow() {
      func text(_ name: String) throws(InputError) -> String {
        try columns[name].map { column throws(InputError) in try reader.text(column) } ?? ""
      }
      func count(_ name: String) throws(InputError) -> Int {
        guard let column = columns[name] else { return 0 }
        let number = try reader.number(column) ?? 0
        if number > 100_000 {
          throw reader.error(
            in: column, "\(reader.excerpt(of: column)) is out of range", "give at most 100000")
        }
        return Int(number)
      }
      func seconds(_ name: String) throws(InputError) -> Double? {
        try columns[name].flatMap { column throws(InputError) in try reader.number(column) }
          .map { $0 / 1000 }
      }
      let origin = try text("origin")
      let batchSize = isAIConfigurator(origin) ? try count("batch_size") : 0
      let clients = max(1, batchSize > 0 ? batchSize : try count("silicon_concurrency"))
      let request = Request(
        arrival: 0, promptTokens: max(1, try count("isl")), outputTokens: max(1, try count("osl")))
      var run = MeasuredRun(
        try text("id"), source: reader.source,
        trace: Trace(
          requests: requests(request, clients * requestsPerClient, from: origin)))
      run.engine = MeasuredRun.Engine(try text("backend"), try text("backend_version"))
      run.settings[.model] = try text("model_path")
      run.settings[.gpu] = StatedGPU.name(of: try text("system"))
      run.settings[.clients] = "\(clients)"
      let map = Map(
        tensor: max(1, try count("tp_size")), data: max(1, try count("attention_dp_size")),
        expertTensor: max(1, try count("moe_tp_size")), expert: max(1, try count("moe_ep_size"))
      ).mended(engine: try text("backend"), origin: origin)
      map.state(in: &run)
      run.settings[.pipelineParallelSize] = "\(max(1, try count("pp_size")))"
      run.settings[.maxModelLen] = "\(request.promptTokens + request.outputTokens + spareTokens)"
      run.settings[.quantization] = format(try text("gemm_quant_mode"))
      if isInferenceX(request, origin) {
        run.startAsInferenceX(try text("gemm_quant_mode"), map.tensor, clients, longest: request)
      }
      run.startAsAIConfigurator(batchSize, longest: request)
      run.means[.ttft] = try seconds("silicon_ttft_ms")
      run.means[.tpot] = try seconds("silicon_tpot_ms")
      run.obstacle = obstacle(
        mode: try text("mode"), drafts: run.draftsAtInferenceX(clients, date: try text("measured")))
      runs.append(run)
    }
    return runs
  }
}
