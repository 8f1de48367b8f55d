import Costs
import Formats
import Metrics
import Serving

/// What one batch costs, operation by operation and part by part.
public struct CostReport: Sendable, Equatable {
  /// Time, and what was done in it on one GPU of each pipeline stage.
  public struct Row: Sendable, Equatable {
    /// What an operation is called, or a part of the iteration.
    public var name: String
    /// The sizes of an operation; empty for a sum.
    public var size = ""
    /// The name of the part that it counts to: a `CostPart`, or `total`.
    public var part: String
    /// How many times an operation runs in the iteration; nil for a sum.
    public var runs: Int?
    /// The seconds of all runs, and their share of the iteration.
    public var seconds: Double
    public var share = 0.0
    /// What the operation waits for longest, by the roofline; nil for a sum.
    public var limit: String?
    /// What its time rests on, a `TimeBasis`; nil for a sum.
    public var basis: String?
    /// The GPU, or the format, of the kernels that its time is borrowed from, if it is.
    public var owner: String?
    /// Floating-point operations of all runs.
    public var flops = 0.0
    /// Bytes of memory that all runs read or write.
    public var memoryBytes = 0.0
    /// Bytes that all runs send to other GPUs.
    public var sentBytes = 0.0
    /// The seconds of all runs if arithmetic, memory or link alone counted, at their peaks.
    var peakSeconds = PeakSeconds()

    /// The seconds of one run, on average; nil for a sum.
    public var secondsPerRun: Double? { runs.map { seconds / Double($0) } }
    /// The shares of the data sheet's peaks that are reached: of arithmetic (MFU), of memory
    /// bandwidth, and of the link's.
    public var computeUse: Double { peakSeconds.compute / seconds }
    public var memoryUse: Double { peakSeconds.memory / seconds }
    public var linkUse: Double { peakSeconds.link / seconds }
  }

  /// The loads of ranks that have other experts each.
  public struct ExpertBalance: Sendable, Equatable {
    /// Groups of GPUs that have other experts.
    public var ranks: Int
    /// Tokens of all ranks that go through them.
    public var tokens: Int
    /// The mean load of a rank as a share of the busiest one's.
    public var balancedness: Double

    init?(of batch: Batch, on shard: Shard) {
      tokens = batch.tokens * shard.map.data
      ranks = shard.map.expert
      guard let balancedness = shard.mixture?.balancedness(for: tokens) else { return nil }
      self.balancedness = balancedness
    }
  }

  /// Seconds of work at the peaks of a GPU.
  struct PeakSeconds: Sendable, Equatable {
    var compute = 0.0
    var memory = 0.0
    var link = 0.0
  }

  /// What was set, as reports show it.
  public let settings: [Run.Setting]
  /// What was priced.
  public let batch: Batch
  /// What the GPU has of another besides times of kernels, as a clause; nil where nothing.
  public let lent: String?
  /// How evenly the ranks that have other experts are loaded; nil where all share each expert.
  public let balance: ExpertBalance?
  /// The operations in the order in which they run, then the host.
  ///
  /// Operations of one name and size that follow each other are one row.
  public private(set) var operations: [Row] = []
  /// The parts of the iteration, as `PricedBatches` has them.
  public private(set) var parts: [Row] = []
  /// The whole iteration.
  public private(set) var total: Row

  /// The cost of `batch`, which is not empty, on `deployment`.
  public init(of batch: Batch, on deployment: Deployment) throws(InputError) {
    let cost = try deployment.cost()
    let breakdown = Breakdown(of: batch, by: cost)
    balance = ExpertBalance(of: batch, on: cost.layers.operations.shard)
    var served = deployment
    served.model = try deployment.servedModel()
    settings = served.shown(Deployment.placement() + Deployment.formats)
    self.batch = batch
    lent = deployment.gpu.lent?.words
    total = Row(name: "total", part: "total", seconds: breakdown.parts.totalSeconds)
    for entry in breakdown.entries { add(Row(entry, on: deployment.gpu)) }
    let host = breakdown.parts[.host]
    add(Row(name: "host", part: CostPart.host.rawValue, seconds: host))
    for part in CostPart.allCases {
      var sum = Row(name: part.title, part: part.rawValue, seconds: breakdown.parts[part])
      for row in operations where row.part == part.rawValue { sum.addWork(of: row) }
      total.addWork(of: sum)
      parts.append(sum)
    }
    setShares()
  }

  private mutating func add(_ row: Row) {
    if let last = operations.last, last.name == row.name, last.size == row.size,
      let runs = last.runs, let more = row.runs
    {
      let index = operations.count - 1
      operations[index].runs = runs + more
      operations[index].seconds += row.seconds
      operations[index].addWork(of: row)
    } else {
      operations.append(row)
    }
  }

  private mutating func setShares() {
    let whole = total.seconds
    for index in operations.indices { operations[index].share = operations[index].seconds / whole }
    for index in parts.indices { parts[index].share = parts[index].seconds / whole }
    total.share = 1
  }
}

extension CostReport.Row {
  /// All runs of one operation.
  init(_ entry: Breakdown.Entry, on gpu: GPU) {
    let operation = entry.operation
    let runs = Double(operation.repeats)
    name = operation.name.rawValue
    size = operation.shape.size
    part = operation.costPart.rawValue
    self.runs = operation.repeats
    seconds = entry.totalSeconds
    limit = entry.limit.rawValue
    basis = entry.basis.rawValue
    owner = entry.owner
    flops = operation.flops * runs
    memoryBytes = operation.memoryBytes * runs
    sentBytes = operation.wireBytes * runs
    peakSeconds = CostReport.PeakSeconds(
      compute: flops / gpu.peaks.rate(operation.format.arithmetic),
      memory: memoryBytes / gpu.memoryBytesPerSecond,
      link: sentBytes / gpu.link(among: operation.ranks).bytesPerSecond)
  }

  /// Adds what `other` did, but for its time.
  fileprivate mutating func addWork(of other: Self) {
    flops += other.flops
    memoryBytes += other.memoryBytes
    sentBytes += other.sentBytes
    peakSeconds.compute += other.peakSeconds.compute
    peakSeconds.memory += other.peakSeconds.memory
    peakSeconds.link += other.peakSeconds.link
  }
}

extension CostPart {
  /// The part in words.
  fileprivate var title: String {
    switch self {
    case .linear: "linear"
    case .prefillAttention: "prefill attention"
    case .decodeAttention: "decode attention"
    case .collective: "collectives"
    case .other: "other"
    case .head: "head"
    case .host: "host"
    }
  }
}

extension Operation.Shape {
  /// The sizes in the notation of batches and of matrix products.
  fileprivate var size: String {
    switch self {
    case .matrix(let rows, let inputs, let outputs): "\(rows)x\(inputs)x\(outputs)"
    case .experts(let work):
      "\(Int(work.tokens))x\(Int(work.hidden))x\(Int(work.intermediate)), "
        + "\(Int(work.perToken.rounded())) of \(Int(work.experts))"
    case .prefill(let work, _, _, _, _), .latentPrefill(let work, _, _, _, _):
      "\(Int(work.tokens)) in \(Int(work.chunks))"
    case .decode(let sequences, let context, _, _, _, _, _),
      .latentDecode(let sequences, let context, _, _, _, _):
      "\(sequences)x\(context / max(1, sequences))"
    case .convolution(let tokens, let sequences, _, _, _),
      .recurrent(_, let tokens, let sequences, _):
      "\(Int(tokens)) in \(Int(sequences))"
    case .indexer(let queries, let keys, _, _, _): "\(Int(queries)) of \(Int(keys))"
    case .sparseLatent(let tokens, let chosen, _, _): "\(Int(tokens)) of \(chosen)"
    case .sparse(let tokens, let keys, _): "\(Int(tokens)) of \(Int(keys))"
    case .exchange(let exchange):
      "\(Int(exchange.tokens)), \(Int(exchange.perToken.rounded())) of \(Int(exchange.experts)), "
        + "over \(Int(exchange.gpus))"
    case .elements(let rows, let width): "\(rows)x\(width)"
    case .collective(let rows, let width, let ranks): "\(rows)x\(width) over \(ranks)"
    }
  }
}
