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

  /// The convolution of the prompts of `chunks`, if there is one.
  func convolve(_ chunks: [Chunk]) -> Operation? {
    let tokens = chunks.reduce(0) { $0 + $1.tokens }
    return convolution(
      tokens: Double(tokens), sequences: Double(chunks.count), isDecode: false)
  }

  /// The recurrence of the prompts of `chunks`, each of which reads and writes its state.
  func prefill(_ chunks: [Chunk]) -> Operation {
    let tokens = chunks.reduce(0) { $0 + $1.tokens }
    return prefill(tokens: Double(tokens), sequences: Double(chunks.count))
  }

  /// The convolution of `tokens` of `sequences`: of prompts, or one of each; nil where there is
  /// none.
  func convolution(tokens: Double, sequences: Double, isDecode: Bool) -> Operation? {
    if recurrent.convolution == 0 { return nil }
    let channels = recurrent.convolutionChannels
    let state = sequences * 2 * Double(recurrent.convolutionElements)
    return Operation(
      .convolution,
      .convolution(
        tokens: tokens, sequences: sequences, channels: channels, length: recurrent.convolution,
        isDecode: isDecode),
      repeats: layers, flops: 2 * tokens * Double(recurrent.convolution * channels),
      otherBytes: (2 * tokens * Double(channels) + state) * Model.bytesPerActivation)
  }

  /// The recurrence of `tokens` of prompts in all.
  func prefill(tokens: Double, sequences: Double) -> Operation {
    let (heads, values) = (Double(recurrent.heads), Double(recurrent.valueSize))
    let keys = Double(recurrent.keySize)
    let inBlock = heads * Double(recurrent.blockTokens) * (values + keys)
    let isDelta = recurrent.kind == .gatedDelta || recurrent.kind == .kimiDelta
    let withState = 2 * heads * keys * values * (isDelta ? 2 : 1)
    return Operation(
      .recurrentPrefill,
      .recurrent(recurrent, tokens: tokens, sequences: sequences, isDecode: false),
      repeats: layers, flops: 2 * tokens * (inBlock + withState),
      otherBytes: tokens * bytesPerToken + sequences * stateBytes, launches: 3)
  }

  /// That of one new token of each of `sequences`.
  func decode(sequences: Double) -> Operation {
    Operation(
      .recurrentDecode,
      .recurrent(recurrent, tokens: sequences, sequences: sequences, isDecode: true),
      repeats: layers, flops: 2 * sequences * 3 * Double(recurrent.stateElements),
      otherBytes: sequences * (bytesPerToken + stateBytes))
  }

  /// Bytes of what goes in for each token, and out.
  private var bytesPerToken: Double {
    Double(recurrent.convolutionChannels + recurrent.width) * Model.bytesPerActivation
  }

  /// Bytes of a sequence's state, read and written.
  private var stateBytes: Double {
    2 * Double(recurrent.stateElements * recurrent.bytesPerState)
  }
}

extension Recurrent {
  /// Tokens of a prompt that are computed together, as attention among themselves.
  fileprivate var blockTokens: Int {
    switch kind {
    case .gatedDelta, .kimiDelta: Int(RecurrentStates.block)
    case .mamba1, .shortConvolution: 1
    case .mamba2, .lightning: 256
    }
  }

  /// What tables of its recurrence go by, where there are any.
  var measuredStates: RecurrentStates? {
    guard kind == .gatedDelta || kind == .kimiDelta, bytesPerState == 4 else { return nil }
    return RecurrentStates(
      heads: Double(heads), keyHeads: Double(keyHeads), valueSize: Double(valueSize),
      keySize: Double(keySize), isKimi: kind == .kimiDelta)
  }
}
