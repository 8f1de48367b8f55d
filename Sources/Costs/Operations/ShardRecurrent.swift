import Serving

/// The recurrent mixers of some layers, on one GPU: a prompt's chunk is computed in blocks of
/// tokens, each decode reads and writes its sequence's state once, whatever came before.
///
/// FLOPs as in arXiv 2405.21060, section 6, and 2412.06464, section 3.
struct ShardRecurrent: Sendable, Equatable {
  let layers: Int
  private let recurrent: Recurrent

  /// `recurrent` with the sizes that are on one GPU.
  init(_ recurrent: Recurrent, layers: Int) {
    self.recurrent = recurrent
    self.layers = layers
  }

  /// Tokens of a block, which are computed as attention among themselves.
  private var block: Int {
    switch recurrent.kind {
    case .gatedDelta: 64
    case .mamba1: 1
    case .mamba2: 256
    }
  }

  /// The convolution and the recurrence of the prompts of `chunks`, each of which reads and writes
  /// its state.
  func prefill(_ chunks: [Chunk]) -> Operation {
    let tokens = chunks.reduce(0) { $0 + $1.tokens }
    return prefill(tokens: Double(tokens), sequences: Double(chunks.count))
  }

  /// The same of `tokens` in all.
  func prefill(tokens: Double, sequences: Double) -> Operation {
    let (heads, values) = (Double(recurrent.heads), Double(recurrent.valueSize))
    let keys = Double(recurrent.keySize)
    let inBlock = heads * Double(block) * (values + keys)
    let withState = 2 * heads * keys * values * (recurrent.kind == .gatedDelta ? 2 : 1)
    return Operation(
      .recurrentPrefill, .recurrent(tokens: tokens, sequences: sequences, isDecode: false),
      repeats: layers,
      flops: 2 * tokens * (inBlock + withState + convolutionProducts),
      otherBytes: tokens * bytesPerToken + sequences * stateBytes, launches: 4)
  }

  /// The same of one new token of each of `sequences`.
  func decode(sequences: Double) -> Operation {
    let products = 3 * Double(recurrent.stateElements) + convolutionProducts
    return Operation(
      .recurrentDecode, .recurrent(tokens: sequences, sequences: sequences, isDecode: true),
      repeats: layers,
      flops: 2 * sequences * products, otherBytes: sequences * (bytesPerToken + stateBytes),
      launches: 2)
  }

  private var convolutionProducts: Double {
    Double(recurrent.convolution * recurrent.convolutionChannels)
  }

  /// Bytes for each token: what goes in, through the convolution, and out.
  private var bytesPerToken: Double {
    let elements = 2 * recurrent.convolutionChannels + 2 * recurrent.width
    return Double(elements) * Model.bytesPerActivation
  }

  /// Bytes of a sequence's state, read and written.
  private var stateBytes: Double { 2 * Double(recurrent.bytesPerSequence) }
}
