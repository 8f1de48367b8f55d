extension Operation {
  private static let activation = Model.bytesPerActivation

  /// `rows` by `inputs`, times a weight matrix of `inputs` by `outputs` in `format`.
  ///
  /// Results are in bfloat16. Where inputs are quantised, that is taken to be part of the operation
  /// before.
  static func matrix(
    _ name: Name, rows: Int, inputs: Int, outputs: Int, format: WeightFormat = .init(.bf16),
    repeats: Int
  ) -> Operation {
    let bytesPerInput = format.numbers.bytesPerInput
    let bytesPerRow = Double(inputs) * bytesPerInput + Double(outputs) * activation
    let elements = Double(inputs) * Double(outputs)
    return Operation(
      name, .matrix(rows: rows, inputs: inputs, outputs: outputs), format: format.numbers,
      repeats: repeats, flops: 2 * Double(rows) * elements,
      weightBytes: elements * format.bytesPerWeight, otherBytes: Double(rows) * bytesPerRow)
  }

  /// A product of each of `heads` with a matrix of its own, of `inputs` by `outputs` in bfloat16.
  ///
  /// `shape` gives the sizes of the one matrix that it would be if the heads were a single one.
  static func batch(
    _ name: Name, _ shape: Shape, rows: Int, heads: Int, inputs: Int, outputs: Int, repeats: Int
  ) -> Operation {
    let elements = Double(heads) * Double(inputs) * Double(outputs)
    return Operation(
      name, shape, repeats: repeats, flops: 2 * Double(rows) * elements,
      weightBytes: elements * activation,
      otherBytes: Double(rows) * Double(heads * (inputs + outputs)) * activation)
  }

  /// The routed experts of a layer for `rows` tokens: sorting them by expert, both products, the
  /// activation between them, and adding up what a token's experts say.
  ///
  /// `mixture` has the sizes that are on one GPU, which has a part of every expert, or of those of
  /// the busiest rank; they read and write `hidden` elements. Weights are read of the experts that
  /// at least one token goes through; a token is read once for each of its experts.
  ///
  /// - Parameter layout: how the tokens of these experts lie, where no others are here.
  static func experts(
    rows: Int, of mixture: Mixture, hidden: Int, format: WeightFormat,
    layout: ExpertWork.Layout? = nil, repeats: Int
  ) -> Operation {
    let width = mixture.backend.width(mixture.intermediate)
    let hidden = mixture.backend.hidden(hidden)
    let up = mixture.upWidth(width)
    let perExpert = Double(hidden * up + width * hidden)
    let (pairs, distinct) = mixture.busiest(for: rows)
    let inputs = Double(hidden + width) * format.numbers.bytesPerInput
    let between = Double(2 * up + width + 2 * hidden) * activation
    var work = ExpertWork(
      tokens: Double(rows), experts: Double(mixture.experts), perToken: mixture.computedPerToken,
      hidden: Double(hidden), intermediate: Double(width),
      matrices: mixture.isGated ? 3 : 2, divided: Double(mixture.ranks))
    work.isMarlin = mixture.backend == .marlin
    work.distinct = distinct
    work.pairs = pairs
    if let layout { work.receive(layout) }
    let weights = work.distinct * perExpert
    return Operation(
      .experts, .experts(work), format: format.numbers, repeats: repeats,
      flops: 2 * pairs * perExpert,
      weightBytes: weights * format.bytesPerWeight,
      otherBytes: pairs * (inputs + between) + Double(rows * hidden) * activation, launches: 5)
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
  static func allGather(
    _ name: Name, rows: Int, width: Int, ranks: Int, repeats: Int = 1
  ) -> Operation {
    let bytes = Double(rows) * Double(width) * activation
    return Operation(
      name, .collective(rows: rows, width: width, ranks: ranks), repeats: repeats,
      otherBytes: bytes * (1 + 1 / Double(ranks)),
      wireBytes: bytes * Double(ranks - 1) / Double(ranks))
  }

  /// DeepEP's kernels for `exchange`: over the slower of the links that they use.
  static func exchange(_ name: Name, _ exchange: Exchange, repeats: Int) -> Operation {
    let sent = exchange.sentBytes
    return Operation(
      name, .exchange(exchange), repeats: repeats,
      otherBytes: 2 * exchange.tokens * exchange.bytesPerToken,
      wireBytes: exchange.nodes > 1 ? sent.beyond : sent.inNode)
  }

  /// `rows` by `width` activations that a GPU sends to the one that has the next layers.
  static func send(rows: Int, width: Int, repeats: Int) -> Operation {
    let bytes = Double(rows) * Double(width) * activation
    return Operation(
      .sendActivations, .collective(rows: rows, width: width, ranks: 2), repeats: repeats,
      otherBytes: bytes, wireBytes: bytes)
  }
}
