import Formats
import Foundation
import Serving

/// A run as LLMServingSim's bench keeps it: NAME.csv has the requests as the engine saw them, and
/// NAME.meta.json beside it what served them; the GPU is what NAME begins with.
enum ServedRequests {
  private static let header =
    "arrival_s,input_tokens,output_tokens,queued_to_sched_ms,ttft_from_queued_ms,e2e_from_queued_ms"

  static func run(_ table: CSVReader) throws(InputError) -> MeasuredRun {
    var reader = table
    let arrival = try reader.column("arrival_s", of: header)
    let input = try reader.column("input_tokens", of: header)
    let output = try reader.column("output_tokens", of: header)
    let ttft = try reader.column("ttft_from_queued_ms", of: header)
    let whole = try reader.column("e2e_from_queued_ms", of: header)
    var rows = MeasuredRows()
    while try reader.nextRow() {
      rows.add(
        arrival: try reader.arrival(arrival), promptTokens: try reader.tokens(input),
        outputTokens: try reader.tokens(output),
        MeasuredRun.Latency(
          firstToken: MeasuredRuns.time(milliseconds: try reader.amount(ttft)),
          whole: MeasuredRuns.time(milliseconds: try reader.amount(whole))))
    }
    let stem = String(reader.source.dropLast(".csv".count))
    let name = URL(filePath: stem).lastPathComponent
    var run = rows.run(name, source: reader.source)
    // Times are the engine's own.
    run.settings[.frontend] = "none"
    run.settings[.gpu] = StatedGPU.name(of: name.components(separatedBy: "__")[0])
    if InputFile.exists(stem + ".meta.json") { try state(stem + ".meta.json", in: &run) }
    return run
  }

  /// Enters what the file at `path` states.
  private static func state(_ path: String, in run: inout MeasuredRun) throws(InputError) {
    let keys = try JSONKeys(
      try InputFile.read(path), source: path, remedy: "give the meta.json of the run")
    if let version = try keys.text("vllm_version") {
      run.engine = MeasuredRun.Engine("vllm", version)
    }
    run.settings[.model] = try keys.text("model")
    run.blocks = try keys.optionalCount(
      "num_gpu_blocks", in: EngineRange.blocks, "the KV blocks that the engine had")
    guard let limits = try keys.object("engine_kwargs") else { return }
    let stated: [(key: String, MeasuredRun.Stated)] = [
      ("tensor_parallel_size", .tensorParallelSize), ("max_num_seqs", .maxNumSeqs),
      ("max_num_batched_tokens", .maxNumBatchedTokens), ("max_model_len", .maxModelLen),
    ]
    for (key, setting) in stated {
      run.settings[setting] = try limits.whole(key).map(String.init)
    }
  }
}
