import Formats
import Serving
import Synchronization

/// The GPUs that servesim knows by name: the files in `Sources/Costs/Data/GPUs`, compiled in.
///
/// Peaks are from NVIDIA's data sheets: dense arithmetic, bandwidth of memory, bandwidth of each
/// link in one direction. Memory is the total that `cudaMemGetInfo` gives, which PyTorch prints as
/// the total capacity when memory runs out; it varies by some tens of MiB with the driver. Each
/// table names its own source; `Reports/calibration` has the commands that made them.
///
/// Efficiencies, for kernels without a table, are medians, rounded to two digits, of single kernels
/// that NVIDIA timed inside vLLM's containers (aiconfigurator-core 0.12.0, Apache-2.0, bfloat16):
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
  /// Their names.
  public static let names = EmbeddedData.files.filter { $0.folder == "GPUs" }.map(\.name)

  /// Every one of them.
  public static let all = names.map(builtIn)

  /// The GPU called `name`.
  public static func named(_ name: String) throws(InputError) -> GPU {
    if names.contains(name) { return builtIn(name) }
    throw .unknown("GPU", name, among: names, in: "--gpu")
  }

  /// Those that were read: each is read once.
  private static let read = Mutex<[String: GPU]>([:])

  private static func builtIn(_ name: String) -> GPU {
    if let known = read.withLock({ $0[name] }) { return known }
    do {
      let gpu = try GPU(json: EmbeddedData.bytes("GPUs", name), source: "\(name).json")
      read.withLock { $0[name] = gpu }
      return gpu
    } catch {
      preconditionFailure("a built-in GPU is well-formed: \(error)")
    }
  }
}
