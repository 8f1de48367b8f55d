@testable import Costs

/// A model small enough to work by hand: 2 layers, hidden 8, 4 heads of 2 with 2 of keys and
/// values, an MLP of 12, 10 words.
let tiny = Model(
  name: "tiny", source: "by hand", layers: 2, hidden: 8, heads: 4, keyValueHeads: 2, headSize: 2,
  intermediate: 12, vocabulary: 10, maxPositions: 64)

/// Whether two numbers agree to a part in 10^12.
func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(abs(a), abs(b)) }
