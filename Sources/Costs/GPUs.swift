import Serving

/// The GPUs that servesim knows by name.
///
/// Peaks are from NVIDIA's data sheets: dense bfloat16 arithmetic, bandwidth of memory, bandwidth
/// of the link in one direction. Memory is the total that `cudaMemGetInfo` gives, which PyTorch
/// prints as the total capacity when memory runs out; it varies by some tens of MiB with the
/// driver.
///
/// Efficiencies are medians, rounded to two digits, of single kernels that NVIDIA timed inside
/// vLLM's containers (aiconfigurator-core 0.12.0, Apache-2.0, bfloat16):
/// - `matrixCompute`: products of at least 2,048 by 2,048 by 2,048.
/// - `matrixMemory`: at most 16 rows, a matrix of at least 64 MB.
/// - `prefillAttention`: heads of 128, prompts of at least 2,048 tokens, at least 8 heads.
/// - `decodeAttention`: heads of 128, at least 128 MB of keys and values.
/// - `collective`: all-reduces of at least 8 MB in a CUDA graph, over 2, 4 and 8 GPUs.
/// - `launchSeconds`: the fastest tenth of products of at most 8 rows and 1 MB.
/// - `collectiveSeconds`: all-reduces of at most 32 KiB in a CUDA graph.
///
/// `elementwise` is the median over normalisation, activation and addition of at least 2,048 rows
/// in Vidur's `mlp.csv` (github.com/microsoft/vidur, MIT), which has the A100, H100 and A40.
public enum GPUs {
  /// Every one of them.
  public static let all = [a100, h100, h200, b200, l40s, a40, a6000]

  /// The GPU called `name`.
  public static func named(_ name: String) throws(InputError) -> GPU {
    if let gpu = all.first(where: { $0.name == name }) { return gpu }
    throw .unknown("GPU", name, among: all.map(\.name), in: "--gpu")
  }

  private static let measured = "aiconfigurator-core 0.12.0; elementwise: Vidur"
  private static let measuredButElementwise =
    "aiconfigurator-core 0.12.0; elementwise: the mean of A100, H100 and A40"

  private static let a100 = GPU(
    name: "a100-sxm-80gb", source: "NVIDIA A100 80GB SXM data sheet",
    memoryBytes: bytes(gibibytes: 79.25), memoryBytesPerSecond: 2.039e12,
    tensorFLOPsPerSecond: 312e12, link: .init(.nvlink, bytesPerSecond: 300e9),
    efficiencies: Efficiencies(
      matrixCompute: 0.85, matrixMemory: 0.70, prefillAttention: 0.54, decodeAttention: 0.64,
      elementwise: 0.50, collective: 0.62, launchSeconds: 2.8e-6, collectiveSeconds: 5.3e-6,
      isMeasured: true, source: measured))

  private static let h100 = GPU(
    name: "h100-sxm", source: "NVIDIA H100 SXM data sheet",
    memoryBytes: bytes(gibibytes: 79.18), memoryBytesPerSecond: 3.35e12,
    tensorFLOPsPerSecond: 989.4e12, link: .init(.nvlink, bytesPerSecond: 450e9),
    efficiencies: Efficiencies(
      matrixCompute: 0.79, matrixMemory: 0.83, prefillAttention: 0.56, decodeAttention: 0.77,
      elementwise: 0.57, collective: 0.71, launchSeconds: 2.6e-6, collectiveSeconds: 4.6e-6,
      isMeasured: true, source: measured))

  private static let h200 = GPU(
    name: "h200-sxm", source: "NVIDIA H200 SXM data sheet",
    memoryBytes: bytes(gibibytes: 139.80), memoryBytesPerSecond: 4.8e12,
    tensorFLOPsPerSecond: 989.4e12, link: .init(.nvlink, bytesPerSecond: 450e9),
    efficiencies: Efficiencies(
      matrixCompute: 0.79, matrixMemory: 0.77, prefillAttention: 0.56, decodeAttention: 0.70,
      elementwise: 0.62, collective: 0.71, launchSeconds: 2.6e-6, collectiveSeconds: 4.6e-6,
      isMeasured: true, source: measuredButElementwise))

  private static let b200 = GPU(
    name: "b200-sxm", source: "NVIDIA DGX B200 data sheet, an eighth",
    memoryBytes: bytes(gibibytes: 178.35), memoryBytesPerSecond: 8e12,
    tensorFLOPsPerSecond: 2250e12, link: .init(.nvlink, bytesPerSecond: 900e9),
    efficiencies: Efficiencies(
      matrixCompute: 0.69, matrixMemory: 0.73, prefillAttention: 0.48, decodeAttention: 0.69,
      elementwise: 0.62, collective: 0.58, launchSeconds: 1.9e-6, collectiveSeconds: 7.2e-6,
      isMeasured: true, source: measuredButElementwise))

  /// Over PCIe the share of the link falls with the number of GPUs; the median is that of four.
  private static let l40s = GPU(
    name: "l40s", source: "NVIDIA L40S data sheet", memoryBytes: bytes(gibibytes: 44.40),
    memoryBytesPerSecond: 864e9, tensorFLOPsPerSecond: 362.05e12,
    link: .init(.pcie, bytesPerSecond: 32e9),
    efficiencies: Efficiencies(
      matrixCompute: 0.62, matrixMemory: 0.81, prefillAttention: 0.48, decodeAttention: 0.75,
      elementwise: 0.62, collective: 0.12, launchSeconds: 2.1e-6, collectiveSeconds: 13.7e-6,
      isMeasured: true, source: measuredButElementwise))

  private static let a40 = GPU(
    name: "a40", source: "NVIDIA A40 data sheet", memoryBytes: bytes(gibibytes: 44.42),
    memoryBytesPerSecond: 696e9, tensorFLOPsPerSecond: 149.7e12,
    link: .init(.pcie, bytesPerSecond: 32e9),
    efficiencies: Efficiencies(
      matrixCompute: 0.75, matrixMemory: 0.78, prefillAttention: 0.52, decodeAttention: 0.71,
      elementwise: 0.78, collective: 0.16, launchSeconds: 2.4e-6, collectiveSeconds: 13e-6,
      isMeasured: false,
      source: "Vidur (matrix, elementwise, collective); the rest: the mean of the measured GPUs"))

  private static let a6000 = GPU(
    name: "a6000", source: "NVIDIA RTX A6000 data sheet", memoryBytes: bytes(gibibytes: 47.50),
    memoryBytesPerSecond: 768e9, tensorFLOPsPerSecond: 154.8e12,
    link: .init(.pcie, bytesPerSecond: 32e9),
    efficiencies: Efficiencies(
      matrixCompute: 0.75, matrixMemory: 0.77, prefillAttention: 0.52, decodeAttention: 0.71,
      elementwise: 0.62, collective: 0.14, launchSeconds: 2.4e-6, collectiveSeconds: 13.4e-6,
      isMeasured: false,
      source: "the mean of the measured GPUs; collectives: the mean of those on PCIe"))

  private static func bytes(gibibytes: Double) -> Int { Int(gibibytes * 1_073_741_824) }
}
