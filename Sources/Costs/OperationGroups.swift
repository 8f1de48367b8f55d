extension Operation {
  /// Where in the model an operation runs.
  public enum Part: String, CaseIterable, Sendable {
    /// In every layer, or between the stages that layers are cut into.
    case layers
    /// Once an iteration, before the first layer and after the last: embedding, head and sampling.
    case head
  }

  /// What operations have in common whose times are added up.
  public enum Group: String, CaseIterable, Sendable {
    /// Products with weight matrices.
    case linear
    case prefillAttention
    case decodeAttention
    /// What GPUs send each other.
    case collective
    /// Work on single elements.
    case other
  }

  /// The part of the model that the operation belongs to.
  public var part: Part {
    switch name {
    case .embedding, .embeddingAllReduce, .finalNormalization, .head, .gatherLogits, .sampling:
      .head
    default: .layers
    }
  }

  /// The group that the operation belongs to, by its kind.
  public var group: Group {
    switch kind {
    case .matrix: .linear
    case .prefillAttention: .prefillAttention
    case .decodeAttention: .decodeAttention
    case .collective: .collective
    case .elementwise: .other
    }
  }
}
