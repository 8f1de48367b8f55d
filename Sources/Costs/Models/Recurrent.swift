/// The sizes of a mixer that keeps a state of fixed size of a sequence, however long: linear
/// attention and state-space models.
public struct Recurrent: Sendable, Equatable {
  /// The rules by which states are updated.
  public enum Kind: String, Sendable, Equatable {
    /// Dao and Gu, "Transformers are SSMs", arXiv 2405.21060.
    case mamba2 = "Mamba-2"
    /// Yang et al., "Gated Delta Networks", arXiv 2412.06464.
    case gatedDelta = "gated delta rule"
    /// Gu and Dao, "Mamba", arXiv 2312.00752: a head for each channel.
    case mamba1 = "Mamba-1"
    /// Kimi Team, "Kimi Linear", arXiv 2510.26692: the gated delta rule with a decay for each
    /// channel.
    case kimiDelta = "Kimi delta rule"
    /// Qin et al., "Lightning Attention-2", arXiv 2401.04658, gated as MiniMax's.
    case lightning = "lightning attention"
    /// A gated convolution over a few tokens, and no state besides (LFM2).
    case shortConvolution = "short convolution"
  }

  /// What updates the state.
  public var kind: Kind
  /// Heads of values, and elements of one.
  public var heads: Int
  public var valueSize: Int
  /// Heads of keys (groups), which heads of values share, and elements of one: the columns of a
  /// head's state.
  public var keyHeads: Int
  public var keySize: Int
  /// Tokens that the convolution in front reads, the last one included; 0 where there is none.
  public var convolution = 4
  public var convolutionHasBias = false
  /// Elements that the time step is made of (Mamba-1), or the decay (Kimi).
  public var timeRank = 0
  /// Elements that the gate of the result is made of (Kimi); 0 for those of the residual stream.
  public var gateRank = 0
  /// Whether the result is normalised (Mamba-2), or what the time step and the state's columns are
  /// made of (Jamba's Mamba-1).
  public var hasNormalization = true
  /// Whether the products add biases.
  public var hasBias = false
  /// What the state is kept in: 4 bytes, or 2.
  public var bytesPerState = 4

  public init(_ kind: Kind, heads: Int, valueSize: Int, keyHeads: Int, keySize: Int) {
    self.kind = kind
    self.heads = heads
    self.valueSize = valueSize
    self.keyHeads = keyHeads
    self.keySize = keySize
  }

  /// Elements of all values.
  var width: Int { heads * valueSize }

  /// Elements of a sequence's state.
  public var stateElements: Int { kind == .shortConvolution ? 0 : width * keySize }

  /// What the convolution runs over: values, and what else goes through it.
  public var convolutionChannels: Int {
    kind == .mamba1 || kind == .shortConvolution ? width : width + 2 * keyHeads * keySize
  }

  /// Elements that the convolution remembers of a sequence, in bfloat16.
  public var convolutionElements: Int { max(0, convolution - 1) * convolutionChannels }

  /// Bytes that are kept of a sequence.
  public var bytesPerSequence: Int {
    stateElements * bytesPerState + convolutionElements * Int(Model.bytesPerActivation)
  }
}
