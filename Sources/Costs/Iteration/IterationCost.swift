import Serving

/// Prices a batch as the sum of its operations.
///
/// Whatever depends on nothing but the number of tokens, or of sequences, is worked out once for each
/// number that occurs; copies share what is known.
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
  /// Whether attention is not latent and its times are from tables.
  private let hasAttentionTimes: Bool
  /// Then, of layers that attend to the whole context, and of those with a window.
  private let prefillTimes: KernelSlice
  private let decodeTimes: KernelSlice
  private let windowPrefillTimes: KernelSlice
  private let windowDecodeTimes: KernelSlice

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
    // Latent attention has operations beside it, and is priced with them.
    let (full, windowed) = (operations.attention, operations.windowAttention)
    prefillTimes = full.prefillTimes(on: gpu)
    decodeTimes = full.decodeTimes(on: gpu)
    windowPrefillTimes = windowed.prefillTimes(on: gpu)
    windowDecodeTimes = windowed.decodeTimes(on: gpu)
    hasAttentionTimes =
      times == .measured && operations.latentAttention == nil && prefillTimes.isMeasured
      && decodeTimes.isMeasured
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
    var seconds =
      byTokens.seconds(batch.tokens) { tokenSeconds($0) }
      + bySequences.seconds(batch.sequences) { sequenceSeconds($0) }
    if batch.decodes > 0 { seconds += decodeSeconds(batch) }
    if !batch.chunks.isEmpty { seconds += prefillSeconds(batch) }
    return seconds
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

  @inline(__always)
  private func decodeSeconds(_ batch: borrowing Batch) -> Double {
    var seconds = 0.0
    if hasAttentionTimes {
      seconds += operations.attention.decodeSeconds(batch, decodeTimes)
      seconds += operations.windowAttention.decodeSeconds(batch, windowDecodeTimes)
    } else {
      operations.forEachDecodeOperation(batch) {
        seconds += times.seconds($0, on: gpu) * Double($0.repeats)
      }
    }
    return seconds
  }

  @inline(__always)
  private func prefillSeconds(_ batch: borrowing Batch) -> Double {
    var seconds = 0.0
    if hasAttentionTimes {
      seconds += operations.attention.prefillSeconds(batch, prefillTimes)
      seconds += operations.windowAttention.prefillSeconds(batch, windowPrefillTimes)
    } else {
      operations.forEachPrefillOperation(batch) {
        seconds += times.seconds($0, on: gpu) * Double($0.repeats)
      }
    }
    return seconds
  }

  private func tokenSeconds(_ tokens: Int) -> Double {
    var sum = 0.0
    operations.forEachTokenOperation(tokens) {
      sum += times.seconds($0, on: gpu) * Double($0.repeats)
    }
    return sum
  }

  private func sequenceSeconds(_ sequences: Int) -> Double {
    var sum = 0.0
    operations.forEachRowOperation(sequences) {
      sum += times.seconds($0, on: gpu) * Double($0.repeats)
    }
    return sum
  }
}

extension Attention {
  /// The measured times of one layer's attention of prompts.
  fileprivate func prefillTimes(on gpu: GPU) -> KernelSlice {
    gpu.tables.slice(through: prefillKernel([]), on: gpu)
  }

  /// The measured times of one layer's attention of decodes.
  fileprivate func decodeTimes(on gpu: GPU) -> KernelSlice {
    gpu.tables.slice(through: decodeKernel(sequences: 1, context: 1), on: gpu)
  }

  /// The seconds of the prompts in `batch`, in all layers.
  @inline(__always)
  fileprivate func prefillSeconds(_ batch: borrowing Batch, _ times: KernelSlice) -> Double {
    layers == 0 ? 0 : times.seconds(prefillKernel(batch.chunks)) * Double(layers)
  }

  /// The seconds of the decodes in `batch`, in all layers.
  @inline(__always)
  fileprivate func decodeSeconds(_ batch: borrowing Batch, _ times: KernelSlice) -> Double {
    if layers == 0 { return 0 }
    let kernel = decodeKernel(sequences: batch.decodes, context: batch.decodeContext)
    return times.seconds(kernel) * Double(layers)
  }
}
