import Serving

/// A batch costs so much, and so much a token and a token of context, in seconds.
public struct LinearCost: CostModel {
  public var base = 0.010
  public var token = 0.000_021
  public var context = 0.000_000_037
  public var square = 0.000_000_000_011

  public init() {}

  /// Batches that all cost the same.
  public static var flat: LinearCost {
    var cost = LinearCost()
    (cost.token, cost.context, cost.square) = (0, 0, 0)
    return cost
  }

  public func seconds(for batch: borrowing Batch) -> Double {
    let prefix = batch.chunks.reduce(0) { $0 + $1.context * $1.tokens }
    return base + token * Double(batch.tokens) + context * Double(batch.decodeContext + prefix)
      + square * Double(batch.decodeContextSquares)
  }
}
