import Serving

/// What one kind of mixer adds to an iteration beyond what the number of tokens says; made once for
/// a shard and a GPU.
struct MixerTerm: Sendable {
  let mixer: ShardMixer
  private let layers: Double
  /// The measured times of one layer's attention, where there are any.
  private let prefill: KernelSlice
  private let decode: KernelSlice

  /// The term of `layers` layers with `mixer`.
  init(of mixer: ShardMixer, layers: Int, on gpu: GPU, times: OperationTimes) {
    self.mixer = mixer
    self.layers = Double(layers)
    let tables = times == .measured ? gpu.tables : KernelTables()
    prefill = tables.slice(through: mixer.prefillKernel([]), on: gpu)
    decode = tables.slice(through: mixer.decodeKernel(sequences: 1, context: 1), on: gpu)
  }

  /// Whether all of its times are measured.
  var isMeasured: Bool { prefill.isMeasured && decode.isMeasured }

  /// The seconds of the attention of the prompts in `batch`, in all layers, where times are
  /// measured.
  @inline(__always)
  func prefillSeconds(_ batch: borrowing Batch) -> Double {
    layers == 0 ? 0 : prefill.seconds(mixer.prefillKernel(batch.chunks)) * layers
  }

  /// The seconds of the attention of the decodes in `batch`, likewise.
  @inline(__always)
  func decodeSeconds(_ batch: borrowing Batch) -> Double {
    if layers == 0 { return 0 }
    let kernel = mixer.decodeKernel(sequences: batch.decodes, context: batch.decodeContext)
    return decode.seconds(kernel) * layers
  }

  /// The seconds of one run of `operation` on `gpu`, if it is the attention of this mixer.
  func seconds(_ operation: Operation, on gpu: GPU) -> Double? {
    guard let slice = slice(for: operation), let kernel = operation.kernel else { return nil }
    return max(slice.seconds(kernel), operation.leastSeconds(on: gpu))
  }

  private func slice(for operation: Operation) -> KernelSlice? {
    switch (mixer, operation.shape) {
    case (.attention(let attention), .prefill(_, _, _, _, let window)):
      attention.window == window ? prefill : nil
    case (.attention(let attention), .decode(_, _, _, _, _, _, let window)):
      attention.window == window ? decode : nil
    case (.latent, .latentPrefill): prefill
    case (.latent, .latentDecode): decode
    default: nil
    }
  }
}
