import Costs
import Formats
import Metrics

extension Deployment {
  /// What is known of the power of a replica's GPUs; nil where nothing was measured of such: with
  /// drafts, with ranks in step, or with spread experts nothing was.
  public var power: ServingPower? {
    guard pipelineParallelSize == 1, speculative == nil, experts == ExpertParallelism(),
      gpu == (try? GPUs.named(gpu.name)),
      let model = try? servedModel(), model.cache == .bf16
    else { return nil }
    return ServingPower.known(
      model.name, bits: Int((model.weights.bytesPerWeight * 8).rounded(.down)),
      isDense: model.mixture == nil && model.latent == nil && model.hasPlainLayers,
      gpu: gpu.name, gpus: tensorParallelSize)
  }
}

extension Energy {
  /// The energy of a run with `metrics` on `replicas` replicas, whose GPUs draw what `power` says.
  init(_ metrics: RunMetrics, _ power: ServingPower, replicas: Int) {
    let sequences = metrics.batches.meanSequences
    self.init(
      metrics, gpus: power.gpus, replicas: replicas, watts: power.watts(sequences: sequences),
      idleWatts: power.middleOfIdle, basis: power.words(at: sequences))
  }
}

extension ServingPower {
  /// Watts of a GPU whose replica has nothing to do: the middle of what is known.
  var middleOfIdle: Double? { idleWatts.map { ($0.lowerBound + $0.upperBound) / 2 } }

  /// What the watts at so many sequences at a time rest on.
  func words(at sequences: Double) -> String {
    func per(_ share: Double) -> String { Numbers.percent(share) }
    let outside =
      range.contains(sequences)
      ? ""
      : "; \(Numbers.significant(sequences)) sequences at a time are outside the "
        + "\(Numbers.trimmed(range.lowerBound)) to \(Numbers.trimmed(range.upperBound)) that were "
        + "measured, of which the nearest counts"
    return "\(measured), \(per(meanError)) off on average and \(per(worstError)) at most"
      + outside + "; \(source)"
  }
}
