import Costs
import Formats
import Metrics
import Schedulers
import Serving

/// What a model takes of memory, and how an engine divides that of its GPUs, whether or not it
/// fits.
public struct MemoryReport: Sendable {
  /// The division of one GPU's memory.
  public typealias Plan = MemoryPlan
  /// Layers that keep the same.
  public typealias Layers = CacheGroup

  /// The model as it is served, on one GPU.
  public var model: Model
  public var whole: Shard
  /// The longest sequence that is served, in tokens.
  public var maxModelLen: Int
  /// The settings that decide, as reports show them.
  public var settings: [Run.Setting]
  /// The division of one GPU's memory; nil where the model cannot be split as it should be.
  public var plan: MemoryPlan?
  /// Why it cannot be served so, if it cannot.
  public var problem: InputError?

  /// The report on `deployment` under `scheduler`.
  ///
  /// Throws where the scheduler or its options are none.
  public init(of deployment: Deployment, under scheduler: String) throws(InputError) {
    model = try deployment.servedModel()
    whole = try Shard(of: model, tensorParallel: 1)
    maxModelLen = deployment.maxModelLen ?? model.maxPositions
    var engine = try deployment.engine(scheduler)
    do throws(InputError) {
      let shard = try deployment.largestShard()
      var limits = deployment.limits(of: engine.rules, maxModelLen)
      limits.draft = try deployment.draftMemory()
      var plan = MemoryPlan(unchecked: shard, on: deployment.gpu, limits: limits)
      problem = plan.problem(of: shard, on: deployment.gpu, limits: limits)
      if let blocks = deployment.blocks { plan.blocks = blocks }
      engine.rules.memory.blockSize = plan.blockSize
      engine.rules.memory.groups = plan.layout.groups
      self.plan = plan
    } catch {
      problem = error
    }
    settings = deployment.settings(engine, model).filter { $0.name != "num_gpu_blocks" }
  }

  /// Sequences of the greatest length that the cache holds at once.
  public var maxConcurrency: Double? {
    plan.map { $0.concurrency(of: maxModelLen) }
  }
}
