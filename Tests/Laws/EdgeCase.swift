import Schedulers
import Support

@testable import Serving

/// One seeded workload at the edges of what an engine takes: tiny memories, blocks of 1 to 128
/// tokens, budgets and caps of a few, any of the options, pipelines, replicas, shared beginnings
/// and priorities.
struct EdgeCase: CustomStringConvertible {
  let engine: Engine
  private(set) var rules: EngineRules
  private(set) var trace: Trace
  private(set) var replicas: Int
  /// Clients of a closed loop, if it is one.
  private var clients: Int?
  /// For how long clients wait, if not for ever.
  private(set) var timeout: Nanoseconds?
  private let setting: EngineSetting
  private let seed: Int

  /// What shows the case again, in Swift.
  var description: String {
    """
    seed \(seed), or a part of it: \(engine.name) where maxModelLen is \(setting.maxModelLen) and \
    maxNumSeqs \(setting.maxNumSeqs.map(String.init) ?? "nil"); \
    \(changes(of: rules, from: engine.rules, in: "rules")); replicas: \(replicas), \
    clients: \(clients.map { "Clients(\($0))" } ?? "nil"), \
    clientTimeout: \(timeout.map(String.init) ?? "nil"), \(trace.literal)
    """
  }

  /// The cases that are smaller by a step: fewer or shorter requests, or one setting less.
  var smaller: [EdgeCase] {
    func with(_ change: (inout EdgeCase) -> Void) -> EdgeCase {
      var smaller = self
      change(&smaller)
      return smaller
    }
    var all = trace.smaller.map { trace in with { $0.trace = trace } }
    if replicas > 1 { all.append(with { $0.replicas = 1 }) }
    if clients != nil { all.append(with { $0.clients = nil }) }
    if timeout != nil { all.append(with { $0.timeout = nil }) }
    if rules.limits.pipelineParallelSize > 1 {
      all.append(with { $0.rules.limits.pipelineParallelSize = 1 })
    }
    let options = engine.name.dropFirst(engine.version.count + 1).split(separator: ",")
    for place in options.indices {
      var kept = options
      kept.remove(at: place)
      let name = kept.isEmpty ? "" : ":\(kept.joined(separator: ","))"
      if let engine = try? Schedulers.engine(engine.version + name, setting) {
        all.append(EdgeCase(engine, like: self))
      }
    }
    return all
  }

  /// The case of `engine`, with the memory and all else of `other`.
  private init(_ engine: Engine, like other: EdgeCase) {
    self.engine = engine
    rules = engine.rules
    rules.memory.blocks = rules.memory.nullBlocks + other.rules.memory.totalBlocks
    rules.limits.pipelineParallelSize = other.rules.limits.pipelineParallelSize
    (trace, replicas, clients) = (other.trace, other.replicas, other.clients)
    timeout = other.timeout
    (setting, seed) = (other.setting, other.seed)
  }

  /// The case of `seed`, or nil where its options do not go together.
  init?(seed: Int) {
    var random = SeededNumbers(state: UInt64(seed) &* 7919 &+ 11)
    self.seed = seed
    let length = [16, 40, 64, 130].randomElement(using: &random)!
    setting = EngineSetting(
      maxModelLen: length, headSize: 128, isLargeGPU: false,
      maxNumSeqs: Bool.random(using: &random) ? Int.random(in: 1...5, using: &random) : nil,
      blockSize: [1, 2, 7, 8, 16, 64, 128].randomElement(using: &random)!)
    let entry = Schedulers.all.randomElement(using: &random)!
    let specification = Self.specification(entry, &random)
    guard let engine = try? Schedulers.engine(specification, setting) else { return nil }
    self.engine = engine
    var rules = engine.rules
    let spare = [0, 1, 1, 2, 3, 5, 20].randomElement(using: &random)!
    rules.memory.blocks = rules.memory.nullBlocks + rules.blocks(for: length) + spare
    if engine.hasPipelines {
      rules.limits.pipelineParallelSize = [1, 1, 2, 3, 4, 32].randomElement(using: &random)!
    }
    self.rules = rules
    replicas = [1, 1, 1, 2].randomElement(using: &random)!
    clients = [nil, nil, nil, 3].randomElement(using: &random)!
    trace = Self.trace(length, &random)
    timeout = [nil, nil, 1_000_000, 40_000_000, 300_000_000].randomElement(using: &random)!
  }

  /// The name of `entry` with some of its options.
  private static func specification(
    _ entry: SchedulerEntry, _ random: inout SeededNumbers
  ) -> String {
    let numbers = [
      "chunk": [1, 2, 16, 100], "max-num-batched-tokens": [1, 2, 16, 64, 200],
      "max-ragged-batch-size": [1, 2, 16, 100], "global-batch-size": [1, 2, 16, 100],
      "max-ragged-sequence-count": [1, 3], "max-tracked-sequences": [3, 5],
      "flush-lag": [0, 1, 8], "swap-blocks": [1, 4, 40], "chunk-schedule-stages": [1, 2, 5],
      "chunk-schedule-max-tokens": [1, 64], "high-chunk-size": [32, 96],
      "low-chunk-size": [32, 64],
      "long-prefill-token-threshold": [1, 5, 100], "average-prefill-length": [0, 7],
      "average-decode-length": [0, 3], "chunked-prefill-size": [-1, 16, 64, 896],
      "max-prefill-tokens": [1, 64, 500], "prefill-max-requests": [0, 2],
      "scheduler-recv-interval": [1, 3],
      "prefill-decode-interval": [0, 3], "max-num-tokens": [1, 16, 64, 200],
      "priority-scheduling-preemption-threshold": [0, 1], "prefill-schedule-interval": [1, 3],
      "max-num-active-seqs": [1, 2], "max-loras": [1, 2],
    ]
    let words = [
      "reset": ["last", "all", "none"], "reserve": ["max", "pow2", "own"],
      "allocator": ["exact", "buddy"], "scheduling-policy": ["fcfs", "priority"],
      "schedule-policy": ["fcfs", "lpm", "dfs-weight", "lof", "hrrn", "shortest-prefill-first"],
      "schedule-conservativeness": ["0.05", "0.3", "1"], "watermark": ["0", "0.3"],
      "batch-wait-timeout-iters": ["1", "7"], "batch-wait-max-tokens-ratio": ["0.3", "1"],
      "capacity-scheduler-policy": ["GUARANTEED_NO_EVICT", "MAX_UTILIZATION", "STATIC_BATCH"],
    ]
    // Set for all engines alike.
    let common = [
      "block-size", "max-num-seqs", "page-size", "max-running-requests", "tokens-per-block",
      "max-batch-size",
    ]
    var options: [String] = []
    let hasSchedule = entry.options.contains { $0.name == "chunk-schedule-stages" }
    let isScheduled = hasSchedule && Bool.random(using: &random)
    // TensorRT-LLM waits with both of its options or not at all.
    let waits = Bool.random(using: &random)
    for option in entry.options {
      let name = option.name
      if common.contains(name) { continue }
      if hasSchedule && name.contains("chunk") && (name == "chunk") == isScheduled { continue }
      let isOfWait = name.hasPrefix("batch-wait-")
      if isOfWait && !waits { continue }
      let isNeeded = name == "chunk-schedule-stages" || isOfWait
      if !isNeeded && Int.random(in: 0..<3, using: &random) == 0 { continue }
      let values = numbers[name]?.map(String.init) ?? words[name] ?? ["false", "true"]
      options.append("\(name)=\(values.randomElement(using: &random)!)")
    }
    return options.isEmpty ? entry.name : "\(entry.name):\(options.joined(separator: ","))"
  }

  private static func trace(_ length: Int, _ random: inout SeededNumbers) -> Trace {
    let count = Int.random(in: 1...12, using: &random)
    let spacing = [0, 1_000_000, 30_000_000, 900_000_000].randomElement(using: &random)!
    let longest = [1, 5, length].randomElement(using: &random)!
    let requests = (0..<count).map { row in
      Request(
        arrival: row * spacing, promptTokens: Int.random(in: 1...length + 1, using: &random),
        outputTokens: Int.random(in: 1...longest, using: &random))
    }
    let priorities =
      Bool.random(using: &random)
      ? requests.map { _ in Int.random(in: 0...2, using: &random) } : nil
    guard Bool.random(using: &random) else {
      return Trace(requests: requests, columns: Columns(priorities: priorities))
    }
    let tokens = [7, 16].randomElement(using: &random)!
    let hashes = requests.map { request in
      let family = Int.random(in: 0..<3, using: &random)
      let shared = Int.random(in: 0...20, using: &random)
      return (0..<(request.promptTokens + tokens - 1) / tokens).map { block in
        block < shared ? UInt64(family * 1000 + block) : random.next()
      }
    }
    return Trace(
      requests: requests,
      columns: Columns(
        prefixHashes: PrefixHashes(hashes), prefixBlockTokens: tokens, priorities: priorities))
  }

  /// The same by vLLM 0.33 where prompts share blocks of several groups of layers, of which some
  /// keep only the last tokens; nil where the case is none of that engine, or of no shared blocks.
  var windowed: EdgeCase? {
    guard engine.version == "vllm-0.33", !rules.outputs.schedulesAhead,
      rules.memory.sharesPrefixes, trace.columns.prefixHashes != nil
    else { return nil }
    var random = SeededNumbers(state: UInt64(seed) &* 7919 &+ 12)
    var other = self
    let windows = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      [2, 9, 16, 33].randomElement(using: &random)!
    }
    let spare = rules.memory.totalBlocks - rules.blocks(for: setting.maxModelLen)
    other.rules.memory.groups = CacheGroups(
      whole: Int.random(in: 0...2, using: &random), windows: windows)
    other.rules.memory.blocks =
      rules.memory.nullBlocks + spare
      + other.rules.group(slides: false).blocks(for: setting.maxModelLen)
    other.rules.limits.pipelineParallelSize = 1
    return other
  }

  /// The engine about to serve this case, keeping its iterations.
  func simulation() -> Simulation {
    Simulation(
      trace, rules: rules, scheduler: engine.scheduler, cost: LinearCost(), replicas: replicas,
      clients: clients.map { Clients($0) }, clientTimeout: timeout, observing: .iterations)
  }
}
