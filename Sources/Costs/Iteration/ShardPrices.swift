import Serving

/// What the operations of iterations of a shard take on a GPU.
///
/// Whatever depends on nothing but the number of tokens, or of sequences, is worked out once for
/// each number that occurs.
final class ShardPrices: Sendable {
  let operations: ModelOperations
  let gpu: GPU
  let times: OperationTimes
  let layers: Int
  let gpus: Int
  /// Ranks in step, each with a batch of its own.
  let ranks: Int
  /// Kernels that an iteration with prompts runs, where nothing is fused with all-reduces.
  let launches: Int
  /// The same where the model is not compiled.
  let eagerLaunches: Int
  /// The most tokens whose all-reduces normalise as well, and normalisations that they spare.
  let fusedTokens: Int
  let fusedNormalizations: Int
  /// All-reduces of layers that are not fused beside those that are.
  let cutReductions: Int
  /// Seconds of everything that depends on the tokens, and on the sequences; by their number.
  private let byTokens = PriceTable()
  private let bySequences = PriceTable()
  /// Where ranks are in step, seconds of what depends on the tokens of all of them; `byTokens` is
  /// without it then.
  private let byAll = PriceTable()
  /// What each kind of mixer adds.
  private let attentions: TermList<AttentionTerm>
  private let latents: TermList<LatentTerm>
  /// Whether the times of attention are measured; otherwise all is summed up each time.
  private let isMeasured: Bool

  init(of shard: Shard, on gpu: GPU, times: OperationTimes) {
    operations = ModelOperations(of: shard)
    self.gpu = gpu
    self.times = times
    layers = shard.model.layers
    gpus = shard.map.gpus
    ranks = shard.map.data
    launches = operations.launches
    eagerLaunches = operations.eagerLaunches
    fusedTokens = shard.fusedTokens
    fusedNormalizations = operations.fusedNormalizations(1)
    cutReductions = operations.cutReductions
    let tables = times == .measured ? gpu.tables : KernelTables()
    attentions = TermList(operations.mixers) { AttentionTerm(of: $0, among: tables, on: gpu) }
    latents = TermList(operations.mixers) { LatentTerm(of: $0, among: tables, on: gpu) }
    isMeasured =
      attentions.allSatisfy { $0.isMeasured } && latents.allSatisfy { $0.isMeasured }
      && operations.mixers.allSatisfy(\.isAttention)
  }

  /// The seconds of all operations of `batch`.
  @inline(__always)
  func seconds(for batch: borrowing Batch) -> Double {
    let own = ownSeconds(for: batch)
    return ranks == 1 ? own : own + sharedSeconds(batch.tokens * ranks)
  }

  /// The seconds of all operations of `batch`, where the ranks in step compute `tokens` with it.
  func seconds(for batch: borrowing Batch, amid tokens: Int) -> Double {
    let own = ownSeconds(for: batch)
    return ranks == 1 ? own : own + sharedSeconds(tokens)
  }

  /// The seconds of the operations that depend on nothing but `batch`.
  @inline(__always)
  private func ownSeconds(for batch: borrowing Batch) -> Double {
    var seconds = tokenSeconds(batch.tokens) + sequenceSeconds(batch.sampledRows)
    if !isMeasured { return seconds + unmeasuredSeconds(batch) }
    if batch.drafts > 0 {
      seconds += verifyingSeconds(batch)
    } else if batch.decodes > 0 {
      seconds +=
        attentions.sum { $0.decodeSeconds(batch) } + latents.sum { $0.decodeSeconds(batch, self) }
    }
    if !batch.chunks.isEmpty {
      seconds +=
        attentions.sum { $0.prefillSeconds(batch) } + latents.sum { $0.prefillSeconds(batch, self) }
    }
    return seconds
  }

  /// The seconds of one run of `operation`.
  func seconds(_ operation: Operation) -> Double {
    guard isMeasured, let kernel = operation.kernel,
      let measured = attentions.first({ $0.seconds(operation, kernel) })
        ?? latents.first({ $0.seconds(operation, kernel) })
    else {
      return times.seconds(operation, on: gpu)
    }
    let least = max(measured, operation.leastSeconds(on: gpu))
    // A table has the times of one query; several reach the arithmetic sooner.
    guard operation.queriesPerSequence > 1 else { return least }
    return max(least, Roofline().parts(of: operation, on: gpu).compute)
  }

  /// The seconds of all runs of the operations that `each` calls its argument with.
  func sum(_ each: ((Operation) -> Void) -> Void) -> Double {
    var sum = 0.0
    each { sum += times.seconds($0, on: gpu) * Double($0.repeats) }
    return sum
  }

  /// The seconds in which the keys and values of `tokens` move from or to the host's memory.
  func swapSeconds(_ tokens: Int) -> Double {
    Double(tokens) * Double(operations.shard.keyValueBytesPerToken) / gpu.hostBytesPerSecond
  }

  @inline(__always)
  private func tokenSeconds(_ tokens: Int) -> Double {
    let known = byTokens[tokens]
    return known > 0 ? known : worked(tokens: tokens)
  }

  @inline(__always)
  private func sequenceSeconds(_ sequences: Int) -> Double {
    let known = bySequences[sequences]
    return known > 0 ? known : worked(rows: sequences)
  }

  /// The seconds of what depends on the `tokens` of all ranks.
  private func sharedSeconds(_ tokens: Int) -> Double {
    let known = byAll[tokens]
    if known > 0 { return known }
    let seconds = sum { body in
      operations.forEachTokenOperation(1, amid: tokens) { if $0.isShared { body($0) } }
    }
    // A model without experts shares nothing.
    return seconds > 0 ? byAll.keep(seconds, of: tokens) : 0
  }

  @inline(never)
  private func worked(tokens: Int) -> Double {
    let seconds = sum { body in
      operations.forEachTokenOperation(tokens) { if ranks == 1 || !$0.isShared { body($0) } }
    }
    return byTokens.keep(seconds, of: tokens)
  }

  @inline(never)
  private func worked(rows: Int) -> Double {
    bySequences.keep(sum { operations.forEachRowOperation(rows, $0) }, of: rows)
  }

  @inline(never)
  private func verifyingSeconds(_ batch: borrowing Batch) -> Double {
    var sum = 0.0
    operations.forEachDecodeOperation(batch) { sum += seconds($0) * Double($0.repeats) }
    return sum
  }

  @inline(never)
  private func unmeasuredSeconds(_ batch: borrowing Batch) -> Double {
    operations.attentionOperations(for: batch).reduce(0) {
      $0 + times.seconds($1, on: gpu) * Double($1.repeats)
    }
  }
}
