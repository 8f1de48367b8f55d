import Formats
import Metrics
import Schedulers
import Serving
import Studies
import Workloads

/// How many requests a second a GPU serves with prefill on two GPUs and decode on one, as
/// DistServe's simulator has it (LLMServe/DistServe 82831f1, its README): OPT-13B on A100s, nine of
/// ten with their first token within 200 ms, and nine of ten within 100 ms a token.
///
/// Times are the simulator's own fits, and nothing is paid for the handover, as there. It halves
/// the range up to 5 requests a second until less than a quarter is left, of which it tells the
/// lower end; theirs is of one draw of requests and arrivals, ours the mean of ten of arrivals.
enum DistServe {
  static let entry = ReproductionEntry(
    "distserve", "requests a second and GPU of prefill and decode apart, OPT-13B on A100",
    source: "LLMServe/DistServe 82831f1, simdistserve; the queue by M/D/1",
    axis: "requests a second"
  ) { jobs in
    let found = try parallelMap(Array(0..<UInt64(10)), jobs: jobs) { _, seed in
      try goodput(of: .best, seed: seed)
    }
    let best = Reproduction.Row(
      system: "prefill on 2 and decode on 1", workload: "sharegpt",
      metric: "requests_per_second_and_gpu", published: 1.56,
      ours: found.reduce(0, +) / Double(found.count))
    let waits = [(2.0, 79.4), (4, 88.3), (8, 124.7), (10, 172.8)]
    let times = try parallelMap(waits, jobs: jobs) { _, wait in try oneAtATime(rate: wait.0) }
    return [best]
      + zip(waits, times).map { wait, time in
        Reproduction.Row(
          system: "prefill on 1 by one", workload: "512 tokens", metric: "ttft_mean_ms",
          at: wait.0, published: wait.1, ours: time * 1e3)
      }
  }

  /// GPUs that hold a copy of the model together, for prompts and for answers.
  struct Placement: Sendable {
    var prefill: Cost
    var decode: Cost

    static let best = Placement(prefill: .two, decode: .one)
    var gpus: Int { prefill.gpus + decode.gpus }
  }

  /// The lower end of what the goodput of a GPU lies in.
  static func goodput(of placement: Placement, seed: UInt64) throws -> Double {
    var (low, high) = (0.0, 5.0)
    while high - low > 0.25 {
      let middle = (low + high) / 2
      let isKept = try isKept(placement, rate: middle * Double(placement.gpus), seed: seed)
      if isKept { low = middle } else { high = middle }
    }
    return low
  }

  private static func isKept(_ placement: Placement, rate: Double, seed: UInt64) throws -> Bool {
    let requests = DistServeLengths.all.map {
      Request(arrival: 0, promptTokens: $0.prompt, outputTokens: $0.output)
    }
    let arrivals = try ArrivalProcess.poisson.arrivals(
      of: Trace(requests: requests), rate: rate, seed: seed)
    let timeline = try serve(
      arrivals, prefill: pool(.prefill, placement.prefill),
      decode: pool(.decode, placement.decode))
    func p90(_ metric: LatencyMetric) -> Double {
      Distribution(of: metric, trace: arrivals, timeline: timeline)?.p90 ?? 0
    }
    return p90(.ttft) < 0.2 && p90(.tpot) < 0.1
  }

  /// The mean time to the first token of prompts of 512 tokens, of which one GPU computes one at a
  /// time, without what Ray adds.
  static func oneAtATime(rate: Double) throws -> Double {
    let requests = Array(
      repeating: Request(arrival: 0, promptTokens: 512, outputTokens: 1), count: 60_000)
    let trace = try ArrivalProcess.poisson.arrivals(
      of: Trace(requests: requests), rate: rate, seed: 0)
    var cost = Cost.one
    cost.hasRay = false
    let timeline = try serve(
      trace, prefill: pool(.prefill, cost, sequences: 1), decode: pool(.decode, .one))
    return Distribution(of: .ttft, trace: trace, timeline: timeline)?.mean ?? 0
  }

  private static func serve(_ trace: Trace, prefill: Pool, decode: Pool) throws -> Timeline {
    let link = Link(bandwidth: 1e18, sharing: .none)
    var simulation = Simulation(
      trace, pools: [prefill, decode], Disaggregation(links: [[link]], firstToken: .prefill))
    return try simulation.run()
  }

  /// A replica that takes whole prompts, all that wait and its cache has room for.
  private static func pool(_ role: Pool.Role, _ cost: Cost, sequences: Int = 1024) throws -> Pool {
    let engine = try Schedulers.engine(
      "vllm-0.33:async-scheduling=false",
      EngineSetting(maxModelLen: 2048, headSize: 128, isLargeGPU: true))
    var rules = engine.rules
    rules.memory.blocks = cost.cachedTokens / rules.memory.blockSize
    rules.limits.maxNumSeqs = sequences
    rules.limits.maxBatchSequences = sequences
    rules.limits.maxNumBatchedTokens = cost.cachedTokens
    return Pool(role, rules: rules, scheduler: engine.scheduler, cost: cost)
  }

  /// What an iteration of OPT-13B takes on A100s (`profiler-a100-80g.distserve.json`), in
  /// milliseconds, and the tokens that its cache has room for (`max_num_tokens.csv`).
  struct Cost: CostModel {
    var gpus: Int
    /// What a batch of prompts takes, what each token of them, and the square of each prompt.
    var prefill: [Double]
    /// What a batch of decodes takes, each token of their contexts, and each of them: below as many
    /// as `large`, and from there on.
    var few: [Double]
    var many: [Double]
    var large = 95
    var cachedTokens: Int
    /// Whether what Ray takes to call the workers is added.
    var hasRay = true

    static let one = Cost(
      gpus: 1, prefill: [18.1025, 0.101912, 7.122e-6], few: [19.9347, 6.269e-4, 0.038507],
      many: [7.16619, 5.798e-4, 0.158311], cachedTokens: 66_144)
    static let two = Cost(
      gpus: 2, prefill: [14.743, 0.068577, 2.4496e-6], few: [13.2948, 3.411e-4, 0.062963],
      many: [10.6387, 3.118e-4, 0.085629], cachedTokens: 163_008)

    func seconds(for batch: borrowing Batch) -> Double {
      var milliseconds = 1.0
      if !batch.chunks.isEmpty {
        let squares = batch.chunks.reduce(0.0) { $0 + Double($1.tokens) * Double($1.tokens) }
        milliseconds +=
          prefill[0] + prefill[1] * Double(batch.chunkTokens) + prefill[2] * squares
      }
      if batch.decodes > 0 {
        let fit = batch.decodes < large ? few : many
        milliseconds +=
          fit[0] + fit[1] * Double(batch.decodeContext + batch.decodes)
          + fit[2] * Double(batch.decodes)
      }
      if hasRay {
        milliseconds += 2 + 1e-4 * Double(batch.chunkTokens + batch.decodeContext)
      }
      return milliseconds / 1e3
    }
  }
}
