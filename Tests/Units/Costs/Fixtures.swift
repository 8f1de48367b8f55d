@testable import Costs

/// A model small enough to work by hand: 2 layers, hidden 8, 4 heads of 2 with 2 of keys and
/// values, an MLP of 12, 10 words.
let tiny = Model(
  name: "tiny", source: "by hand", layers: 2, hidden: 8, heads: 4, keyValueHeads: 2, headSize: 2,
  intermediate: 12, vocabulary: 10, maxPositions: 64)

/// The same with 4 experts of 6 in the second layer, of which a token goes through 2, and shared
/// ones of 4 with a gate.
let tinyMixture = tiny.with {
  var mixture = Mixture(layers: 1, experts: 4, perToken: 2, intermediate: 6)
  mixture.sharedIntermediate = 4
  mixture.hasSharedGate = true
  $0.mixture = mixture
  $0.denseLayers = 1
}

/// The same with latent attention: queries of 6, keys and values of 4, positions of 2, values of 3
/// a head.
let tinyLatent = tiny.with {
  $0.keyValueHeads = 4
  $0.latent = Latent(queryRank: 6, rank: 4, rotary: 2, valueSize: 3)
}

/// The same with a window of 3 tokens in one of the layers.
let tinyWindow = tiny.with {
  $0.window = 3
  $0.windowLayers = 1
}

/// Whether two numbers agree to a part in 10^12.
func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(abs(a), abs(b)) }
