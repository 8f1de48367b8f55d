/// One kind of GPU: what its data sheet promises and what software gets out of it.
public struct GPU: Sendable, Equatable {
  /// The name that a user types, such as `h100-sxm`.
  public var name: String
  /// Where the figures are from.
  public var source: String
  /// Bytes of memory that the driver offers a process, less than the data sheet's.
  public var memoryBytes: Int
  /// The data sheet's bandwidth of memory.
  public var memoryBytesPerSecond: Double
  /// The data sheet's rate of dense bfloat16 matrix arithmetic.
  public var tensorFLOPsPerSecond: Double
  public var link: Link
  public var efficiencies: Efficiencies
  /// Bytes a second between its memory and the host's: four fifths of PCIe 4.0 x16, which all of
  /// them have at least; not measured.
  public var hostBytesPerSecond = 25e9

  /// What connects the GPUs of one server.
  public struct Link: Sendable, Equatable {
    public var kind: Kind
    /// The data sheet's bandwidth of one GPU in one direction.
    public var bytesPerSecond: Double

    /// What the link is.
    public enum Kind: String, Sendable {
      case nvlink = "NVLink"
      case pcie = "PCIe"
    }

    public init(_ kind: Kind, bytesPerSecond: Double) {
      self.kind = kind
      self.bytesPerSecond = bytesPerSecond
    }
  }

  public init(
    name: String, source: String, memoryBytes: Int, memoryBytesPerSecond: Double,
    tensorFLOPsPerSecond: Double, link: Link, efficiencies: Efficiencies
  ) {
    self.name = name
    self.source = source
    self.memoryBytes = memoryBytes
    self.memoryBytesPerSecond = memoryBytesPerSecond
    self.tensorFLOPsPerSecond = tensorFLOPsPerSecond
    self.link = link
    self.efficiencies = efficiencies
  }
}
