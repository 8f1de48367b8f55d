import Serving

/// What an iteration consists of, and how long each operation of it takes.
public struct Breakdown: Sendable, Equatable {
  /// One operation, which may run many times, such as once a layer.
  public struct Entry: Sendable, Equatable {
    public var operation: Operation
    /// The seconds of one run, and of all runs of the iteration.
    public var secondsPerRun: Double
    public var totalSeconds: Double { secondsPerRun * Double(operation.repeats) }
    /// What a run waits for longest, by the roofline.
    public var limit: Roofline.Limit
    /// What its time rests on.
    public var basis: TimeBasis
    /// The GPU, or the format, of the kernels that stand in for its own, if others do.
    public var owner: String?
  }

  /// Every operation, in the order in which they run.
  public let entries: [Entry]
  /// Their time by parts, with what the host adds.
  public let parts: CostParts

  /// The operations of `batch`, which is not empty, priced as `cost` does.
  public init(of batch: borrowing Batch, by cost: PipelineCost) {
    precondition(!batch.isEmpty, "there is something to price")
    let layers = cost.layers
    let limits = Roofline()
    var entries = layers.operations.operations(for: batch).map { operation in
      Entry(
        operation: operation, secondsPerRun: layers.seconds(operation),
        limit: limits.limit(of: operation, on: layers.gpu),
        basis: layers.times.basis(of: operation, on: layers.gpu),
        owner: layers.times == .measured ? operation.owner(on: layers.gpu) : nil)
    }
    if let handOver = cost.handOver(batch.tokens) {
      entries.append(
        Entry(
          operation: handOver.operation, secondsPerRun: handOver.seconds,
          limit: limits.limit(of: handOver.operation, on: layers.gpu), basis: .roofline))
    }
    self.entries = entries
    var prices = PartPrices(cost)
    parts = prices.parts(of: batch)
  }
}

/// Prices batches by their parts; what depends on nothing but the number of tokens is worked out
/// once for each number.
///
/// The parts are those of the batch's `Breakdown`, to the last digit: one order of adding them up
/// serves both.
public struct PartPrices: Sendable {
  /// What prices the batches.
  public let cost: PipelineCost
  private var tokenParts: [Int: CostParts] = [:]

  public init(_ cost: PipelineCost) { self.cost = cost }

  /// The time of `batch`, which is not empty, by parts.
  public mutating func parts(of batch: borrowing Batch) -> CostParts {
    precondition(!batch.isEmpty, "there is something to price")
    let layers = cost.layers
    var parts = partsOfTokens(batch.tokens)
    for operation in layers.operations.attentionOperations(for: batch) {
      parts.add(operation, seconds: layers.seconds(operation))
    }
    layers.operations.forEachRowOperation(batch.sampledRows) { operation in
      parts.add(operation, seconds: layers.seconds(operation))
    }
    parts[.host] = layers.hostSeconds(for: batch, beside: parts.totalSeconds)
    return parts
  }

  private mutating func partsOfTokens(_ tokens: Int) -> CostParts {
    if let known = tokenParts[tokens] { return known }
    let layers = cost.layers
    var parts = CostParts()
    layers.operations.forEachTokenOperation(tokens) { operation in
      parts.add(operation, seconds: layers.seconds(operation))
    }
    if let handOver = cost.handOver(tokens) {
      parts.add(handOver.operation, seconds: handOver.seconds)
    }
    tokenParts[tokens] = parts
    return parts
  }
}

extension IterationCost {
  /// The seconds that the host adds to those that the operations of `batch` take: those in which
  /// the GPU waits for the engine's own program, and for copies from and to the host's memory.
  func hostSeconds(for batch: borrowing Batch, beside seconds: Double) -> Double {
    withHost(seconds, batch) - seconds
  }
}
