/// The shares of a GPU's peaks that its kernels reach, one for each kind of operation, and what
/// starting a kernel costs.
public struct Efficiencies: Sendable, Equatable, Encodable {
  /// The share of the arithmetic peak that a large matrix product reaches.
  public var matrixCompute: Double
  /// The share of the memory bandwidth that a product of few rows with a large matrix reaches.
  public var matrixMemory: Double
  /// The share of the arithmetic peak that the attention of a long prompt reaches.
  public var prefillAttention: Double
  /// The share of the memory bandwidth that the attention of many decodes reaches.
  public var decodeAttention: Double
  /// The share of the memory bandwidth that normalisations, activations and additions reach.
  public var elementwise: Double
  /// The share of the link's bandwidth that a large all-reduce reaches.
  public var collective: Double
  /// Seconds that a kernel takes however little it does, started from a CUDA graph.
  public var launchSeconds: Double
  /// Seconds that a collective takes however little it sends, started from a CUDA graph.
  public var collectiveSeconds: Double
  /// Whether the matrix, attention and collective numbers were measured on this GPU.
  public var isMeasured: Bool
  /// What each number is from.
  public var source: String

  public init(
    matrixCompute: Double, matrixMemory: Double, prefillAttention: Double,
    decodeAttention: Double, elementwise: Double, collective: Double, launchSeconds: Double,
    collectiveSeconds: Double, isMeasured: Bool, source: String
  ) {
    self.matrixCompute = matrixCompute
    self.matrixMemory = matrixMemory
    self.prefillAttention = prefillAttention
    self.decodeAttention = decodeAttention
    self.elementwise = elementwise
    self.collective = collective
    self.launchSeconds = launchSeconds
    self.collectiveSeconds = collectiveSeconds
    self.isMeasured = isMeasured
    self.source = source
  }
}
