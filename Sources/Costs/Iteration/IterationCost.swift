import Serving

/// Prices a batch as the sum of its operations, with what the host adds; copies share what is known
/// of the operations.
public struct IterationCost: CostModel {
  let prices: ShardPrices
  public internal(set) var host: HostTime

  /// The cost of `shard` on `gpu`.
  ///
  /// - Parameters:
  ///   - times: how long each operation takes.
  ///   - host: what the engine's own program adds to an iteration.
  public init(
    of shard: Shard, on gpu: GPU, times: OperationTimes = .measured, host: HostTime = .vllmV1
  ) {
    prices = ShardPrices(of: shard, on: gpu, times: times)
    self.host = host
  }

  /// The operations that are summed up.
  public var operations: ModelOperations { prices.operations }
  public var gpu: GPU { prices.gpu }
  public var times: OperationTimes { prices.times }

  public func seconds(for batch: borrowing Batch) -> Double {
    withHost(prices.seconds(for: batch), batch)
  }

  public func seconds(for batch: borrowing Batch, amid tokens: Int) -> Double {
    withHost(prices.seconds(for: batch, amid: tokens), batch)
  }

  /// The part of `seconds` that is not the operations': the host's, and copies from and to its
  /// memory.
  public func hostSeconds(for batch: borrowing Batch) -> Double { parts(of: batch).hostSeconds }

  public func parts(of batch: borrowing Batch) -> BatchParts {
    let device = prices.seconds(for: batch)
    let whole = withHost(device, batch)
    return BatchParts(seconds: whole, hostSeconds: whole - device)
  }

  /// The seconds of one run of `operation`, as the price of a batch has it.
  func seconds(_ operation: Operation) -> Double { prices.seconds(operation) }

  /// The seconds in which the host starts the kernels of an iteration that no CUDA graph holds, and
  /// `more` of them; 0 where graphs hold all.
  func launchSeconds(_ more: Int) -> Double {
    host.capturedTokens > 0 ? 0 : Double(prices.eagerLaunches + more) * host.secondsPerLaunch
  }

  /// The seconds of an iteration whose operations take `seconds`: with what the host adds, and the
  /// copies from and to its memory.
  @inline(__always)
  func withHost(_ seconds: Double, _ batch: borrowing Batch) -> Double {
    let isFused = batch.tokens <= prices.fusedTokens
    let launches = host.isCompiled ? prices.launches : prices.eagerLaunches
    let whole = host.seconds(
      around: seconds,
      HostTime.Iteration(
        tokens: batch.tokens, sequences: batch.sequences, layers: prices.layers,
        hasPrompts: !batch.chunks.isEmpty,
        launches: isFused ? launches - prices.fusedNormalizations : launches,
        gpus: prices.gpus, isFused: isFused, unfused: isFused ? prices.cutReductions : 0))
    return batch.swappedTokens == 0 ? whole : whole + prices.swapSeconds(batch.swappedTokens)
  }
}
