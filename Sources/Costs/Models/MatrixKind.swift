/// Kinds of matrices that are quantised apart from others.
public enum MatrixKind: String, CaseIterable, Sendable {
  /// Those of attention, and of what stands in its place.
  case attention
  /// Those of MLPs.
  case mlp
  /// Those of routed experts, and of the experts that every token goes through beside them.
  case experts
  case shared
  /// The one that makes logits.
  case head

  /// What kind `matrix` is of; nil for what no quantiser changes.
  init?(of matrix: Operation.Name) {
    switch matrix {
    case .queryKeyValue, .queryKeyValueDown, .queryUp, .keyValueUp, .attentionGate,
      .attentionOutput, .outputDown, .indexQuery, .indexKey, .recurrentInput, .recurrentGates,
      .timeStep, .recurrentOutput:
      self = .attention
    case .up, .down: self = .mlp
    case .experts: self = .experts
    case .sharedUp, .sharedDown: self = .shared
    case .head: self = .head
    default: return nil
    }
  }
}

extension Model {
  /// Stores all matrices of `kind` in `format`.
  ///
  /// - Returns: whether there are any; none is a head that is the embedding's matrix.
  public mutating func store(_ kind: MatrixKind, in format: NumberFormat) -> Bool {
    if kind == .head {
      if !hasTiedHead { formats.head = WeightFormat(format) }
      return !hasTiedHead
    }
    var isThere = false
    for index in blocks.indices {
      let matrices = blocks[index].matrices(hidden: hidden).map(\.name)
      for matrix in matrices where MatrixKind(of: matrix) == kind {
        isThere = true
        let isMain = format == formats.main.numbers
        blocks[index].formats[matrix] = isMain ? nil : WeightFormat(format)
      }
    }
    return isThere
  }
}
