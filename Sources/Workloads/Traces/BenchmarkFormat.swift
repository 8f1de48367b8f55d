import Formats
import Serving

/// What benchmarks of real servers wrote, request by request, taken for the trace that it holds.
struct BenchmarkFormat: TraceFormat {
  let name = "benchmark"
  let summary =
    "results of vllm bench serve (--save-detailed), sglang.bench_serving, AIPerf, GuideLLM or "
    + "LLMServingSim's bench"
  let header = "{metadata,metrics}"

  func recognises(_ firstLine: FirstLine) -> Bool {
    switch firstLine {
    case .keys(let keys):
      Set(["metadata", "metrics"]).isSubset(of: keys)
        || keys.contains { ["benchmarks", "ttfts", "mean_ttft_ms"].contains($0) }
    case .columns(let columns): columns.contains("queued_to_sched_ms")
    }
  }

  func parse(
    _ bytes: [UInt8], source: String, _ reading: TraceReading
  ) throws(InputError) -> LoadedTrace {
    let runs =
      JSONObjects.areIn(bytes)
      ? try BenchmarkResults.runs(bytes, source: source)
      : [try ServedRequests.run(try CSVReader(bytes, source: source))]
    let whole = runs.filter { !$0.requests.isEmpty }
    guard let run = whole.first else {
      throw InputError(
        source, problem: "these are figures over all requests, and none is told by itself",
        remedy: "give what the benchmark writes of each, as --save-detailed of vllm bench serve "
          + "does, or give the file to servesim validate")
    }
    if whole.count > 1 {
      throw InputError(
        source, problem: "the file holds \(whole.count) runs, each a trace of its own",
        remedy: "give a file of one run, or give this one to servesim validate")
    }
    var loaded = LoadedTrace(trace: run.trace, formatName: name, notes: run.notes)
    loaded.hasArrivals = run.trace.meanRate != nil || run.trace.count == 1
    loaded.notes.removeAll {
      $0.hasPrefix("arrivals are drawn") || $0.hasPrefix("all requests are")
    }
    loaded.notes.append("what was measured is not read; servesim validate compares it")
    if let rate = run.settings[.requestRate], !loaded.hasArrivals {
      loaded.notes.append("the file states \(rate) requests a second, and no times")
    }
    return loaded
  }
}
