import Costs
import Formats
import Metrics
import Serving

/// How one GPU runs the layers of a dense batch with operations of several nano-batches beside each
/// other, and what that gains.
public struct PipelineReport: Sendable, Equatable {
  /// A way to run an iteration and how long it takes.
  public struct Time: Sendable, Equatable {
    public var name: String
    /// Seconds of a layer, on average over the kinds of them, and of a whole iteration.
    public var layerSeconds: Double
    public var iterationSeconds: Double
    /// Tokens a second, of prompts and outputs together, on each GPU.
    public var tokensPerSecond: Double
  }

  /// What was set, as reports show it.
  public let settings: [Run.Setting]
  /// Tokens of an iteration, those of them that decode, and their cached tokens on average.
  public let tokens: Int
  public let decodes: Int
  public let context: Double
  /// The plan found, as one line.
  public let plan: String
  /// The kinds of layers.
  public let layers: [Layer]
  /// What each queue does, and what of the GPU is used.
  public let uses: [Use]
  /// One operation after the other; the plan's operations likewise; the plan; and its bound, the
  /// longest of the three sums of what waits for products, for memory and for the network.
  public let times: [Time]
  /// The paper's optimum, in tokens a second and GPU: two operations for each parameter and token,
  /// at the rate that follows.
  public let optimum: Double
  /// Operations a second of large matrix products.
  public let productRate: Double

  /// The report of `times` on `deployment`, whose GPU is the one that they are for.
  ///
  /// - Parameters:
  ///   - batch: what an iteration computes.
  ///   - plan: the way to run it; the best that is found where nil.
  public init(
    of batch: DenseBatch, on deployment: Deployment, times: any LayerTimes,
    interference: Interference = .nanoFlow, plan: PipelinePlan? = nil
  ) {
    let search = PipelineSearch(times: times, interference: interference)
    let plan = plan ?? search.best(for: batch)
    tokens = batch.tokens
    decodes = batch.decodes
    context = batch.context
    self.plan = plan.words
    settings = deployment.shown(Deployment.placement())
    let periods = search.kinds.map { each in
      let pipeline = plan.pipeline(for: batch, times: times, kind: each.kind)
      return (LayerPeriod(of: pipeline, interference), each.layers)
    }
    layers = periods.map { Layer($0.0, count: $0.1) }
    uses = Queue.ofGPU.map { Use(of: $0, in: periods) }
    let model = times.shard.model
    productRate =
      deployment.gpu.peaks.rate(model.weights.arithmetic)
      * deployment.gpu.efficiencies.matrixCompute
    optimum = ResourceBalance.optimum(of: model, flopsPerSecond: productRate)
    self.times = Self.times(of: plan, batch, search)
  }

  private static func times(
    of plan: PipelinePlan, _ batch: DenseBatch, _ search: PipelineSearch
  ) -> [Time] {
    let outside = search.times.secondsOutsideLayers(tokens: batch.tokens, rows: batch.sampled)
    let count = search.kinds.reduce(0) { $0 + $1.layers }
    func time(_ name: String, _ seconds: Double) -> Time {
      let whole = seconds + outside
      let gpus = Double(search.times.shard.tensorParallel)
      return Time(
        name: name, layerSeconds: seconds / Double(count), iterationSeconds: whole,
        tokensPerSecond: Double(batch.tokens) / whole / gpus)
    }
    var list = [time("sequential", search.layerSeconds(.sequential, batch))]
    if plan != .sequential {
      list.append(time("split, not overlapped", search.layerSeconds(.inSequence(plan), batch)))
      list.append(time("pipeline", search.layerSeconds(plan, batch)))
    }
    list.append(time("bound", search.boundSeconds(batch)))
    return list
  }

  /// Work of one kind in a layer, on average over the kinds of layers.
  public struct Use: Sendable, Equatable {
    /// What is waited for: `compute`, `memory` or `network`.
    public var queue: String
    /// Seconds of a layer's operations that wait for it, each alone.
    public var aloneSeconds: Double
    /// The share of time in which none of them runs.
    public var idle: Double
    /// The share of the data sheet's peak that is used: of arithmetic, memory or link.
    public var peak: Double
  }
}

extension PipelineReport.Use {
  fileprivate init(of queue: Queue, in periods: [(period: LayerPeriod, layers: Int)]) {
    /// The mean over layers, or over time.
    func mean(_ weight: (LayerPeriod) -> Double, _ value: (LayerPeriod) -> Double) -> Double {
      let sums = periods.reduce((0.0, 0.0)) { sums, each in
        let part = Double(each.layers) * weight(each.period)
        return (sums.0 + part, sums.1 + part * value(each.period))
      }
      return sums.1 / sums.0
    }
    self.queue = "\(queue)"
    aloneSeconds = mean({ _ in 1 }, { $0.pipeline.seconds(waitingFor: queue) })
    idle = mean({ $0.seconds }, { $0.idleShare(waitingFor: queue) })
    peak = mean({ $0.seconds }, { $0.use(of: queue) })
  }
}

extension Deployment {
  /// The times of this deployment's layers, by the GPU's measured kernels.
  ///
  /// Throws if the model cannot be split as it should be, or has layers of a kind that no pipeline
  /// is known for.
  public func layerTimes() throws(InputError) -> KernelLayerTimes {
    let cost = try self.cost()
    let shard = cost.layers.operations.shard
    guard shard.model.hasPlainLayers else {
      throw InputError(
        "--model",
        problem: "no pipeline is known for layers of the kinds that \(shard.model.name) has",
        remedy: "use a model that has one attention, and an MLP or experts, in each layer")
    }
    return KernelLayerTimes(of: shard, on: gpu, times: times)
  }
}
