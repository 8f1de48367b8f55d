/// What the engine's own program adds to an iteration while the GPU waits for it.
public struct HostTime: Sendable, Equatable {
  public var secondsPerIteration: Double
  /// For each sequence in the batch.
  public var secondsPerSequence: Double

  public init(secondsPerIteration: Double, secondsPerSequence: Double) {
    self.secondsPerIteration = secondsPerIteration
    self.secondsPerSequence = secondsPerSequence
  }

  /// An engine that prepares the next batch while the GPU computes this one, as vLLM with
  /// asynchronous scheduling, SGLang and NanoFlow do.
  ///
  /// A GPU so fast that it waits for its host all the same is not modelled.
  public static let overlapped = HostTime(secondsPerIteration: 0, secondsPerSequence: 0)

  /// vLLM's second engine: what its scheduling and batch preparation leave visible.
  ///
  /// Source: inference-sim's fit to vLLM 0.15.1 on H100, 126 us a step and 4 us a request in the
  /// batch (github.com/inference-sim/inference-sim, Apache-2.0).
  public static let vllmV1 = HostTime(secondsPerIteration: 126e-6, secondsPerSequence: 4e-6)

  /// An engine of 2024 that schedules, prepares, samples and detokenises in turn.
  ///
  /// Source: a line through the medians of scheduling, preparing inputs, sampling and processing
  /// outputs over 8 to 128 sequences, Llama-2-7B on one A100, from Vidur's `cpu_overheads.csv`
  /// (github.com/microsoft/vidur, MIT).
  public static let sequential = HostTime(secondsPerIteration: 1.3e-3, secondsPerSequence: 46e-6)
}
