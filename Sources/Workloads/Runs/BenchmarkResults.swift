import Formats
import Serving

/// What the benchmarks of servers write, as JSON or as JSON lines: vLLM's, SGLang's, AIPerf's and
/// GuideLLM's.
enum BenchmarkResults {
  /// The runs in `bytes`: each object of vLLM's and SGLang's is one, and each benchmark of
  /// GuideLLM's; AIPerf's lines are the requests of one.
  static func runs(_ bytes: [UInt8], source: String) throws(InputError) -> [MeasuredRun] {
    var objects = JSONObjects(bytes, source: source, header: "{\"ttfts\": …}")
    var runs: [MeasuredRun] = []
    var lines = MeasuredRows()
    var hasLines = false
    while let keys = try objects.nextKeys() {
      if keys.has("metadata") && keys.has("metrics") {
        hasLines = true
        try addAIPerf(keys, to: &lines)
      } else if keys.has("benchmarks") {
        runs += try guideLLM(keys)
      } else if keys.has("mean_ttft_ms") || keys.has("ttfts") {
        runs.append(try bench(keys, number: runs.count))
      } else {
        throw keys.mistake(
          "ttfts", "this is no result of a benchmark",
          "give what vllm bench serve, sglang.bench_serving, AIPerf or GuideLLM wrote")
      }
    }
    return hasLines ? [lines.run(source, source: source)] : runs
  }

  // MARK: - vLLM and SGLang

  /// A result of `vllm bench serve` or of `sglang.bench_serving`.
  private static func bench(_ keys: JSONKeys, number: Int) throws(InputError) -> MeasuredRun {
    let name = number == 0 ? keys.source : "\(keys.source) \(number + 1)"
    var run: MeasuredRun
    if let known = try detailed(keys, name) { run = known } else { run = try averaged(keys, name) }
    run.settings[.model] = try keys.text("model_id")
    if !hasTimes(keys) { try setArrivals(of: &run, keys) }
    return run
  }

  private static func hasTimes(_ keys: JSONKeys) -> Bool { keys.has("start_times") }

  /// The run with its requests, where they were kept.
  private static func detailed(
    _ keys: JSONKeys, _ name: String
  ) throws(InputError) -> MeasuredRun? {
    guard let ttfts = try keys.reals("ttfts"),
      let inputs = try keys.counts("input_lens", in: 0...Int(Int32.max), "tokens"),
      let outputs = try keys.counts("output_lens", in: 0...Int(Int32.max), "tokens"),
      let gaps = try keys.list("itls", "a list of lists")
    else { return nil }
    let starts = try keys.reals("start_times")
    let errors = try keys.texts("errors") ?? []
    let isWhole = [inputs.count, outputs.count, starts?.count ?? ttfts.count]
      .allSatisfy { $0 == ttfts.count }
    if !isWhole { throw keys.mistake("ttfts", "the lists differ in length", "give the whole file") }
    for (name, values) in [("ttfts", ttfts), ("start_times", starts ?? [])] {
      guard let value = values.first(where: { !JSONKeys.amounts.contains($0) }) else { continue }
      throw keys.mistake(name, "\(value) is no time", "give seconds from 0 to 4e9")
    }
    let first = starts?.min() ?? 0
    var rows = MeasuredRows()
    for index in ttfts.indices {
      var whole: Nanoseconds?
      if index < gaps.count, case .array(let own) = gaps[index] {
        whole = Nanoseconds(
          seconds: min(1e9, own.reduce(ttfts[index]) { $0 + max(0, $1.real ?? 0) }))
      }
      let start = (starts?[index] ?? 0) - first
      let hasFailed = outputs[index] == 0 || index < errors.count && !errors[index].isEmpty
      rows.add(
        arrival: Nanoseconds(seconds: start), promptTokens: max(1, inputs[index]),
        outputTokens: hasFailed ? nil : outputs[index],
        hasFailed
          ? .failed
          : MeasuredRun.Latency(
            firstToken: Nanoseconds(seconds: ttfts[index]), whole: whole))
    }
    return rows.run(name, source: keys.source)
  }

  /// The run as its means are, all requests alike.
  private static func averaged(
    _ keys: JSONKeys, _ name: String
  ) throws(InputError) -> MeasuredRun {
    let many = 1...10_000_000
    let count = try keys.count("completed", "num_prompts", in: many, "the requests served")
    let range = 0...Int.max / 2
    let input = try keys.count("total_input_tokens", in: range, "tokens of all prompts")
    let output = try keys.count("total_output_tokens", in: range, "tokens of all outputs")
    let request = Request(
      arrival: 0, promptTokens: max(1, input / count), outputTokens: max(1, output / count))
    var run = MeasuredRun(
      name, source: keys.source, trace: Trace(requests: Array(repeating: request, count: count)))
    run.means[.ttft] = try keys.real("mean_ttft_ms").map { $0 / 1000 }
    run.means[.tpot] = try keys.real("mean_tpot_ms").map { $0 / 1000 }
    run.means[.e2e] = try keys.real("mean_e2el_ms").map { $0 / 1000 }
    run.means[.throughput] = try keys.real("output_throughput")
    run.notes.append("requests are all of the mean lengths, for the file has no more")
    return run
  }

  /// Has the requests arrive as the file says on the whole, where it does not say it of each.
  private static func setArrivals(
    of run: inout MeasuredRun, _ keys: JSONKeys
  ) throws(InputError) {
    if let clients = try keys.whole("max_concurrency"), clients > 0 {
      run.settings[.clients] = "\(min(clients, run.trace.count))"
      return
    }
    guard let rate = try? keys.real("request_rate"), rate > 0, rate.isFinite else {
      run.notes.append("all requests are sent at once, for the file says no rate")
      return
    }
    run.settings[.requestRate] = "\(rate)"
    run.settings[.arrivals] = "poisson"
    run.notes.append("arrivals are drawn at the stated rate, for the file has no times")
  }

  // MARK: - AIPerf

  private static func addAIPerf(
    _ keys: JSONKeys, to rows: inout MeasuredRows
  ) throws(InputError) {
    let metadata = try keys.needed("metadata", "the request's times", keys.object)
    let metrics = try keys.needed("metrics", "what was measured", keys.object)
    if let phase = try metadata.text("benchmark_phase"), phase != "profiling" { return }
    func value(_ name: String) throws(InputError) -> Double {
      let metric = try metrics.needed(name, "a value with its unit", metrics.object)
      return try metric.amount("value")
    }
    let start = try metadata.count(
      "request_start_ns", in: 0...EngineRange.time.upperBound, "nanoseconds since 1970")
    if keys.has("error") {
      rows.add(arrival: start, promptTokens: nil, outputTokens: nil, .failed)
      return
    }
    rows.add(
      arrival: start, promptTokens: max(1, Int(min(1e9, try value("input_sequence_length")))),
      outputTokens: max(1, Int(min(1e9, try value("output_sequence_length")))),
      MeasuredRun.Latency(
        firstToken: MeasuredRuns.time(milliseconds: try value("time_to_first_token")),
        whole: MeasuredRuns.time(milliseconds: try value("request_latency"))))
  }

  // MARK: - GuideLLM

  private static func guideLLM(_ keys: JSONKeys) throws(InputError) -> [MeasuredRun] {
    var runs: [MeasuredRun] = []
    for benchmark in try keys.objects("benchmarks") ?? [] {
      let requests = try benchmark.needed("requests", "those sent", benchmark.object)
      var rows = MeasuredRows()
      for request in try requests.objects("successful") ?? [] {
        let start = try request.amount("request_start_time")
        let end = try request.amount("request_end_time")
        let ttft = try request.amount("time_to_first_token_ms")
        rows.add(
          arrival: Nanoseconds((start * 1e6).rounded()) * 1000,
          promptTokens: try request.count("prompt_tokens", in: 1...Int(Int32.max), "tokens"),
          outputTokens: try request.count("output_tokens", in: 1...Int(Int32.max), "tokens"),
          MeasuredRun.Latency(
            firstToken: MeasuredRuns.time(milliseconds: ttft),
            whole: Nanoseconds(seconds: max(0, end - start))))
      }
      let number = runs.count
      runs.append(
        rows.run(number == 0 ? keys.source : "\(keys.source) \(number + 1)", source: keys.source))
    }
    return runs
  }
}

extension JSONKeys {
  /// What a time in seconds may be.
  fileprivate static let amounts = 0.0...4e9

  /// The number under `name`, which must be there: a time, or a count of tokens.
  fileprivate func amount(_ name: String) throws(InputError) -> Double {
    let number = try needed(name, "a number", real)
    if Self.amounts.contains(number) { return number }
    throw mistake(name, "\(number) is out of range", "give a number from 0 to 4e9")
  }
}
