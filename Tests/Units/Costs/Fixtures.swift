@testable import Costs

/// A model small enough to work by hand: 2 layers, hidden 8, 4 heads of 2 with 2 of keys and
/// values, an MLP of 12, 10 words.
let tiny = Model(
  name: "tiny", source: "by hand", layers: 2, hidden: 8, heads: 4, keyValueHeads: 2, headSize: 2,
  intermediate: 12, vocabulary: 10, maxPositions: 64)

/// The same with 4 experts of 6 in the second layer, of which a token goes through 2, and shared
/// ones of 4 with a gate.
let tinyMixture = tiny.with(tinyExperts, in: 1..<2)

private let tinyExperts = {
  var mixture = Mixture(experts: 4, perToken: 2, intermediate: 6)
  mixture.sharedIntermediate = 4
  mixture.hasSharedGate = true
  return mixture
}()

/// The same with latent attention: queries of 6, keys and values of 4, positions of 2, values of 3
/// a head.
let tinyLatent = tiny.with(
  Latent(heads: 4, headSize: 2, queryRank: 6, rank: 4, rotary: 2, valueSize: 3))

/// The same with a window of 3 tokens in one of the layers.
let tinyWindow = tiny.with(window: 3) { $0 == 1 }

extension Model {
  /// The same model with `mixture` in place of the MLP of some layers.
  func with(_ mixture: Mixture, in layers: Range<Int>) -> Model {
    with {
      $0.changeLayers { layer, block in
        if layers.contains(layer) { block.channels = [.experts(mixture)] }
      }
    }
  }

  /// The same model with `latent` in every layer.
  func with(_ latent: Latent) -> Model {
    with {
      for index in $0.blocks.indices { $0.blocks[index].mixers = [.latent(latent)] }
    }
  }

  /// The same model with a window of `tokens` in the layers for which `condition` holds.
  func with(window tokens: Int, where condition: (Int) -> Bool = { _ in true }) -> Model {
    with {
      $0.changeLayers { layer, block in
        guard condition(layer), var attention = block.attentions.first else { return }
        attention.reach = .window(tokens)
        block.mixers = [.attention(attention)]
      }
    }
  }

  /// The tokens of the first window, and the layers with one; 0 where there is none.
  var windows: (tokens: Int, layers: Int) {
    (
      blocks.lazy.flatMap(\.attentions).compactMap(\.keeps).first ?? 0,
      blocks.layers { $0.attentions.contains { $0.keeps != nil } }
    )
  }

  /// Layers with an MLP.
  var denseLayers: Int { blocks.layers { !$0.denses.isEmpty } }
}

/// Whether two numbers agree to a part in 10^12.
func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(abs(a), abs(b)) }
