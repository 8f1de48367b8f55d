import Schedulers
import Support

@testable import Serving

/// One seeded workload with one engine's rules under seeded limits.
struct RandomCase: CustomStringConvertible {
  let seed: Int
  let policy: any ReferencePlanner
  private(set) var trace: Trace
  private(set) var rules: EngineRules
  let cost: LinearCost
  /// For how long clients wait, if not for ever.
  private(set) var timeout: Nanoseconds?
  /// Whether other engines compute some of the prompts, and read others.
  private(set) var transfers = false

  var description: String { "\(policy.specification), seed \(seed)" }

  /// What shows the case again, in Swift.
  var literal: String {
    get throws {
      let standard = try Schedulers.engine(policy.specification, Self.setting).rules
      return "\(self), or a part of it: \(changes(of: rules, from: standard, in: "rules")); "
        + "cost: \(cost), clientTimeout: \(timeout ?? -1), \(trace.literal)"
    }
  }

  /// The cases that are smaller by a step: fewer or shorter requests, memory for all, no lag.
  var smaller: [RandomCase] {
    var all = trace.smaller.map { trace in
      var smaller = self
      smaller.trace = trace
      return smaller
    }
    let limits: [(WritableKeyPath<EngineRules, Int>, Int)] = [
      (\.memory.blocks, 1 << 20), (\.memory.releaseLag, 0),
    ]
    for (limit, plain) in limits where rules[keyPath: limit] != plain {
      var smaller = self
      smaller.rules[keyPath: limit] = plain
      all.append(smaller)
    }
    if timeout != nil {
      var patient = self
      patient.timeout = nil
      all.append(patient)
    }
    return all
  }

  private static let setting = EngineSetting(maxModelLen: 400, headSize: 128, isLargeGPU: false)

  init(_ policy: ReferencePolicy, seed: Int) throws { try self.init(planner: policy, seed: seed) }

  init(planner policy: any ReferencePlanner, seed: Int) throws {
    var random = SeededNumbers(state: UInt64(seed) &* 977 &+ UInt64(policy.hashOfName))
    self.seed = seed
    self.policy = policy
    var rules = try Schedulers.engine(policy.specification, Self.setting).rules
    rules.memory.blockSize = [1, 4, 16, 16, 64].randomElement(using: &random)!
    rules.limits.maxNumSeqs = Int.random(in: 1...24, using: &random)
    let batchCap = Int.random(in: 1...rules.limits.maxNumSeqs, using: &random)
    rules.limits.maxBatchSequences =
      policy.specification == "splitfuse" ? batchCap : rules.limits.maxNumSeqs
    if rules.prompts.areChunked {
      rules.limits.maxNumBatchedTokens = Int.random(in: 1...300, using: &random)
      if policy.specification.hasPrefix("sglang") {
        // Whole pages, as SGLang demands.
        let page = rules.memory.blockSize
        rules.limits.maxNumBatchedTokens! += page - rules.limits.maxNumBatchedTokens! % page
      }
      if policy.specification.hasPrefix("trt-llm") {
        // At least a block, as chunks are cut.
        rules.limits.maxNumBatchedTokens! =
          max(rules.limits.maxNumBatchedTokens!, rules.memory.blockSize)
      }
    }
    let tight = Bool.random(using: &random)
    let longest = rules.blocks(for: 401) + 3
    rules.memory.blocks = longest * (tight ? 1 : 40) + Int.random(in: 0...longest, using: &random)
    if rules.memory.releaseLag > 0 {
      rules.memory.releaseLag = Int.random(in: 0...2, using: &random)
    }
    var trace = Self.trace(&random)
    cost = Bool.random(using: &random) ? LinearCost() : .flat
    Self.varyOptions(&rules, &random)
    if rules.order != .arrival {
      let priorities = trace.requests.map { _ in Int.random(in: 0...3, using: &random) }
      trace = Trace(requests: trace.requests, columns: Columns(priorities: priorities))
    }
    if policy.specification.hasPrefix("vtc") {
      rules.memory.blockSize = 1
      rules.memory.blocks = 403 * (tight ? 2 : 40)
      let clients = trace.requests.map { _ in
        ["a", "a", "a", "b", "c", "d"].randomElement(using: &random)!
      }
      trace = Trace(requests: trace.requests, columns: Columns(clients: clients))
    }
    if policy.specification == "priority-classes" {
      let priorities = trace.requests.map { _ in Int.random(in: -1...2, using: &random) }
      trace = Trace(requests: trace.requests, columns: Columns(priorities: priorities))
    }
    if rules.limits.maxLoras != nil {
      let adapters = trace.requests.map { _ in
        ["", "a", "b", "c", "d"].randomElement(using: &random)!
      }
      trace = Trace(requests: trace.requests, columns: Columns(adapters: adapters))
    }
    self.rules = rules
    self.trace = trace
  }

  /// Other values for the options that the specification sets.
  private static func varyOptions(_ rules: inout EngineRules, _ random: inout SeededNumbers) {
    if rules.prompts.longPrefillTokenThreshold > 0 {
      rules.prompts.longPrefillTokenThreshold = Int.random(in: 1...120, using: &random)
    }
    if rules.limits.maxNumActiveSeqs != nil {
      rules.limits.maxNumActiveSeqs = Int.random(in: 1...rules.limits.maxNumSeqs, using: &random)
    }
    if rules.prompts.chunkSchedule.stages > 0 {
      rules.prompts.chunkSchedule.stages = Int.random(in: 1...8, using: &random)
      rules.prompts.chunkSchedule.maxTokens = Int.random(in: 100...500, using: &random)
      rules.prompts.chunkSchedule.high = Int.random(in: 1...300, using: &random)
      rules.prompts.chunkSchedule.low = Int.random(
        in: 1...rules.prompts.chunkSchedule.high, using: &random)
    }
  }

  private static func trace(_ random: inout SeededNumbers) -> Trace {
    let count = Int.random(in: 1...40, using: &random)
    let spacing = [0, 3_000_000, 40_000_000, 400_000_000].randomElement(using: &random)!
    let longestAnswer = [1, 8, 90, 300].randomElement(using: &random)!
    var now = 0
    return Trace(
      requests: (0..<count).map { _ in
        if Int.random(in: 0..<4, using: &random) > 0 {
          now += Int.random(in: 0...spacing, using: &random)
        }
        return Request(
          arrival: now, promptTokens: Int.random(in: 1...420, using: &random),
          outputTokens: Int.random(in: 1...longestAnswer, using: &random))
      })
  }

  /// The same by an engine that waits for each batch before it plans the next.
  var synchronous: RandomCase {
    var example = self
    example.rules.outputs.schedulesAhead = false
    return example
  }

  /// The same where clients give up, some of them in vain.
  var impatient: RandomCase {
    var example = self
    var random = SeededNumbers(state: UInt64(seed) &* 31 &+ 5)
    example.timeout = [2_000_000, 30_000_000, 200_000_000, 1_000_000_000]
      .randomElement(using: &random)!
    return example
  }

  /// The same where some prompts are computed by other engines, and others read by them.
  var transferring: RandomCase {
    var example = self
    example.transfers = true
    return example
  }

  /// By row, what other engines have to do with a request.
  var remotes: [RemoteTransfer?]? {
    guard transfers else { return nil }
    var random = SeededNumbers(state: UInt64(seed) &* 71 &+ 3)
    let longest = [0, 3_000_000, 200_000_000].randomElement(using: &random)!
    return trace.requests.map { _ in
      let handover = [Handover.none, .receives, .receives, .sends].randomElement(using: &random)!
      let duration = Int.random(in: 0...longest, using: &random)
      return handover == .none ? nil : RemoteTransfer(handover, duration)
    }
  }

  /// The same where prompts show images, some of them the same, for which the encoder has little
  /// room.
  var showing: RandomCase {
    var example = self
    var random = SeededNumbers(state: UInt64(seed) &* 71 &+ 3)
    let sizes = (0..<8).map { _ in Int.random(in: 1...90, using: &random) }
    let images = trace.requests.map { request in
      var images: [PromptImage] = []
      var end = 0
      while Int.random(in: 0..<3, using: &random) > 0 {
        let name = Int.random(in: 0..<8, using: &random)
        let offset = end + Int.random(in: 0...60, using: &random)
        end = offset + sizes[name]
        if end > request.promptTokens { break }
        images.append(PromptImage(offset: offset, tokens: sizes[name], name: "\(name)"))
      }
      return images
    }
    var columns = trace.columns
    columns.images = images
    example.trace = Trace(requests: trace.requests, columns: columns)
    example.rules.encoder = EngineRules.Encoder(
      budgetTokens: Int.random(in: 90...200, using: &random),
      cacheTokens: Int.random(in: 90...300, using: &random),
      keepsWhole: Bool.random(using: &random))
    example.rules.limits.maxNumBatchedTokens! += 90
    return example
  }

  /// The same where sequences decode with drafts, by one of the methods.
  var drafting: RandomCase {
    var example = self
    var random = SeededNumbers(state: UInt64(seed) &* 53 &+ 11)
    let most = [1, 2, 3, 5, 7].randomElement(using: &random)!
    var rates: [Double] = []
    for _ in 0..<most { rates.append(Double.random(in: 0...(rates.last ?? 1), using: &random)) }
    if Int.random(in: 0..<6, using: &random) == 0 { rates = rates.map { _ in 1 } }
    var speculation = EngineRules.Speculation(
      DraftMethod.allCases.randomElement(using: &random)!, numSpeculativeTokens: most,
      acceptance: Acceptance(rates: rates, seed: UInt64(seed)))
    if Int.random(in: 0..<4, using: &random) == 0 {
      speculation.byBatchSize = [
        .init(sequences: 1...4, drafts: most), .init(sequences: 5...8, drafts: most / 2),
        .init(sequences: 9...1000, drafts: 0),
      ]
    }
    example.rules.speculation = speculation
    let least = most + 2
    example.rules.limits.maxNumBatchedTokens! += least
    if Int.random(in: 0..<3, using: &random) == 0 {
      example.rules.prompts.longPrefillTokenThreshold = Int.random(in: 1...120, using: &random)
    }
    return example
  }

  /// The scheduler under test.
  func scheduler() throws -> any Scheduler {
    try Schedulers.engine(policy.specification, Self.setting).scheduler
  }

  /// The real engine about to serve this case, keeping its iterations unless told otherwise.
  func simulation(
    replicas: Int = 1, observing observation: Observation = .iterations
  ) throws -> Simulation {
    Simulation(
      trace, rules: rules, scheduler: try scheduler(), cost: cost, replicas: replicas,
      clientTimeout: timeout, remotes: remotes, observing: observation)
  }

  /// What the real engine makes of this case.
  func simulate(observing observation: Observation = .iterations) throws -> Timeline {
    var simulation = try simulation(observing: observation)
    return try simulation.run()
  }
}

extension ReferencePlanner {
  /// A number that depends on the name alone.
  var hashOfName: Int {
    specification.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF }
  }
}
