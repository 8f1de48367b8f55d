import Serving

/// Prices a batch as the sum of its operations.
///
/// Whatever depends on nothing but the number of tokens, or of sequences, is worked out once; what
/// lies beyond the tables is summed up when it is asked for.
public struct IterationCost: CostModel {
  /// The operations that are summed up.
  public let operations: ModelOperations
  public let gpu: GPU
  public let times: any OperationTimes
  public let host: HostTime
  /// Seconds of everything that depends on the tokens, and on the sequences; by their number.
  private let tokenSeconds: [Double]
  private let sequenceSeconds: [Double]
  /// Times of attention that is not latent, where they are from tables.
  private let prefillTimes: KernelSlice?
  private let decodeTimes: KernelSlice?

  /// The cost of `shard` on `gpu`.
  ///
  /// - Parameters:
  ///   - times: how long each operation takes.
  ///   - host: what the engine's own program adds to an iteration.
  ///   - tokens: the most tokens that most batches have; more are priced too, but slower.
  ///   - sequences: the most sequences that most batches have; likewise.
  public init(
    of shard: Shard, on gpu: GPU, times: any OperationTimes = KernelTimes(),
    host: HostTime = .vllmV1, tokens: Int, sequences: Int
  ) {
    precondition(tokens >= 0 && sequences >= 0, "a batch has no negative number of tokens")
    operations = ModelOperations(of: shard)
    self.gpu = gpu
    self.times = times
    self.host = host
    // Latent attention has operations beside it, and is priced with them.
    let hasTables = times is KernelTimes && operations.latentAttention == nil
    prefillTimes = hasTables ? operations.attention.prefillTimes(on: gpu) : nil
    decodeTimes = hasTables ? operations.attention.decodeTimes(on: gpu) : nil
    let direct = Direct(operations: operations, gpu: gpu, times: times)
    tokenSeconds = (0...tokens).map(direct.tokenSeconds)
    sequenceSeconds = (0...sequences).map(direct.sequenceSeconds)
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
    if batch.decodes > 0 { seconds += decodeSeconds(batch) }
    if !batch.chunks.isEmpty { seconds += prefillSeconds(batch) }
    return seconds
  }

  /// The seconds of an iteration whose operations take `seconds`: with what the host adds, and the
  /// copies from and to its memory.
  @inline(__always)
  func withHost(_ seconds: Double, _ batch: borrowing Batch) -> Double {
    let shard = operations.shard
    let whole = host.seconds(
      around: seconds, sequences: batch.sequences, layers: shard.model.layers,
      gpus: shard.tensorParallel)
    return batch.swappedTokens == 0 ? whole : whole + swapSeconds(batch.swappedTokens)
  }

  /// The seconds in which the keys and values of `tokens` move from or to the host's memory.
  private func swapSeconds(_ tokens: Int) -> Double {
    Double(tokens * operations.shard.keyValueBytesPerToken) / gpu.hostBytesPerSecond
  }

  @inline(__always)
  private func decodeSeconds(_ batch: borrowing Batch) -> Double {
    var seconds = 0.0
    if let decodeTimes {
      let (sequences, context) = (batch.decodes, batch.decodeContext)
      operations.forEachAttention {
        let kernel = $0.decodeKernel(sequences: sequences, context: context)
        seconds += decodeTimes.seconds(kernel) * Double($0.layers)
      }
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
    if let prefillTimes {
      operations.forEachAttention {
        seconds += prefillTimes.seconds($0.prefillKernel(batch.chunks)) * Double($0.layers)
      }
    } else {
      operations.forEachPrefillOperation(batch) {
        seconds += times.seconds($0, on: gpu) * Double($0.repeats)
      }
    }
    return seconds
  }

  private func tokenSeconds(_ tokens: Int) -> Double {
    tokens < tokenSeconds.count ? tokenSeconds[tokens] : direct.tokenSeconds(tokens)
  }

  private func sequenceSeconds(_ sequences: Int) -> Double {
    sequences < sequenceSeconds.count
      ? sequenceSeconds[sequences] : direct.sequenceSeconds(sequences)
  }

  private var direct: Direct {
    Direct(operations: operations, gpu: gpu, times: times)
  }
}

/// The sums behind the tables.
private struct Direct {
  var operations: ModelOperations
  var gpu: GPU
  var times: any OperationTimes

  func tokenSeconds(_ tokens: Int) -> Double {
    var sum = 0.0
    operations.forEachTokenOperation(tokens) {
      sum += times.seconds($0, on: gpu) * Double($0.repeats)
    }
    return sum
  }

  func sequenceSeconds(_ sequences: Int) -> Double {
    var sum = 0.0
    operations.forEachRowOperation(sequences) {
      sum += times.seconds($0, on: gpu) * Double($0.repeats)
    }
    return sum
  }
}

extension Attention {
  /// The measured times of one layer's attention of prompts, where there are any.
  fileprivate func prefillTimes(on gpu: GPU) -> KernelSlice? {
    gpu.tables.slice(through: prefillKernel([]), on: gpu)
  }

  /// The measured times of one layer's attention of decodes, where there are any.
  fileprivate func decodeTimes(on gpu: GPU) -> KernelSlice? {
    gpu.tables.slice(through: decodeKernel(sequences: 1, context: 1), on: gpu)
  }
}
