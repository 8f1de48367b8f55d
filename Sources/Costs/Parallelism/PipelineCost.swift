import Serving

/// The cost of a batch that passes through the stages of a pipeline: that of all its layers, and of
/// handing its activations on from stage to stage.
///
/// Each hand-over takes the activations of all tokens over one GPU's link, at the share of its peak
/// that collectives reach, and a collective's start. Stages are taken to be equally long.
public struct PipelineCost: CostModel {
  public let layers: IterationCost
  public let stages: Int
  private let secondsPerToken: Double

  public init(_ layers: IterationCost, stages: Int) {
    precondition(stages > 0, "a pipeline has a stage")
    self.layers = layers
    self.stages = stages
    let bytes = Double(layers.operations.shard.model.hidden) * Model.bytesPerActivation
    let link =
      layers.gpu.link(among: stages * layers.operations.shard.map.gpus).bytesPerSecond
      * layers.gpu.efficiencies.collective
    secondsPerToken = bytes / link
  }

  public func seconds(for batch: borrowing Batch) -> Double {
    let seconds = layers.seconds(for: batch)
    if stages == 1 { return seconds }
    return seconds + Double(stages - 1) * handOverSeconds(batch.tokens)
  }

  public func parts(of batch: borrowing Batch) -> BatchParts {
    var parts = layers.parts(of: batch)
    if stages > 1 { parts.seconds += Double(stages - 1) * handOverSeconds(batch.tokens) }
    return parts
  }

  public func seconds(for batch: borrowing Batch, amid tokens: Int) -> Double {
    let seconds = layers.seconds(for: batch, amid: tokens)
    if stages == 1 { return seconds }
    return seconds + Double(stages - 1) * handOverSeconds(batch.tokens)
  }

  /// As that of the layers; hand-overs from stage to stage are the GPU's.
  public func hostSeconds(for batch: borrowing Batch) -> Double { layers.hostSeconds(for: batch) }

  /// All hand-overs of `tokens` and the seconds of each, or nil where there is one stage.
  func handOver(_ tokens: Int) -> (operation: Operation, seconds: Double)? {
    if stages == 1 { return nil }
    let width = layers.operations.shard.model.hidden
    return (.send(rows: tokens, width: width, repeats: stages - 1), handOverSeconds(tokens))
  }

  private func handOverSeconds(_ tokens: Int) -> Double {
    Double(tokens) * secondsPerToken + layers.gpu.efficiencies.collectiveSeconds
  }
}
