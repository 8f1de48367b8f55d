import Costs
import Formats
import Metrics
import Schedulers
import Serving

/// A model on its GPUs, and the limits that the user set for whatever engine serves it.
public struct Deployment: Sendable {
  public var model: Model
  public var gpu: GPU
  /// GPUs that hold one copy of the model together.
  public var tensorParallelSize = 1
  /// Groups of such GPUs, each with a part of the layers, that a batch passes through.
  public var pipelineParallelSize = 1
  /// How requests and experts are spread over the GPUs of a replica.
  public var experts = ExpertParallelism()
  /// How many copies of the model serve together.
  public var fleet = Fleet()
  /// What the engine's own program adds to each iteration.
  public var host = Host.alike(.vllmV1)
  /// Whether all-reduces normalise as well; as the engine has it where nil.
  public var fusesReductions: Bool?
  /// What clients wait for besides the engine.
  public var frontend = Frontend.none
  /// The share of each GPU's memory that the engine may use.
  public var gpuMemoryUtilization = 0.9
  /// The most tokens of a prompt and its output; the model's own where nil.
  public var maxModelLen: Int?
  /// The most sequences at once; the engine's own where nil.
  public var maxNumSeqs: Int?
  /// The token budget of an iteration; the engine's own where nil.
  public var maxNumBatchedTokens: Int?
  /// Tokens in a KV block; the engine's own where nil.
  public var blockSize: Int?
  /// KV blocks of a replica; what memory has room for where nil.
  public var blocks: Int?
  /// Whether layers with windows keep all tokens, as vLLM without its hybrid cache manager.
  public var countsWindowsInFull = false
  /// What the linear layers are quantised to; as the model is where nil.
  public var quantization: NumberFormat?
  /// What matrices of some kinds are quantised to, in the order given; all others are as the model
  /// is then.
  public var quantizedKinds: [(kind: MatrixKind, format: NumberFormat)] = []
  /// What keys and values are cached in; as the model has it where nil.
  public var kvCacheDtype: NumberFormat?
  /// The tiers below the memory of the GPUs.
  public var tiers = KVTiers()
  /// What drafts tokens ahead; nil where nothing does.
  public var speculative: SpeculativeConfig?
  /// How long operations take.
  public var times = OperationTimes.measured

  /// What batches were priced by before, which all that serves here shares.
  let costs: KnownCosts

  /// Whose host times an engine has.
  public enum Host: Sendable {
    /// The same for all engines, so that schedulers differ by their rules alone.
    case alike(HostTime)
    /// Each engine's own; hidden behind the GPU's time where that is asked for.
    case own(isAsynchronous: Bool)
  }

  public init(model: Model, gpu: GPU, sharing costs: KnownCosts = KnownCosts()) {
    self.model = model
    self.gpu = gpu
    self.costs = costs
  }

  /// What serves requests when the engine that `scheduler` names, options included, runs here.
  ///
  /// Throws if there is no such engine, or if model and cache do not fit the GPUs.
  public func service(_ scheduler: String) throws(InputError) -> Service {
    try service(scheduler, trace: Trace(requests: []))
  }

  /// What serves requests when the engine of `entry`, which need be in no list, runs here.
  ///
  /// - Parameter options: values of the entry's options by name, such as `["chunk": "256"]`.
  public func service(
    _ entry: SchedulerEntry, options: KeyValuePairs<String, String> = [:]
  ) throws(InputError) -> Service {
    let values = options.map { (name: $0.key, value: $0.value) }
    let given = values.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    let source = given.isEmpty ? entry.name : "\(entry.name):\(given)"
    return try sized(
      entry.engine(values, setting(modelLength()), source: source), trace: Trace(requests: []))
  }

  /// What serves requests when the engine that `scheduler` names, which knows the average lengths
  /// of `trace`, runs here.
  func service(_ scheduler: String, trace: Trace) throws(InputError) -> Service {
    try sized(Schedulers.engine(scheduler, setting(modelLength())), trace: trace)
  }

  /// The service of `engine`, with those of the other budgets that it may have.
  private func sized(_ engine: Engine, trace: Trace) throws(InputError) -> Service {
    var service = try service(engine, trace: trace)
    for budget in engine.tokenBudgets {
      var sized = engine
      sized.rules.limits.maxNumBatchedTokens = budget
      service.sizes.append(try self.service(sized, trace: trace))
    }
    return service
  }

  private func service(_ engine: Engine, trace: Trace) throws(InputError) -> Service {
    var engine = engine
    let model = try servedModel()
    let stage = try largestShard()
    let length = try modelLength()
    if pipelineParallelSize > 1 && !engine.hasPipelines {
      throw InputError(
        "--pipeline-parallel-size", problem: "\(engine.version) has no pipelines",
        remedy: "leave it out, or use another scheduler")
    }
    try check(experts, for: engine)
    let rules = engine.rules
    engine.rules.limits.pipelineParallelSize = pipelineParallelSize
    // All engines serve the same outputs here, whatever their originals do at the model's length,
    // but for one that would never admit what it does not cut.
    if rules.outputs.lengthLimit != .requestCut { engine.rules.outputs.lengthLimit = .reached }
    var limits = limits(
      of: rules, length,
      sharing: rules.memory.sharesPrefixes && trace.columns.prefixHashes != nil)
    limits.draft = try draftMemory()
    let plan = try MemoryPlan(
      of: stage, on: gpu, limits: limits, isOverridden: blocks != nil)
    engine.rules.memory.blockSize = plan.blockSize
    engine.rules.memory.groups = plan.layout.groups
    try speculate(&engine, plan.layout.groups)
    if plan.layout.groups.states > 0 { engine.rules.memory.sharesPrefixes = false }
    if plan.layout.groups != CacheGroups() { engine.rules.memory.keepsTree = false }
    engine.rules.memory.blocks =
      try blocks.map { given throws(InputError) in
        try checked(given, plan.blockSize, length)
      } ?? plan.blocks
    engine.rules = engine.rules.withAverageLengths(of: trace.requests)
    engine.rules.memory.tiering = try tiering(of: engine, serving: trace)
    try engine.check(trace)
    let overlap = try overlap(engine, length: length)
    let sequential = try cost(of: engine)
    var fleet = fleet
    fleet.ranks = experts.dataParallelSize
    var service = Service(
      engine: engine, cost: sequential, fleet: fleet,
      settings: settings(engine, model) + [overlap?.setting].compactMap { $0 }
        + basis(engine.rules, trace.requests, sequential))
    switch overlap {
    case .planned(let cost, _)?: service.cost = cost
    case .impossible(let problem)?: service.withoutOverlap = problem
    case nil: break
    }
    if let drafting = try draftingCost(sequential) { service.cost = drafting }
    service.frontend = frontend.time
    service.power = power
    service.dollarsPerReplicaHour = price.map { $0.dollarsPerHour * Double(gpusPerReplica) }
    return service
  }

  /// What batches cost here, whether or not their caches would fit the GPUs.
  ///
  /// Throws if the model cannot be split as it should be.
  ///
  /// - Parameter engine: whose host times it has, where engines have their own.
  public func cost(of engine: Engine? = nil) throws(InputError) -> PipelineCost {
    let model = try servedModel()
    var shard = try shard(of: model)
    shard.fusion = fusion(of: engine)
    _ = try largestStage(of: model)
    let layers = costs.cost(of: shard, on: gpu, times: times, host: hostTime(of: engine))
    return PipelineCost(layers, stages: pipelineParallelSize)
  }

  private func checked(_ blocks: Int, _ size: Int, _ length: Int) throws(InputError) -> Int {
    guard blocks * size >= length else {
      throw InputError(
        "--num-gpu-blocks-override",
        problem: "\(blocks) blocks of \(size) tokens hold less than "
          + "one sequence of \(length)",
        remedy: "give \((length + size - 1) / size) or more, or lower --max-model-len")
    }
    return blocks
  }

  func modelLength() throws(InputError) -> Int {
    guard let length = maxModelLen else { return model.maxPositions }
    guard length <= model.maxPositions else {
      throw InputError(
        "--max-model-len",
        problem: "\(length) is more than the \(model.maxPositions) tokens that "
          + "\(model.name) was made for", remedy: "give \(model.maxPositions) or less")
    }
    return length
  }

  /// The model with its weights and its cache in the formats that were asked for.
  func servedModel() throws(InputError) -> Model {
    var served = model
    if let quantization, quantization != model.weights {
      guard model.weights == .bf16 else {
        throw InputError(
          "--quantization",
          problem: "\(model.name) is in \(model.weights.rawValue), not \(quantization.rawValue)",
          remedy: "leave it out, or give \(model.weights.rawValue)")
      }
      served.weights = quantization
    }
    try quantizeKinds(of: &served)
    if let kvCacheDtype {
      guard kvCacheDtype == .bf16 || kvCacheDtype == .fp8 else {
        throw InputError(
          "--kv-cache-dtype", problem: "a cache in \(kvCacheDtype.rawValue) is not supported",
          remedy: "give auto, bf16 or fp8")
      }
      served.cache = kvCacheDtype
    }
    try popularize(&served)
    return served
  }

  /// The largest stage: its part of the layers, and embedding and head, though no stage has both.
  func largestStage(of model: Model) throws(InputError) -> Model {
    guard pipelineParallelSize >= 1, pipelineParallelSize <= model.layers else {
      throw InputError(
        "--pipeline-parallel-size",
        problem: "\(model.layers) layers cannot be cut into \(pipelineParallelSize) stages",
        remedy: "give a whole number from 1 to \(model.layers)")
    }
    return model.largestStage(of: pipelineParallelSize)
  }

  func setting(_ length: Int) -> EngineSetting {
    EngineSetting(
      maxModelLen: length, headSize: model.headSize, isLargeGPU: isLargeGPU,
      gpuMemoryGiB: Double(gpu.memoryBytes) / Double(1 << 30), maxNumSeqs: maxNumSeqs,
      maxNumBatchedTokens: maxNumBatchedTokens, blockSize: blockSize)
  }

  /// vLLM 0.11 gives larger defaults to GPUs with at least 70 GiB that are not A100s
  /// (`engine/arg_utils.py`).
  private var isLargeGPU: Bool { gpu.memoryBytes >= 70 << 30 && !gpu.name.hasPrefix("a100") }

  func settings(_ engine: Engine, _ model: Model) -> [Run.Setting] {
    let rules = engine.rules
    var served = self
    served.model = model
    served.host = .alike(hostTime(of: engine))
    served.maxModelLen = rules.limits.maxModelLen
    served.maxNumSeqs = rules.limits.maxBatchSequences
    served.maxNumBatchedTokens = rules.limits.maxNumBatchedTokens
    served.blockSize = rules.memory.blockSize
    served.blocks = rules.memory.blocks
    return [Run.Setting("engine", engine.version)] + served.shown(Self.settings())
      + [shownGroups(rules, model), shownHostLink].compactMap { $0 }
  }
}
