import Costs

extension PipelineReport {
  /// One period of a kind of layer: what runs when, and what of the GPU is used.
  public struct Layer: Sendable, Equatable {
    /// How many layers of the kind there are.
    public var count: Int
    /// Seconds from one layer to the next.
    public var seconds: Double
    /// In the order in which they are started.
    public var operations: [Operation]
    /// The stays of operations within the period, from left to right in every queue.
    public var boxes: [Box]
    /// Stretches of time in which nothing changes.
    public var spans: [Span]
    /// The shares of the peaks of arithmetic, memory and link that are used on average.
    public var uses: [Double]
  }

  /// One step of a layer for one nano-batch.
  public struct Operation: Sendable, Equatable {
    /// Such as `decode attention 1`, and shorter names for where there is little room, the longest
    /// first.
    public var name: String
    public var labels: [String]
    /// The queue that it runs in: `compute`, `memory` or `network`.
    public var queue: String
    /// From 0 on.
    public var nanoBatch: Int
    /// Its tokens within the batch.
    public var tokens: Range<Int>
    /// The share of the GPU that it holds beside products; 0 for what gets the rest.
    public var share: Double
    /// Seconds that it takes alone, and in the pipeline.
    public var aloneSeconds: Double
    public var seconds: Double
  }

  /// An operation's stay within the period.
  public struct Box: Sendable, Equatable {
    /// The operation's place among those of the layer, and its layer, 0 being the one in question.
    public var operation: Int
    public var layer: Int
    /// What it waits for: 0 for arithmetic, 1 for memory, 2 for the network.
    public var row: Int
    /// Stretches of time, in seconds, with the rate at which it runs as a part of its own speed.
    public var parts: [Part]
    /// When it starts to run within the period, and when it ends, in seconds.
    public var start: Double { parts[0].start }
    public var end: Double { parts[parts.count - 1].end }

    /// A stretch of time, in seconds, at one rate.
    public struct Part: Sendable, Equatable {
      public var start: Double
      public var end: Double
      public var rate: Double
    }
  }

  /// A stretch of time, in seconds, with the shares of the peaks that are used.
  public struct Span: Sendable, Equatable {
    public var start: Double
    public var end: Double
    public var uses: [Double]
  }
}

extension PipelineReport.Layer {
  init(_ period: LayerPeriod, count: Int) {
    self.count = count
    seconds = period.seconds
    operations = period.pipeline.operations.enumerated().map { index, operation in
      PipelineReport.Operation(
        name: operation.name, labels: operation.labels, queue: "\(operation.queue)",
        nanoBatch: operation.nanoBatch, tokens: operation.tokens, share: operation.share,
        aloneSeconds: operation.cost.seconds, seconds: period.seconds(of: index))
    }
    boxes = Queue.ofGPU.flatMap(period.boxes)
    spans = period.spans.map { span in
      PipelineReport.Span(
        start: span.start, end: span.end,
        uses: Queue.ofGPU.map { period.use(of: $0, during: span) })
    }
    uses = Queue.ofGPU.map { period.use(of: $0) }
  }
}

extension LayerPeriod {
  /// What stands in the row of `queue`: by what operations wait for, so that those of a sequential
  /// pipeline stand apart too.
  fileprivate func boxes(in queue: Queue) -> [PipelineReport.Box] {
    var boxes: [PipelineReport.Box] = []
    for span in spans {
      for run in span.running where pipeline.operations[run.operation].step.queue == queue {
        let part = PipelineReport.Box.Part(start: span.start, end: span.end, rate: run.rate)
        if let last = boxes.last, last.operation == run.operation, last.layer == run.layer {
          boxes[boxes.count - 1].parts.append(part)
        } else {
          boxes.append(
            PipelineReport.Box(
              operation: run.operation, layer: run.layer, row: queue.rawValue, parts: [part]))
        }
      }
    }
    return boxes
  }
}

extension NanoOperation {
  /// Names for a box, the longest first.
  fileprivate var labels: [String] {
    let short =
      switch step {
      case .decodeAttention: "decode"
      case .prefillAttention: "prefill"
      case .gatherAttention: "gather"
      case .gatherOutput: "gather O"
      case .reduceOutput: "reduce O"
      case .reduceDown: "reduce D"
      case .attentionElements, .feedForwardElements: "norm"
      default: step.rawValue
      }
    let piece = name.dropFirst(step.rawValue.count)
    return [short + piece, "\(short.prefix(1))\(piece.filter { $0 != " " })"]
  }
}

extension PipelinePlan {
  /// The plan as one line.
  var words: String {
    switch self {
    case .sequential: return "not split: no split found is faster"
    case .inSequence(let plan): return plan.words + ", one operation after the other"
    case .nanoFlow(let plan):
      return "nano-batches of tokens 0-\(plan.first) and from there on, attention cut at "
        + "\(plan.firstPart) and \(plan.first + plan.secondPart); \(plan.shares.words)"
    case .alternating(let plan):
      return "nano-batches of tokens 0-\(plan.first) and from there on, in turns; "
        + plan.shares.words
    }
  }
}

extension NanoShares {
  fileprivate var words: String {
    "R: attention \(attention), collectives \(network)"
      + (networkBesideMLP == network ? "" : " and, beside the MLP, \(networkBesideMLP)")
      + ", single elements \(elements)"
  }
}
