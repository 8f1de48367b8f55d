import Metrics
import Serving
import Studies

/// The figures of DeepSpeed-FastGen (Holmes et al., arXiv 2401.08671) and its two posts.
enum FastGenStudies {
  private static let source =
    "DeepSpeed-FastGen, posts of November 2023 and January 2024 (DeepSpeed 38327e07)"

  /// A point of a figure, and how it was measured.
  private struct Case: Sendable {
    var bench: FastGenBench
    var workload: String
    var clients: Int
    var published: Double
  }

  private static func cases(of panel: FastGenPanel) -> [Case] {
    panel.benches.flatMap { bench, points in
      points.map {
        Case(bench: bench, workload: panel.title, clients: $0.key, published: $0.value)
      }
    }
  }

  /// Mean latency by clients, in the 26 panels.
  static let curves = ReproductionEntry(
    "fastgen-curves", "mean latency of clients that wait, FastGen and vLLM of 2023",
    source: source, axis: "clients"
  ) { jobs in
    try parallelMap(FastGenPanel.all.flatMap(cases), jobs: jobs) { _, each in
      let metrics = try each.bench.replay(clients: each.clients).run.metrics
      return Reproduction.Row(
        system: each.bench.system.name, workload: each.workload, metric: "mean_latency_seconds",
        at: Double(each.clients), published: each.published, ours: metrics[.e2e]?.mean ?? 0)
    }
  }

  /// Requests that keep both of FastGen's limits, a second of wall clock.
  static let effective = ReproductionEntry(
    "fastgen-effective", "requests per second that keep a pace: FastGen and vLLM of 2023",
    source: source, axis: "clients"
  ) { jobs in
    let points = FastGenPanel.effective.flatMap { objective, panel in
      cases(of: panel).map { (objective, $0) }
    }
    return try parallelMap(points, jobs: jobs) { _, point in
      let (name, each) = point
      let objective = try ObjectivePresets.objective(name, model: each.bench.model)
      let verdict = try each.bench.replay(clients: each.clients, objective: objective).run.verdict
      let pace = name.split(separator: "-").last.flatMap { Int($0) } ?? 4
      return Reproduction.Row(
        system: each.bench.system.name, workload: "\(each.workload) at \(pace) tokens/s",
        metric: "effective_queries_per_second", at: Double(each.clients),
        published: each.published, ours: verdict?.goodputPerSecond ?? 0)
    }
  }

  /// LLaMA-2-70B on four A100s, as the last two figures have it.
  private static func large(_ system: FastGenBench.System, output: Int) -> FastGenBench {
    FastGenBench(
      system: system, model: "llama-2-70b", machine: .a100(4),
      lengths: FastGenLengths(prompt: 2600, output: output))
  }

  /// The time between tokens of 16 clients.
  static let tail = ReproductionEntry(
    "fastgen-tail", "time between tokens of 16 clients, LLaMA-2-70B on 4 A100, 2600/128",
    source: source
  ) { jobs in
    let systems: [(FastGenBench.System, [Double])] = [
      (.fastgen(budget: 768), [0.071, 0.185, 0.188]), (.vllm, [0.077, 0.385, 0.696]),
    ]
    return try parallelMap(systems, jobs: jobs) { _, each in
      let gaps = try large(each.0, output: 128).gaps(clients: 16)
      return zip([50.0, 90, 95], each.1).map { share, published in
        Reproduction.Row(
          system: each.0.name, workload: "P\(Int(share))", metric: "time_between_tokens_seconds",
          published: published, ours: gaps?[.percentile(share)] ?? 0)
      }
    }.flatMap { $0 }
  }

  /// Queries a second of 1 to 16 replicas, with 16 clients and 256 requests each, in turn.
  static let replicas = ReproductionEntry(
    "fastgen-replicas", "throughput by replicas, LLaMA-2-70B on 4 A100 each, 2600/60",
    source: source, axis: "replicas"
  ) { jobs in
    let published = [
      1.42, 2.83, 4.25, 5.75, 7.25, 8.67, 10.08, 11.67, 13.17, 14.67, 16.08, 17.67, 19.08, 20.67,
      22.17, 23.67,
    ]
    return try parallelMap(published, jobs: jobs) { index, published in
      let count = index + 1
      var bench = large(.fastgen(budget: 768), output: 60)
      bench.replicas = count
      bench.lengths.count = 256 * count
      let throughput = try bench.replay(clients: 16 * count).run.metrics.throughput
      return Reproduction.Row(
        system: "fastgen", workload: "16 clients a replica", metric: "queries_per_second",
        at: Double(count), published: published,
        ours: throughput.closedLoopRequestsPerSecond ?? 0)
    }
  }
}

extension FastGenPanel {
  /// As the figure is headed.
  var title: String { "\(model) on \(machine.title) \(prompt)/\(output)" }

  /// Both systems with what was published of them.
  ///
  /// The posts name no budget for H100s; only one of 2,048 follows their curve.
  var benches: [(FastGenBench, KeyValuePairs<Int, Double>)] {
    var budget = 768
    if case .h100 = machine { budget = 2048 }
    let longest = model.hasPrefix("falcon") || model == "phi-2" ? 2000 : 4000
    let lengths = FastGenLengths(prompt: prompt, output: output, longestPrompt: longest)
    return [
      (.fastgen(budget: budget), fastgen), (FastGenBench.System.vllm, vllm),
    ].map { system, points in
      (FastGenBench(system: system, model: model, machine: machine, lengths: lengths), points)
    }
  }
}
