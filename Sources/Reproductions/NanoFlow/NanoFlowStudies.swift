import Costs
import Serving
import Studies

/// The figures of NanoFlow (Zhu et al., OSDI 2025, arXiv 2408.12757v2).
enum NanoFlowStudies {
  private static let paper = "NanoFlow (OSDI 2025)"
  private static let metric = "tokens_per_second_per_gpu"

  /// A run, and what was published of it.
  private struct Case: Sendable {
    var system = "nanoflow"
    var way = NanoFlowBench.Way.overlapped
    var workload: String
    var bench: NanoFlowBench
    var backlog: Trace
    var published: Double
  }

  private static func rows(_ cases: [Case], jobs: Int) throws -> [Reproduction.Row] {
    try parallelMap(cases, jobs: jobs) { _, each in
      Reproduction.Row(
        system: each.system, workload: each.workload, metric: metric, published: each.published,
        ours: try each.bench.tokensPerSecond(each.backlog, each.way))
    }
  }

  /// Figure 9. What it calls 512-0 has outputs of two tokens in the scripts that measured it.
  static let ablation = ReproductionEntry(
    "nanoflow-ablation", "what splitting costs and what overlap gains, LLaMA-2-70B on 8 A100",
    source: "\(paper), Figure 9"
  ) { jobs in
    let bench = try NanoFlowBench.standard()
    let systems: [(String, NanoFlowBench.Way, [Double])] = [
      ("non-overlap", .sequential, [1273, 1106, 1092, 1048]),
      ("nano-batch", .split, [1171, 982, 958, 952]),
      ("nanoflow", .overlapped, [1446, 1323, 1291, 1277]),
      ("nanoflow-offload", .overlapped, [1402, 1290, 1259, 1244]),
    ]
    let workloads =
      [("512-0", 512, 2), ("512-512", 512, 512), ("1024-512", 1024, 512)]
      + [("512-1024", 512, 1024)]
    let cases = systems.flatMap { system, way, published in
      zip(workloads, published).map { workload, published in
        var bench = bench
        bench.offloads = system == "nanoflow-offload"
        return Case(
          system: system, way: way, workload: workload.0, bench: bench,
          backlog: bench.backlog(prompt: workload.1, output: workload.2), published: published)
      }
    }
    return try rows(cases, jobs: jobs)
  }

  /// Figure 7: constant lengths, and those of three data sets.
  ///
  /// The release has one pipeline for all of them; what is searched for each is shown too.
  static let offline = ReproductionEntry(
    "nanoflow-offline", "throughput of a backlog, LLaMA-2-70B on 8 A100",
    source: "\(paper), Figure 7"
  ) { jobs in
    let bench = try NanoFlowBench.standard()
    let constant = [(512, 512), (1024, 512), (512, 1024)].map {
      ("\($0)-\($1)", bench.backlog(prompt: $0, output: $1))
    }
    let backlogs = try constant + NanoFlowLengths.all.map { ($0.name, try $0.backlog(for: bench)) }
    let own = [
      ("nanoflow", NanoFlowBench.Way.released), ("nanoflow-host", .released),
      ("nanoflow-searched", .overlapped),
    ]
    let cases = own.flatMap { system, way in
      zip(backlogs, [1286.0, 1263, 1212, 1259, 1247, 1272]).map { backlog, published in
        var bench = bench
        if system == "nanoflow-host" { bench.host = NanoFlowBaseline.nanoFlowHost }
        return Case(
          system: system, way: way, workload: backlog.0, bench: bench, backlog: backlog.1,
          published: published)
      }
    }
    let others = NanoFlowBaseline.all.flatMap { baseline in
      zip(backlogs, baseline.published).map { (baseline, $0.0, $0.1, $1) }
    }
    let baselines = try parallelMap(others, jobs: jobs) { _, each in
      Reproduction.Row(
        system: each.0.system, workload: each.1, metric: metric, published: each.3,
        ours: try bench.tokensPerSecond(each.2, each.0.service()))
    }
    let again = zip(baselines, NanoFlowBaseline.vllmAgain).map { row, published in
      var row = row
      row.system = "vllm-again"
      row.published = published
      return row
    }
    return try rows(cases, jobs: jobs) + baselines + again
  }

  /// Figure 11: other models, at 1,024 tokens of prompt and 512 of output.
  static let models = ReproductionEntry(
    "nanoflow-models", "throughput of other models, on 8 A100 or 1",
    source: "\(paper), Figure 11"
  ) { jobs in
    let cases = try otherModels().map { bench, published in
      Case(
        workload: "\(bench.model.name) 1024-512", bench: bench,
        backlog: bench.backlog(prompt: 1024, output: 512), published: published)
    }
    return try rows(cases, jobs: jobs)
  }

  /// Models with the cache that the release gives them, where it has them; the others' is no limit.
  private static func otherModels() throws -> [(NanoFlowBench, Double)] {
    func bench(_ name: String, tokens: Int = 2048, cache: Int = 1_515_520) throws -> NanoFlowBench {
      NanoFlowBench(
        model: try Models.named(name), gpus: tokens == 2048 ? 8 : 1, tokens: tokens,
        cacheTokens: cache)
    }
    var deepseek = try bench("llama-2-70b")
    deepseek.model.name = "deepseek-67b"
    deepseek.model.blocks[0].layers = 95
    deepseek.model.changeDense { $0.width = 22016 }
    deepseek.model.vocabulary = 102_400
    return [
      (try bench("llama-3-70b"), 1306), (try bench("qwen2.5-72b", cache: 1_415_168), 1213),
      (deepseek, 1147), (try bench("mixtral-8x7b"), 5188),
      (try bench("llama-3-8b", tokens: 1024, cache: 491_520), 12756),
    ]
  }
}
