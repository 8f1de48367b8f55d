import Serving

/// What the times of batches' layers rest on, where that is less than measurements of this GPU's
/// kernels, of sizes about theirs; what runs once an iteration, as the head, is left out.
public struct CostBasis: Sendable, Equatable {
  /// Operations whose sizes lie beyond those measured.
  public private(set) var beyond: [Operation.Name] = []
  /// Operations whose kernels were measured on another GPU, or in another format, and where.
  public private(set) var borrowed: [(owner: String, names: [Operation.Name])] = []
  /// Operations that tables are kept of, and this GPU has none; and mixers that have none anywhere.
  public private(set) var unmeasured: [Operation.Name] = []
  /// Figures of the GPU that are another's.
  public private(set) var lent: GPU.Lent?

  /// What the times of `batches` rest on as `cost` prices them.
  public init(of batches: [Batch], by cost: PipelineCost) {
    let layers = cost.layers
    lent = layers.gpu.lent
    if layers.times == .roofline { return }
    for batch in batches where !batch.isEmpty {
      for operation in layers.operations.operations(for: batch) where operation.part == .layers {
        add(operation, layers.gpu)
      }
    }
  }

  private mutating func add(_ operation: Operation, _ gpu: GPU) {
    let name = operation.name
    switch OperationTimes.measured.basis(of: operation, on: gpu) {
    case .measured: break
    case .extrapolated: if !beyond.contains(name) { beyond.append(name) }
    case .roofline:
      let isOfTables = operation.kernel != nil || operation.isMixer
      if isOfTables && !unmeasured.contains(name) { unmeasured.append(name) }
    case .borrowed:
      let owner = operation.owner(on: gpu) ?? "another GPU"
      let place = borrowed.firstIndex { $0.owner == owner } ?? borrowed.endIndex
      if place == borrowed.endIndex { borrowed.append((owner, [])) }
      if !borrowed[place].names.contains(name) { borrowed[place].names.append(name) }
    }
  }

  /// The same as a clause for each, or nil where all is measured.
  public var words: String? {
    func list(_ names: [Operation.Name]) -> String {
      names.map(\.rawValue).joined(separator: ", ")
    }
    var clauses = borrowed.map { "taken from \($0.owner): \(list($0.names))" }
    if !beyond.isEmpty { clauses.append("beyond the sizes measured: \(list(beyond))") }
    if !unmeasured.isEmpty { clauses.append("by the roofline alone: \(list(unmeasured))") }
    if let lent { clauses.append(lent.words) }
    return clauses.isEmpty ? nil : clauses.joined(separator: "; ")
  }

  public static func == (a: CostBasis, b: CostBasis) -> Bool {
    a.beyond == b.beyond && a.unmeasured == b.unmeasured && a.lent == b.lent
      && a.borrowed.elementsEqual(b.borrowed) { $0.owner == $1.owner && $0.names == $1.names }
  }
}

extension GPU.Lent {
  /// The figures, and whose they are, as a clause.
  public var words: String { "\(figures.joined(separator: ", ")) as on \(from)" }
}

extension Operation {
  /// Whether it mixes tokens by other rules than those that tables are kept of.
  fileprivate var isMixer: Bool {
    switch kind {
    case .recurrentPrefill, .recurrentDecode, .sparsePrefill, .sparseDecode: true
    default: false
    }
  }

  /// Where the kernels were measured that stand in for its own on `gpu`, if others do: the GPU
  /// whose they are, or their format, or what they compute.
  func owner(on gpu: GPU) -> String? {
    guard let kernel, let table = gpu.tables.table(for: kernel) else {
      return nil
    }
    let name =
      table.operation == kernel.operation ? table.format.rawValue : table.operation.rawValue
    let isOwn = table.operation == kernel.operation && table.format == kernel.format
    return table.borrowedFrom ?? (isOwn ? nil : name)
  }
}
