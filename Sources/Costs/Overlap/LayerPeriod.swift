/// How a pipeline runs in the middle of a model: one layer's time from the start of its first
/// operation to that of the next layer's, over and over.
public struct LayerPeriod: Sendable, Equatable {
  /// What ran.
  public let pipeline: OverlapPipeline
  /// Seconds from one layer to the next.
  public let seconds: Double
  /// What ran during one period, in the order of time; nothing of it changes within a span.
  public let spans: [Span]

  /// A stretch of time in which the same operations run at the same rates.
  public struct Span: Sendable, Equatable {
    /// Seconds from the start of the period.
    public var start: Double
    public var end: Double
    /// What runs, one operation a queue at most.
    public var running: [Run]
  }

  /// An operation that runs.
  public struct Run: Sendable, Equatable {
    /// Its place among the pipeline's operations.
    public var operation: Int
    /// Layers after the one whose first operation starts the period; may be negative.
    public var layer: Int
    /// Its speed as a part of that which it has alone.
    public var rate: Double
  }

  /// The period of `pipeline`; where layers do not settle to one, the mean of many.
  public init(of pipeline: OverlapPipeline, _ interference: Interference) {
    self.pipeline = pipeline
    var simulation = OverlapSimulation(pipeline, interference)
    let seconds = simulation.period()
    self.seconds = seconds
    spans = simulation.spans(of: pipeline, over: seconds)
  }

  /// The seconds of a period alone, which is quicker to work out than all of it.
  public static func seconds(
    of pipeline: OverlapPipeline, _ interference: Interference
  ) -> Double {
    var simulation = OverlapSimulation(pipeline, interference)
    return simulation.period()
  }

  /// The share of the period in which nothing runs that waits for what `queue` does.
  public func idleShare(waitingFor queue: Queue) -> Double {
    let busy = spans.reduce(0.0) { sum, span in
      let isBusy = span.running.contains {
        pipeline.operations[$0.operation].step.queue == queue
      }
      return isBusy ? sum + span.end - span.start : sum
    }
    return max(0, 1 - busy / seconds)
  }

  /// The time that an operation takes in the pipeline.
  ///
  /// - Parameter operation: its place among the pipeline's operations.
  public func seconds(of operation: Int) -> Double {
    spans.reduce(0) { sum, span in
      span.running.contains { $0.operation == operation } ? sum + span.end - span.start : sum
    }
  }

  /// The share of a data sheet's peak that is used during `span`: of arithmetic, memory or link.
  public func use(of resource: Queue, during span: Span) -> Double {
    span.running.reduce(0) { sum, run in
      let cost = pipeline.operations[run.operation].cost
      return cost.seconds > 0 ? sum + run.rate * cost.peakSeconds(of: resource) / cost.seconds : sum
    }
  }

  /// The share of a data sheet's peak that is used over the period.
  public func use(of resource: Queue) -> Double {
    pipeline.operations.reduce(0) { $0 + $1.cost.peakSeconds(of: resource) } / seconds
  }
}

extension StepCost {
  /// Seconds that it would take if nothing but `resource`, at the data sheet's peak, held it up.
  public func peakSeconds(of resource: Queue) -> Double {
    switch resource {
    case .compute: computeSeconds
    case .memory: memorySeconds
    case .network: networkSeconds
    case .host: hostSeconds
    }
  }
}

extension OverlapSimulation {
  private static let mostLayers = 48
  private static let meanOf = 16

  /// Runs until layers take equally long, and returns how long.
  mutating func period() -> Double {
    var ends: [Double] = [0]
    while ends.count <= Self.mostLayers {
      while !step() {}
      ends.append(seconds)
      let count = ends.count
      guard count > 5 else { continue }
      let last = ends[count - 1] - ends[count - 2]
      let before = ends[count - 2] - ends[count - 3]
      let first = ends[count - 3] - ends[count - 4]
      if abs(last - before) <= 1e-9 * last && abs(last - first) <= 1e-9 * last { return last }
    }
    return (ends[ends.count - 1] - ends[ends.count - 1 - Self.meanOf]) / Double(Self.meanOf)
  }

  /// What runs from the next start of a layer on, for `length` seconds.
  mutating func spans(of pipeline: OverlapPipeline, over length: Double) -> [LayerPeriod.Span] {
    let first = pipeline.operations.firstIndex { $0.queue == .compute } ?? 0
    var spans: [LayerPeriod.Span] = []
    var origin: (seconds: Double, layer: Int)?
    let target = layers + 2
    while true {
      let start = seconds
      _ = step()
      if origin == nil, let run = running.first(where: { $0.operation == first }),
        run.layer >= target
      {
        origin = (start, run.layer)
      }
      guard let origin else { continue }
      let end = min(seconds - origin.seconds, length)
      spans.append(
        LayerPeriod.Span(
          start: start - origin.seconds, end: end,
          running: running.map {
            LayerPeriod.Run(
              operation: $0.operation, layer: $0.layer - origin.layer, rate: $0.rate)
          }))
      if seconds - origin.seconds >= length * (1 - 1e-9) { return spans }
    }
  }
}
