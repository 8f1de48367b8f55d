import Formats
import Foundation
import Serving

/// A folder of runs: `experiments.csv` says what served each, `requests_NAME.csv`, plain or
/// gzipped, what its client saw, request by request.
///
/// The form of inference-sim/training; a folder called `vllm_0.15.1_h100` states engine and
/// version. A request's `prompt_id` tells which share their prompt, and prompts that are the same
/// share their blocks. Outputs are as long as the experiment asked for: the client counts the
/// tokens of the text anew, and finds fewer.
struct CampaignFolder {
  private let path: String
  private let table: String
  private static let header =
    "experiment,model,gpu,tp,max_model_len,max_num_batched_tokens,max_num_seqs,output_len"
  /// Columns of the table by the setting that each states.
  private static let settings: [(column: String, MeasuredRun.Stated)] = [
    ("model", .model), ("tp", .tensorParallelSize), ("max_model_len", .maxModelLen),
    ("max_num_batched_tokens", .maxNumBatchedTokens), ("max_num_seqs", .maxNumSeqs),
  ]

  init(_ path: String) throws(InputError) {
    self.path = path
    table = Self.file("experiments.csv", in: path)
    guard InputFile.exists(table) else {
      throw InputError(
        path, problem: "the folder has no experiments.csv",
        remedy: "name a folder with experiments.csv and requests_NAME.csv, or a file")
    }
  }

  /// Its runs, or the one that `experiment` names, if it is there.
  func runs(_ experiment: String?) throws(InputError) -> [MeasuredRun] {
    var reader = try CSVReader(
      InputFile.read(table), source: table, rowMeaning: "an experiment")
    let name = try reader.column("experiment", of: Self.header)
    let gpu = try reader.column("gpu", of: Self.header)
    let output = try reader.column("output_len", of: Self.header)
    let blocks = try reader.optionalColumn("kv_blocks_total_gpu")
    let size = try reader.optionalColumn("kv_block_size")
    var stated: [(setting: MeasuredRun.Stated, column: Column)] = []
    for (column, setting) in Self.settings {
      stated.append((setting, try reader.column(column, of: Self.header)))
    }
    var runs: [MeasuredRun] = []
    while try reader.nextRow() {
      let text = try reader.text(name)
      let isWanted = experiment == nil || experiment == text
      var run = MeasuredRun(text, source: path, trace: Trace(requests: []))
      if isWanted {
        let blockTokens = try size.map { column throws(InputError) in try reader.tokens(column) }
        run = try self.run(text, outputTokens: try reader.tokens(output), max(1, blockTokens ?? 16))
      }
      run.engine = Self.engine(of: path)
      for (setting, column) in stated { run.settings[setting] = try reader.text(column) }
      run.settings[.gpu] = StatedGPU.name(of: try reader.text(gpu))
      run.blocks = try blocks.map { column throws(InputError) in try reader.tokens(column) }
      if let size { run.settings[.blockSize] = try reader.text(size) }
      runs.append(run)
    }
    return runs
  }

  /// The requests of the experiment called `name`.
  private func run(
    _ name: String, outputTokens: Int, _ blockTokens: Int
  ) throws(InputError) -> MeasuredRun {
    let plain = Self.file("requests_\(name).csv", in: path)
    let file = InputFile.exists(plain) ? plain : plain + ".gz"
    let header = "prompt_id,arrival_us,input_tokens,has_error,ttft_ms,e2e_ms"
    var reader = try CSVReader(InputFile.read(file), source: file)
    let prompt = try reader.column("prompt_id", of: header)
    let arrival = try reader.column("arrival_us", of: header)
    let input = try reader.column("input_tokens", of: header)
    let failed = try reader.column("has_error", of: header)
    let ttft = try reader.column("ttft_ms", of: header)
    let whole = try reader.column("e2e_ms", of: header)
    var rows = MeasuredRows(blockTokens: blockTokens)
    while try reader.nextRow() {
      let tokens = try reader.count(input, of: "tokens")
      let hasFailed = try reader.number(failed) ?? 0 != 0
      rows.add(
        arrival: Nanoseconds(try reader.amount(arrival) * 1000),
        promptTokens: tokens, outputTokens: outputTokens,
        hasFailed
          ? .failed(after: MeasuredRuns.time(milliseconds: try reader.amount(whole)))
          : MeasuredRun.Latency(
            firstToken: MeasuredRuns.time(milliseconds: try reader.amount(ttft)),
            whole: MeasuredRuns.time(milliseconds: try reader.amount(whole))),
        prompt: try reader.count(prompt, of: "prompts"))
    }
    return rows.run(name, source: path)
  }

  private static func file(_ name: String, in folder: String) -> String {
    URL(filePath: folder).appending(path: name).relativePath
  }

  /// The engine that the folder's name states, as in `vllm_0.15.1_h100`.
  private static func engine(of path: String) -> MeasuredRun.Engine? {
    let parts = URL(filePath: path).standardizedFileURL.lastPathComponent.split(separator: "_")
    guard parts.count > 1, parts[1].contains("."), parts[1].allSatisfy({ $0.isNumber || $0 == "." })
    else { return nil }
    return MeasuredRun.Engine(String(parts[0]), String(parts[1]))
  }
}

/// GPUs as others write them.
enum StatedGPU {
  /// What servesim calls the GPU that `text` is, or `text` where it is none that is known here.
  static func name(of text: String) -> String {
    let plain = text.lowercased().replacing("_", with: "-").replacing(" ", with: "-")
    if plain.hasPrefix("gb200") { return "gb200" }
    if plain.replacing("-", with: "").contains("rtxpro6000") { return "rtx-pro-6000" }
    for name in ["h100", "h200", "b200"] where plain.contains(name) && !plain.contains("pcie") {
      return name + "-sxm"
    }
    if plain.contains("a100") {
      return plain.contains("40gb")
        ? "a100-sxm-40gb" : plain.contains("pcie") ? "a100-pcie-80gb" : "a100-sxm-80gb"
    }
    return plain
  }
}
