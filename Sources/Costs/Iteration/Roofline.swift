/// Times by the roofline: an operation takes as long as the slowest of arithmetic, memory and
/// link, each at the share of its peak that such operations reach, and its launches on top.
///
/// S. Williams et al., Roofline: An Insightful Visual Performance Model, CACM 52(4), 2009.
public struct Roofline: Sendable {
  public init() {}

  /// The seconds of one run of `operation` on `gpu`.
  public func seconds(_ operation: Operation, on gpu: GPU) -> Double {
    let parts = parts(of: operation, on: gpu)
    return max(parts.compute, parts.memory, parts.network) + launchSeconds(operation, on: gpu)
  }

  /// What an operation waits for.
  public enum Limit: String, CaseIterable, Sendable { case compute, memory, network, launch }

  /// What `operation` waits for longest on `gpu`.
  public func limit(of operation: Operation, on gpu: GPU) -> Limit {
    let parts = parts(of: operation, on: gpu)
    let slowest = max(parts.compute, parts.memory, parts.network)
    if launchSeconds(operation, on: gpu) > slowest { return .launch }
    if parts.compute == slowest { return .compute }
    return parts.memory == slowest ? .memory : .network
  }

  /// The seconds of one run of an operation if nothing but one resource held it up.
  struct Parts: Sendable, Equatable {
    var compute: Double
    var memory: Double
    var network: Double
  }

  func parts(of operation: Operation, on gpu: GPU) -> Parts {
    let kind = operation.kind
    let efficiencies = gpu.efficiencies
    let rate = gpu.peaks.rate(operation.format.arithmetic)
    let link = gpu.link(among: operation.ranks)
    return Parts(
      compute: operation.flops / (rate * efficiencies.compute(kind)),
      memory: operation.memoryBytes / (gpu.memoryBytesPerSecond * efficiencies.memory(kind)),
      network: operation.wireBytes / (link.bytesPerSecond * efficiencies.collective))
  }

  func launchSeconds(_ operation: Operation, on gpu: GPU) -> Double {
    let each =
      operation.kind == .collective
      ? gpu.efficiencies.collectiveSeconds : gpu.efficiencies.launchSeconds
    return Double(operation.launches) * each
  }
}

extension Operation {
  /// The seconds of one run that no GPU of this data sheet can pass: the slowest of arithmetic,
  /// memory and link at its peak.
  ///
  /// A link that adds up in its switches sends each number of an all-reduce once.
  public func leastSeconds(on gpu: GPU) -> Double {
    var wire = wireBytes
    if case .collective(_, _, let ranks) = shape,
      name == .allReduce || name == .fusedAllReduce || name == .reduceEmbedding
    {
      wire *= Double(ranks) / Double(2 * max(1, ranks - 1))
    }
    return max(
      flops / gpu.peaks.rate(format.arithmetic), memoryBytes / gpu.memoryBytesPerSecond,
      wire / gpu.link(among: ranks).bytesPerSecond)
  }
}

extension Efficiencies {
  /// The share of the arithmetic peak that operations of `kind` reach.
  func compute(_ kind: Operation.Kind) -> Double {
    switch kind {
    case .matrix, .experts, .elementwise, .collective: matrixCompute
    case .prefillAttention, .decodeAttention, .latentPrefill, .latentDecode, .recurrentPrefill,
      .recurrentDecode, .sparsePrefill, .sparseDecode:
      prefillAttention
    }
  }

  /// The share of the memory bandwidth that operations of `kind` reach.
  func memory(_ kind: Operation.Kind) -> Double {
    switch kind {
    case .matrix, .experts: matrixMemory
    case .prefillAttention, .decodeAttention, .latentPrefill, .latentDecode, .recurrentPrefill,
      .recurrentDecode, .sparsePrefill, .sparseDecode:
      decodeAttention
    case .elementwise, .collective: elementwise
    }
  }
}
