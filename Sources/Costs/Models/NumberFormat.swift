/// The numbers that a kernel works with: how weights and inputs are stored, and what multiplies
/// them.
///
/// For attention it is the format of the cached keys and values: `bf16` or `fp8`.
public enum NumberFormat: String, CaseIterable, Sendable, Encodable {
  /// bfloat16, or float16, throughout.
  case bf16
  /// Weights and inputs in 8-bit floats with one scale a tensor, a channel or a token.
  case fp8
  /// Weights and inputs in 8-bit floats with one scale for each block of weights, as DeepSeek-V3.
  case fp8Block = "fp8-block"
  /// Weights and inputs in 8-bit integers, as SmoothQuant.
  case int8
  /// Weights in 8-bit integers, inputs in 16 bits (W8A16).
  case int8Weight = "int8-weight"
  /// Weights in 4-bit integers with a 16-bit scale for 128 of them, inputs in 16 bits (W4A16: GPTQ,
  /// AWQ).
  case int4Weight = "int4-weight"
  /// Weights and inputs in 4-bit floats with an 8-bit scale for 16 of them.
  case nvfp4
  /// The same weights, inputs in 16 bits.
  case nvfp4Weight = "nvfp4-weight"
  /// Weights in 4-bit floats with an 8-bit scale for 32 of them, as gpt-oss; inputs in 8-bit floats
  /// with such scales where a GPU multiplies 4-bit floats, elsewhere in 16 bits.
  case mxfp4

  /// Bytes of one weight, its part of the scales included.
  public var bytesPerWeight: Double { bytesPerNumber + scaleBytesPerWeight }

  /// Bytes of one weight without its scales.
  var bytesPerNumber: Double {
    switch self {
    case .bf16: 2
    case .fp8, .fp8Block, .int8, .int8Weight: 1
    case .int4Weight, .nvfp4, .nvfp4Weight, .mxfp4: 0.5
    }
  }

  /// Bytes of scales for each weight.
  var scaleBytesPerWeight: Double {
    switch self {
    case .bf16, .fp8, .int8, .int8Weight: 0
    case .fp8Block: 4.0 / (128 * 128)
    case .int4Weight: 2.0 / 128
    case .nvfp4, .nvfp4Weight: 1.0 / 16
    case .mxfp4: 1.0 / 32
    }
  }

  /// Bytes of one input, its part of the scales included.
  public var bytesPerInput: Double {
    switch self {
    case .bf16, .int8Weight, .int4Weight, .nvfp4Weight, .mxfp4: 2
    case .fp8, .int8: 1
    case .fp8Block: 1 + 4.0 / 128
    case .nvfp4: 0.5 + 1.0 / 16
    }
  }

  /// Whether kernels differ by how many rows they are given, four at a time or not.
  var kernelsNeedAlignment: Bool { self == .fp8 || self == .fp8Block }

  /// What multiplies them.
  public var arithmetic: Arithmetic {
    switch self {
    case .bf16, .int8Weight, .int4Weight, .nvfp4Weight: .bf16
    case .mxfp4: .mxfp8
    case .fp8, .fp8Block: .fp8
    case .int8: .int8
    case .nvfp4: .fp4
    }
  }

  /// The arithmetic units that a data sheet gives a peak for, and what resorts to one of them.
  public enum Arithmetic: String, CaseIterable, Sendable, Encodable {
    case bf16, fp8, int8, fp4
    /// 4-bit floats by 8-bit ones at the rate of these, or by 16 bits where there are no units for
    /// 4-bit floats.
    case mxfp8
  }

  /// The format that a table of measurements or an engine calls `name`, or nil.
  ///
  /// Knows the names of vLLM, PyTorch, NCCL and aiconfigurator beside its own.
  public init?(named name: String) {
    switch name.lowercased().replacing("_", with: "-") {
    case "bf16", "bfloat16", "fp16", "float16", "half", "auto": self = .bf16
    case "fp8", "float8", "fp8-e4m3", "fp8-e5m2": self = .fp8
    case "fp8-block": self = .fp8Block
    case "int8", "sq", "w8a8": self = .int8
    case "int8-weight", "int8-wo", "w8a16": self = .int8Weight
    case "int4-weight", "int4-wo", "w4a16", "gptq", "awq", "awq-marlin", "gptq-marlin":
      self = .int4Weight
    case "nvfp4": self = .nvfp4
    case "nvfp4-weight", "w4a16-nvfp4": self = .nvfp4Weight
    case "mxfp4": self = .mxfp4
    default: return nil
    }
  }
}
