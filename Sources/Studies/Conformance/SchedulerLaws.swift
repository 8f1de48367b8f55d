import Formats
import Schedulers
import Serving

/// What must hold of every scheduler, whoever wrote it, held to random workloads under random
/// limits: for the tests of a package that has one.
public struct SchedulerLaws: Sendable {
  /// What is broken, a sentence each with the seed of the workload that shows it; the first of each
  /// seed. Empty where all holds.
  public private(set) var violations: [String] = []
  /// Workloads that were served, and requests that lost their caches in them.
  public private(set) var workloads = 0
  public private(set) var preemptions = 0

  /// Serves a workload for each of `seeds` by the scheduler of `entry` with `options`.
  public init(
    of entry: SchedulerEntry, options: [(name: String, value: String)] = [],
    seeds: Range<Int> = 0..<100
  ) throws(InputError) {
    let setting = EngineSetting(maxModelLen: 400, headSize: 128, isLargeGPU: false)
    let engine = try entry.engine(options, setting, source: entry.name)
    for seed in seeds {
      var random = RandomStream(seed: UInt64(seed), named: "laws")
      let trace = Self.trace(&random)
      let rules = Self.rules(engine.rules, &random)
      var problem = serve(trace, rules, engine.scheduler)
      if problem.sentence == nil {
        let again = serve(trace, rules, engine.scheduler)
        if again.timeline != problem.timeline { problem.sentence = "it is not served so twice" }
      }
      workloads += 1
      preemptions += problem.timeline?.records.reduce(0) { $0 + $1.preemptions } ?? 0
      if let sentence = problem.sentence { violations.append("\(sentence), seed \(seed)") }
    }
  }

  /// A few tens of requests, some at once and some with long pauses between them.
  private static func trace(_ random: inout RandomStream) -> Trace {
    let pause = [0, 3_000_000, 40_000_000, 400_000_000][random.integer(below: 4)]
    let longest = [1, 8, 90, 300][random.integer(below: 4)]
    var now = 0
    var columns = Columns(priorities: [], clients: [])
    let requests = (0..<1 + random.integer(below: 40)).map { _ in
      if random.integer(below: 4) > 0 { now += random.integer(below: pause + 1) }
      columns.priorities?.append(random.integer(below: 3))
      columns.clients?.append(["a", "a", "b", "c"][random.integer(below: 4)])
      return Request(
        arrival: now, promptTokens: 1 + random.integer(below: 420),
        outputTokens: 1 + random.integer(below: longest))
    }
    return Trace(requests: requests, columns: columns)
  }

  /// `rules` with other limits and, half of the time, little memory.
  private static func rules(_ rules: EngineRules, _ random: inout RandomStream) -> EngineRules {
    var rules = rules
    rules.limits.maxNumSeqs = 1 + random.integer(below: 24)
    rules.limits.maxBatchSequences = rules.limits.maxNumSeqs
    if rules.prompts.areChunked, rules.limits.maxNumBatchedTokens != nil {
      rules.limits.maxNumBatchedTokens = rules.memory.blockSize * (1 + random.integer(below: 18))
    }
    let longest = 404 / rules.memory.blockSize + 4
    rules.memory.blocks = longest * (random.integer(below: 2) == 0 ? 2 : 40)
    return rules
  }

  /// An iteration takes 5 ms and 20 us a token.
  private struct Clock: CostModel {
    func seconds(for batch: borrowing Batch) -> Double { 0.005 + 2e-5 * Double(batch.tokens) }
  }

  /// What a run breaks, if anything, and the run where it came to an end.
  private func serve(
    _ trace: Trace, _ rules: EngineRules, _ scheduler: any Scheduler
  ) -> (sentence: String?, timeline: Timeline?) {
    var simulation = Simulation(
      trace, rules: rules, scheduler: scheduler, cost: Clock(), observing: .iterations)
    let timeline: Timeline
    do { timeline = try simulation.run() } catch { return ("it does not end: \(error)", nil) }
    let sentence =
      Self.broken(trace, rules, timeline) ?? Self.broken(rules, timeline.iterations)
      ?? Self.broken(rules, simulation.replicas[0].cache)
    return (sentence, timeline)
  }

  /// Requests: each that can be served is, to its last token, and in the order of time.
  private static func broken(
    _ trace: Trace, _ rules: EngineRules, _ timeline: Timeline
  ) -> String? {
    for (row, (request, record)) in zip(trace.requests, timeline.records).enumerated() {
      if record.isCompleted != rules.canServe(request) {
        return record.isCompleted
          ? "request \(row), which can never be served, is answered"
          : "request \(row), which can be served, is not"
      }
      if !record.isCompleted { continue }
      if record.emittedTokens != rules.emittedTokens(of: request) {
        return "request \(row) gets \(record.emittedTokens) tokens"
      }
      if record.firstScheduled < request.arrival || record.firstToken <= record.firstScheduled
        || record.finish < record.firstToken
      {
        return "request \(row) is answered before it is computed"
      }
    }
    return nil
  }

  /// Iterations: one after the other, and within the limits.
  private static func broken(_ rules: EngineRules, _ iterations: [IterationRecord]) -> String? {
    var end = 0
    for (number, iteration) in iterations.enumerated() {
      if iteration.start < end || iteration.end <= iteration.start {
        return "iteration \(number) does not follow on the one before"
      }
      end = iteration.end
      let tokens = iteration.decodes + iteration.drafts + iteration.chunkTokens
      if let budget = rules.limits.maxNumBatchedTokens, iteration.chunks > 0, tokens > budget {
        return "iteration \(number) has \(tokens) tokens, the budget is \(budget)"
      }
      if iteration.running > rules.limits.maxNumSeqs {
        return "\(iteration.running) sequences run in iteration \(number)"
      }
      if iteration.usedBlocks > rules.memory.totalBlocks {
        return "iteration \(number) uses \(iteration.usedBlocks) blocks"
      }
    }
    return nil
  }

  /// Memory: all of it is free in the end, where nothing is kept for others.
  private static func broken(_ rules: EngineRules, _ cache: KVCache) -> String? {
    let isKept = rules.memory.keepsTree || rules.memory.releaseLag > 0
    if isKept || cache.freeBlocks == cache.totalBlocks { return nil }
    return "\(cache.totalBlocks - cache.freeBlocks) blocks are never given back"
  }
}
