import Foundation

extension Operation {
  private static let activation = Model.bytesPerActivation

  /// `rows` by `inputs`, times a weight matrix of `inputs` by `outputs`.
  static func matrix(
    _ name: Name, rows: Int, inputs: Int, outputs: Int, bytesPerWeight: Double, repeats: Int
  ) -> Operation {
    let rowBytes = Double(rows) * Double(inputs + outputs) * activation
    let elements = Double(inputs) * Double(outputs)
    return Operation(
      name, .matrix(rows: rows, inputs: inputs, outputs: outputs), repeats: repeats,
      flops: 2 * Double(rows) * elements, weightBytes: elements * bytesPerWeight,
      otherBytes: rowBytes)
  }

  /// `rows` tokens, each times the matrices of `perToken` of `experts`, in one grouped kernel.
  ///
  /// Tokens choose experts evenly and independently of each other, so the experts whose weights
  /// are read are E(1 - (1 - k/E)^n) on average.
  static func experts(
    _ name: Name, rows: Int, inputs: Int, outputs: Int, of model: Model
  ) -> Operation {
    let shape = Shape.experts(
      rows: rows, inputs: inputs, outputs: outputs, experts: model.experts,
      perToken: model.expertsPerToken)
    let pairs = Double(rows) * Double(model.expertsPerToken)
    let elements = Double(inputs) * Double(outputs)
    let weights = distinctExperts(of: model, for: rows) * elements * model.bytesPerWeight
    return Operation(
      name, shape, repeats: model.layers, flops: 2 * pairs * elements, weightBytes: weights,
      otherBytes: pairs * Double(inputs + outputs) * activation)
  }

  /// The number of a layer's experts that at least one of `tokens` goes through, on average.
  static func distinctExperts(of model: Model, for tokens: Int) -> Double {
    let experts = Double(model.experts)
    return experts * (1 - pow(1 - Double(model.expertsPerToken) / experts, Double(tokens)))
  }

  /// Work on `rows` by `width` elements that moves `bytesPerElement` of each.
  static func elements(
    _ name: Name, rows: Int, width: Int, bytesPerElement: Double, repeats: Int, launches: Int = 1
  ) -> Operation {
    Operation(
      name, .elements(rows: rows, width: width), repeats: repeats,
      otherBytes: Double(rows) * Double(width) * bytesPerElement, launches: launches)
  }

  /// A ring all-reduce of `rows` by `width` activations over `ranks` GPUs: each sends
  /// 2 (ranks - 1) / ranks of them.
  static func allReduce(
    _ name: Name, rows: Int, width: Int, ranks: Int, repeats: Int
  ) -> Operation {
    let bytes = Double(rows) * Double(width) * activation
    return Operation(
      name, .collective(rows: rows, width: width, ranks: ranks), repeats: repeats,
      otherBytes: 2 * bytes, wireBytes: 2 * bytes * Double(ranks - 1) / Double(ranks))
  }

  /// An all-gather of `rows` by `width` activations, of which each of `ranks` GPUs holds a part.
  static func allGather(_ name: Name, rows: Int, width: Int, ranks: Int) -> Operation {
    let bytes = Double(rows) * Double(width) * activation
    return Operation(
      name, .collective(rows: rows, width: width, ranks: ranks), repeats: 1,
      otherBytes: bytes * (1 + 1 / Double(ranks)),
      wireBytes: bytes * Double(ranks - 1) / Double(ranks))
  }

  /// `rows` by `width` activations that a GPU sends to the one that has the next layers.
  static func send(rows: Int, width: Int, repeats: Int) -> Operation {
    let bytes = Double(rows) * Double(width) * activation
    return Operation(
      .sendActivations, .collective(rows: rows, width: width, ranks: 2), repeats: repeats,
      otherBytes: bytes, wireBytes: bytes)
  }
}
