import Serving

/// The measured times of the attention of those layers of a model that attend equally far.
struct AttentionTimes: Sendable {
  private let attention: Attention
  private let prefill: KernelSlice
  private let decode: KernelSlice

  /// The times of `attention` on `gpu`, or nil where none were measured.
  init?(of attention: Attention, on gpu: GPU) {
    let decodes = attention.decodeKernel(sequences: 1, context: 1)
    guard let prefill = gpu.tables.slice(through: attention.prefillKernel([]), on: gpu),
      let decode = gpu.tables.slice(through: decodes, on: gpu)
    else { return nil }
    self.attention = attention
    self.prefill = prefill
    self.decode = decode
  }

  /// Layers that attend so; there may be none.
  var layers: Int { attention.layers }

  /// The seconds of all layers for the prompts of `chunks`.
  @inline(__always)
  func prefillSeconds(_ chunks: [Chunk]) -> Double {
    prefill.seconds(attention.prefillKernel(chunks)) * Double(attention.layers)
  }

  /// The seconds of all layers for decodes whose cached tokens sum to `context`.
  @inline(__always)
  func decodeSeconds(sequences: Int, context: Int) -> Double {
    decode.seconds(attention.decodeKernel(sequences: sequences, context: context))
      * Double(attention.layers)
  }
}
