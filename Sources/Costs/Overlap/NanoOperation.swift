/// One step of a layer for the tokens of one nano-batch.
public struct NanoOperation: Sendable, Equatable {
  /// Such as `KQV1`.
  public var name: String
  public var step: LayerStep
  /// The nano-batch that it belongs to, from 0 on.
  public var nanoBatch: Int
  /// Its tokens, counted within the dense batch: decodes come first.
  public var tokens: Range<Int>
  public var queue: Queue
  public var cost: StepCost
  /// The share R of the GPU that it holds beside a matrix product; 0 for what gets the rest.
  public var share: Double
  /// What it needs results of, for any of its tokens.
  public var inputs: [Input]

  /// What results are needed of, and how many layers ago it ran; 0 is the same layer.
  public struct Input: Sendable, Equatable {
    /// All operations of a step, or the one of a name.
    public enum Source: Sendable, Equatable {
      case step(LayerStep)
      case operation(String)
    }

    /// Where they are from, and how many layers before.
    public var source: Source
    public var layersAgo: Int

    public init(_ step: LayerStep, layersAgo: Int = 0) {
      source = .step(step)
      self.layersAgo = layersAgo
    }

    public init(named name: String, layersAgo: Int = 0) {
      source = .operation(name)
      self.layersAgo = layersAgo
    }

    /// Whether `operation` is meant.
    func includes(_ operation: NanoOperation) -> Bool {
      switch source {
      case .step(let step): operation.step == step
      case .operation(let name): operation.name == name
      }
    }
  }

  /// - Parameter queue: the step's own where nil.
  public init(
    _ name: String, _ step: LayerStep, nanoBatch: Int, tokens: Range<Int>, cost: StepCost,
    share: Double = 0, queue: Queue? = nil, after inputs: [Input]
  ) {
    precondition((0..<1).contains(share), "a share leaves something to products")
    precondition(
      cost.seconds >= 0 && cost.seconds.isFinite, "an operation takes time that has an end")
    self.name = name
    self.step = step
    self.nanoBatch = nanoBatch
    self.tokens = tokens
    self.queue = queue ?? step.queue
    self.cost = cost
    self.share = share
    self.inputs = inputs
  }
}

/// The operations of one layer, by queue in the order in which they are started, and what each
/// waits for.
///
/// Every layer is alike. An operation waits for those that make what it needs, where their ranges
/// of tokens have a token in common (NanoFlow, OSDI 2025, section 4.1.2).
public struct OverlapPipeline: Sendable, Equatable {
  /// In the order in which they are started.
  public let operations: [NanoOperation]
  /// What each waits for: the places of operations, and how many layers before.
  let dependencies: [[Dependency]]

  struct Dependency: Sendable, Equatable {
    var operation: Int
    var layersAgo: Int
  }

  /// The pipeline of `operations`, of which those without tokens are left out.
  public init(_ operations: [NanoOperation]) {
    let kept = operations.filter { !$0.tokens.isEmpty }
    precondition(!kept.isEmpty, "a layer has an operation")
    precondition(
      kept.allSatisfy { $0.queue == .compute || $0.share > 0 || $0.step.isCopy },
      "beside products, all that computes has a share")
    self.operations = kept
    dependencies = kept.map { operation in
      operation.inputs.flatMap { input in
        kept.indices.filter { index in
          input.includes(kept[index]) && kept[index].tokens.overlaps(operation.tokens)
        }.map { Dependency(operation: $0, layersAgo: input.layersAgo) }
      }
    }
  }

  /// The same operations one after the other, in the order in which they are listed, but for those
  /// of the host's queue.
  public var inSequence: OverlapPipeline {
    OverlapPipeline(
      operations.map {
        var operation = $0
        if operation.queue != .host { operation.queue = .compute }
        return operation
      })
  }

  /// Seconds of all operations of a layer in `queue` if each has the GPU to itself.
  public func seconds(in queue: Queue) -> Double {
    operations.reduce(0) { $1.queue == queue ? $0 + $1.cost.seconds : $0 }
  }

  /// Seconds of all operations of a layer that wait for what `queue` does, whichever they run in.
  public func seconds(waitingFor queue: Queue) -> Double {
    operations.reduce(0) { $1.step.queue == queue ? $0 + $1.cost.seconds : $0 }
  }

  /// Seconds of a layer if every operation has the GPU to itself.
  public var sequentialSeconds: Double { operations.reduce(0) { $0 + $1.cost.seconds } }
}
