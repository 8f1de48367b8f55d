/// One kind of GPU: what its data sheet promises, and how long its kernels were measured to take.
public struct GPU: Sendable, Equatable {
  /// The name that a user types, such as `h100-sxm`.
  public var name: String
  /// Where the figures are from.
  public var source: String
  /// Bytes of memory that the driver offers a process, less than the data sheet's.
  public var memoryBytes: Int
  /// The data sheet's bandwidth of memory.
  public var memoryBytesPerSecond: Double
  public var peaks: Peaks
  /// The rate of bf16 matrix products, in operations a second, that the GPU keeps up when one
  /// follows the other, where its power does not allow the rate of a single product; nil where
  /// that is not known.
  public var sustainedRate: Double?
  /// Streaming multiprocessors.
  public var multiprocessors: Double
  /// What connects GPUs, from the fewest of them to the most; a group uses the first that reaches
  /// all of it.
  public var links: [Link]
  /// The shares of the peaks that kernels without a table reach.
  public var efficiencies: Efficiencies
  /// Bytes a second between its memory and the host's.
  public var hostBytesPerSecond: Double
  /// How long kernels were measured to take.
  public var tables: KernelTables
  /// What other GPUs lend it besides tables, each of which names its own; nil where nothing.
  public var lent: Lent?

  public init(
    name: String, source: String, memoryBytes: Int, memoryBytesPerSecond: Double, peaks: Peaks,
    multiprocessors: Double = 108, links: [Link], sustainedRate: Double? = nil,
    efficiencies: Efficiencies, hostBytesPerSecond: Double = 25e9,
    tables: KernelTables = KernelTables(), lent: Lent? = nil
  ) {
    precondition(!links.isEmpty, "a GPU has a link")
    self.name = name
    self.source = source
    self.memoryBytes = memoryBytes
    self.memoryBytesPerSecond = memoryBytesPerSecond
    self.peaks = peaks
    self.multiprocessors = multiprocessors
    self.links = links
    self.sustainedRate = sustainedRate
    self.efficiencies = efficiencies
    self.hostBytesPerSecond = hostBytesPerSecond
    self.tables = tables
    self.lent = lent
  }

  /// The link over which `gpus` of them talk; the farthest-reaching one if none reaches all.
  public func link(among gpus: Int) -> Link {
    links.first { $0.gpus >= gpus } ?? links[links.count - 1]
  }

  /// Figures that are not known of a GPU, and of which others.
  public struct Lent: Sendable, Equatable, Encodable {
    /// The keys of a GPU's file, such as `efficiencies`, in the order of the alphabet.
    public var figures: [String]
    /// The GPU that they are of.
    public var from: String

    public init(_ figures: [String], from: String) {
      self.figures = figures
      self.from = from
    }
  }

  /// The data sheet's rates of dense matrix arithmetic, in operations a second.
  public struct Peaks: Sendable, Equatable {
    public var bf16: Double
    /// Nil where the GPU has no such units.
    public var fp8: Double?
    public var int8: Double?
    public var fp4: Double?

    public init(bf16: Double, fp8: Double? = nil, int8: Double? = nil, fp4: Double? = nil) {
      self.bf16 = bf16
      self.fp8 = fp8
      self.int8 = int8
      self.fp4 = fp4
    }

    /// The rate of `arithmetic`; that of bf16, to which kernels resort, where there are no units
    /// for it.
    public func rate(_ arithmetic: NumberFormat.Arithmetic) -> Double {
      switch arithmetic {
      case .bf16: bf16
      case .fp8: fp8 ?? bf16
      case .int8: int8 ?? bf16
      case .fp4: fp4 ?? fp8 ?? bf16
      case .mxfp8: fp4 == nil ? bf16 : fp8 ?? bf16
      }
    }
  }

  /// What connects GPUs of one server, or servers.
  public struct Link: Sendable, Equatable {
    public var kind: Kind
    /// The most GPUs that it connects.
    public var gpus: Int
    /// The bandwidth of one GPU in one direction.
    public var bytesPerSecond: Double

    /// What the link is.
    public enum Kind: String, Sendable, Encodable, CaseIterable {
      case nvlink = "NVLink"
      case pcie = "PCIe"
      case infiniband = "InfiniBand"
      case ethernet = "Ethernet"
      case infinityFabric = "Infinity Fabric"
    }

    public init(_ kind: Kind, gpus: Int, bytesPerSecond: Double) {
      self.kind = kind
      self.gpus = gpus
      self.bytesPerSecond = bytesPerSecond
    }
  }
}
