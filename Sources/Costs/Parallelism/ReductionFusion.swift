/// All-reduces by a kernel that also adds to the residual stream and normalises: FlashInfer's,
/// which is TensorRT-LLM's.
///
/// vLLM has it by default from 0.17 on (`fuse_allreduce_rms`, vllm-project/vllm#34299), for
/// messages of up to so many bytes; TensorRT-LLM always. Tables are of its all-reduce without the
/// rest, which is taken to cost nothing more.
public struct ReductionFusion: Sendable, Equatable {
  /// The largest message, in bytes.
  public var bytes: Int
  /// Whether it is found behind experts too whose results are cut to the hidden size before they
  /// are normalised: vLLM's pass over the graph does not find it there.
  public var seesCuts: Bool

  public init(bytes: Int, seesCuts: Bool = true) {
    self.bytes = bytes
    self.seesCuts = seesCuts
  }

  /// What is fused among `gpus`, as vLLM 0.16's `FI_ALLREDUCE_FUSION_MAX_SIZE_MB` has it; nil where
  /// there is no such kernel, as before Hopper, without NVLink, or for another number of GPUs.
  public init?(among gpus: Int, on gpu: GPU) {
    guard gpu.links[0].kind == .nvlink, gpu.peaks.fp8 != nil else { return nil }
    let isBlackwell = gpu.peaks.fp4 != nil
    let mebibyte = 1 << 20
    seesCuts = true
    switch gpus {
    case 2: bytes = 64 * mebibyte
    case 4: bytes = (isBlackwell ? 32 : 2) * mebibyte
    case 8: bytes = isBlackwell ? mebibyte : mebibyte / 2
    default: return nil
    }
  }
}
