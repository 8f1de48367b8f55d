/// What the matrices of a model are stored in, where not all are in the same format.
public struct WeightFormats: Sendable, Equatable {
  /// What all matrices are stored in that nothing else is said of, but for the head.
  public var main: WeightFormat
  /// What else is stored in another format, a matrix at most once.
  public private(set) var others: [Exception] = []
  /// What about the weights has no part in their sizes and times, as clauses.
  public var remarks: [String] = []

  /// The matrices of one name, and the layers that have them in each format.
  public struct Exception: Sendable, Equatable {
    public var matrix: Operation.Name
    public var runs: [Run]
  }

  /// Layers whose matrix is in one format.
  public struct Run: Sendable, Equatable {
    public var format: WeightFormat
    public var layers: Int

    public init(_ format: WeightFormat, layers: Int) {
      self.format = format
      self.layers = layers
    }
  }

  /// All matrices in `format`, the head in bfloat16.
  public init(_ format: WeightFormat) { main = format }

  /// The same for `numbers` with the scales that tables are of.
  public init(_ numbers: NumberFormat) { main = WeightFormat(numbers) }

  /// Whether all matrices are in one format, and the head is in bfloat16.
  public var isUniform: Bool { others.isEmpty }

  /// The formats of `matrix`, which `layers` layers have.
  func runs(of matrix: Operation.Name, layers: Int) -> [Run] {
    if let found = others.first(where: { $0.matrix == matrix }) { return found.runs }
    return [Run(matrix == .head ? WeightFormat(.bf16) : main, layers: layers)]
  }

  /// Says what `matrix` is stored in: one run for each format, the heaviest first.
  mutating func set(_ matrix: Operation.Name, to runs: [Run]) {
    others.removeAll { $0.matrix == matrix }
    let usual = matrix == .head ? WeightFormat(.bf16) : main
    if runs.allSatisfy({ $0.format == usual }) { return }
    let sorted = runs.sorted { $0.format.bytesPerWeight > $1.format.bytesPerWeight }
    others.append(Exception(matrix: matrix, runs: sorted))
  }

  /// The formats of `stage`, a part of the layers, if it has those that weigh most.
  func heaviest(in stage: Model) -> WeightFormats {
    var formats = WeightFormats(main)
    formats.remarks = remarks
    for exception in others {
      var left = stage.layers(with: exception.matrix)
      var runs: [Run] = []
      for run in exception.runs where left > 0 {
        runs.append(Run(run.format, layers: min(left, run.layers)))
        left -= min(left, run.layers)
      }
      formats.set(exception.matrix, to: runs)
    }
    return formats
  }

  /// What reports say of the weights.
  public var description: String {
    var text = main.description
    for exception in others {
      let all = exception.runs.reduce(0) { $0 + $1.layers }
      for run in exception.runs where run.format != main || exception.matrix == .head {
        let part = run.layers == all ? "" : " of \(run.layers) layer\(run.layers == 1 ? "" : "s")"
        text += ", \(exception.matrix.rawValue)\(part) in \(run.format.description)"
      }
    }
    return ([text] + remarks).joined(separator: "; ")
  }
}

extension Model {
  /// Layers that have `matrix`.
  func layers(with matrix: Operation.Name) -> Int {
    switch matrix {
    case .up, .down: denseLayers
    case .experts, .sharedUp, .sharedDown: mixture?.layers ?? 0
    case .head: 1
    default: layers
    }
  }
}
