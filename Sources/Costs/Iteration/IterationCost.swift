import Serving

/// Prices a batch as the sum of its operations.
///
/// Whatever depends on nothing but the number of tokens, or of sequences, is worked out once for
/// each number that occurs; copies share what is known.
public struct IterationCost: CostModel {
  /// The operations that are summed up.
  public let operations: ModelOperations
  public let gpu: GPU
  public let times: OperationTimes
  public internal(set) var host: HostTime
  private let layers: Int
  private let gpus: Int
  /// Seconds of everything that depends on the tokens, and on the sequences; by their number.
  private let byTokens = PriceTable()
  private let bySequences = PriceTable()
  /// Of latent attention, the seconds of the products beside it: by the latents that are expanded,
  /// and by the decodes.
  private let byLatents = PriceTable()
  private let byDecodes = PriceTable()
  private let latent: LatentAttention?
  /// What attention adds, by the two kinds of layers that a model has; the second may be of none.
  private let first: MixerTerm
  private let second: MixerTerm
  /// Whether the times of attention are measured; otherwise all is summed up each time.
  private let isMeasured: Bool

  /// The cost of `shard` on `gpu`.
  ///
  /// - Parameters:
  ///   - times: how long each operation takes.
  ///   - host: what the engine's own program adds to an iteration.
  public init(
    of shard: Shard, on gpu: GPU, times: OperationTimes = .measured,
    host: HostTime = .vllmV1
  ) {
    operations = ModelOperations(of: shard)
    layers = shard.model.layers
    gpus = shard.tensorParallel
    self.gpu = gpu
    self.times = times
    self.host = host
    let mixers = operations.mixers
    precondition((1...2).contains(mixers.count), "layers are of one kind or two")
    first = MixerTerm(of: mixers[0], layers: mixers[0].layers, on: gpu, times: times)
    let others = mixers.count == 2 ? mixers[1].layers : 0
    second = MixerTerm(of: mixers[mixers.count - 1], layers: others, on: gpu, times: times)
    isMeasured = first.isMeasured && second.isMeasured
    if case .latent(let attention) = mixers[0] { latent = attention } else { latent = nil }
  }

  public func seconds(for batch: borrowing Batch) -> Double {
    withHost(gpuSeconds(for: batch), batch)
  }

  /// The part of `seconds` that is not the operations': the host's, and copies from and to its
  /// memory.
  public func hostSeconds(for batch: borrowing Batch) -> Double {
    let seconds = gpuSeconds(for: batch)
    return withHost(seconds, batch) - seconds
  }

  @inline(__always)
  private func gpuSeconds(for batch: borrowing Batch) -> Double {
    var seconds = tokenSeconds(batch.tokens) + sequenceSeconds(batch.sequences)
    if !isMeasured { return seconds + unmeasuredSeconds(batch) }
    if batch.decodes > 0 {
      var decodes = first.decodeSeconds(batch) + second.decodeSeconds(batch)
      if latent != nil { decodes += absorptionSeconds(batch.decodes) }
      seconds += decodes
    }
    if !batch.chunks.isEmpty {
      var prompts = first.prefillSeconds(batch) + second.prefillSeconds(batch)
      if latent != nil { prompts += expansionSeconds(batch) }
      seconds += prompts
    }
    return seconds
  }

  @inline(__always)
  private func tokenSeconds(_ tokens: Int) -> Double {
    let known = byTokens[tokens]
    return known > 0 ? known : byTokens.keep(worked(tokens: tokens), of: tokens)
  }

  @inline(__always)
  private func sequenceSeconds(_ sequences: Int) -> Double {
    let known = bySequences[sequences]
    return known > 0 ? known : bySequences.keep(worked(rows: sequences), of: sequences)
  }

  @inline(__always)
  private func absorptionSeconds(_ decodes: Int) -> Double {
    let known = byDecodes[decodes]
    return known > 0 ? known : byDecodes.keep(worked(absorptions: decodes), of: decodes)
  }

  @inline(__always)
  private func expansionSeconds(_ batch: borrowing Batch) -> Double {
    var latents = batch.chunkTokens
    for index in batch.chunks.indices { latents += batch.chunks[index].context }
    let known = byLatents[latents]
    return known > 0 ? known : byLatents.keep(worked(expansions: latents), of: latents)
  }

  @inline(never)
  private func worked(tokens: Int) -> Double {
    sum { operations.forEachTokenOperation(tokens, $0) }
  }

  @inline(never)
  private func worked(rows: Int) -> Double {
    sum { operations.forEachRowOperation(rows, $0) }
  }

  @inline(never)
  private func worked(absorptions: Int) -> Double {
    guard let latent else { return 0 }
    return sum {
      $0(latent.absorbQuery(rows: absorptions))
      $0(latent.absorbValue(rows: absorptions))
    }
  }

  @inline(never)
  private func worked(expansions: Int) -> Double {
    let formats = operations.shard.model.formats
    return sum { latent?.forEachExpansion(rows: expansions, formats, $0) }
  }

  @inline(never)
  private func unmeasuredSeconds(_ batch: borrowing Batch) -> Double {
    operations.attentionOperations(for: batch).reduce(0) {
      $0 + seconds($1) * Double($1.repeats)
    }
  }

  /// The seconds of one run of `operation`, as the price of a batch has it.
  func seconds(_ operation: Operation) -> Double {
    let measured =
      isMeasured
      ? first.seconds(operation, on: gpu) ?? second.seconds(operation, on: gpu) : nil
    return measured ?? times.seconds(operation, on: gpu)
  }

  /// The seconds of all runs of the operations that `each` calls its argument with.
  private func sum(_ each: ((Operation) -> Void) -> Void) -> Double {
    var sum = 0.0
    each { sum += times.seconds($0, on: gpu) * Double($0.repeats) }
    return sum
  }

  /// The seconds of an iteration whose operations take `seconds`: with what the host adds, and the
  /// copies from and to its memory.
  @inline(__always)
  func withHost(_ seconds: Double, _ batch: borrowing Batch) -> Double {
    let whole = host.seconds(
      around: seconds, sequences: batch.sequences, layers: layers, gpus: gpus)
    return batch.swappedTokens == 0 ? whole : whole + swapSeconds(batch.swappedTokens)
  }

  /// The seconds in which the keys and values of `tokens` move from or to the host's memory.
  private func swapSeconds(_ tokens: Int) -> Double {
    Double(tokens) * Double(operations.shard.keyValueBytesPerToken) / gpu.hostBytesPerSecond
  }
}
