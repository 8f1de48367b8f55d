import Testing

@testable import Costs

@Suite struct `The time of a host` {
  /// What Vidur's tables of vLLM in 2024 say of schedule, inputs, sampling, outputs and Ray:
  /// Llama-2-7B on one GPU 2.1 + 0.3 ms for 32 sequences and 6.2 + 1.0 for 128, CodeLlama-34B on
  /// two 2.8 + 6.3 for 32.
  @Test(arguments: [(32, 1, 2.4e-3), (128, 1, 7.2e-3), (32, 2, 9.1e-3)])
  func `is in vLLM V0 what was measured by the number of sequences and GPUs`(
    sequences: Int, gpus: Int, measured: Double
  ) {
    let host = HostTime.vllmV0.seconds(
      around: 0, .init(sequences: sequences, layers: 32, gpus: gpus))
    #expect(abs(host / measured - 1) < 0.15)
    // The GPU waits meanwhile.
    let both = HostTime.vllmV0.seconds(
      around: 0.01, .init(sequences: sequences, layers: 32, gpus: gpus))
    #expect(abs(both - host - 0.01) < 1e-12)
  }

  /// The constant part of FastGen's forwards, a line through its published latencies by tokens:
  /// Llama-2 13B of 40 layers 22 ms, 70B of 80 44 ms, Falcon-40B of 60 32 ms, Falcon-180B of 80 40.
  @Test(arguments: [(40, 0.022), (80, 0.044), (60, 0.032), (80, 0.040)])
  func `is in FastGen a floor for each layer`(layers: Int, published: Double) {
    let alone = HostTime.fastGen2023.seconds(
      around: 1e-3, .init(sequences: 0, layers: layers, gpus: 1))
    #expect(abs(alone / published - 1) < 0.1)
    // A GPU that takes longer is not kept waiting by its layers.
    #expect(
      HostTime.fastGen2023.seconds(around: 1, .init(sequences: 0, layers: layers, gpus: 1)) == 1)
  }

  /// Llama-2 13B: 768 tokens of 16 clients take 130 ms end to end, and 93 ms in the forward alone.
  @Test func `is in FastGen what a turn takes beyond its forward`() {
    let turn = HostTime.fastGen2023.seconds(
      around: 0.093, .init(sequences: 16, layers: 40, gpus: 1))
    #expect(abs(turn / 0.130 - 1) < 0.1)
    #expect(abs((turn - 0.093) / 0.037 - 1) < 0.25)
  }

  /// Layers of twenty kernels, uncaptured, keep the GPU waiting; an iteration that a graph starts
  /// does not, nor one that takes the GPU longer.
  @Test func `is kernels started one by one where no graph is captured`() {
    let host = HostTime(secondsPerLaunch: 10e-6)
    func seconds(_ gpu: Double, tokens: Int) -> Double {
      host.seconds(around: gpu, .init(tokens: tokens, layers: 40, launches: 800))
    }
    #expect(seconds(5e-3, tokens: 512) == 5e-3)
    #expect(seconds(5e-3, tokens: 513) == 8e-3)
    #expect(seconds(9e-3, tokens: 513) == 9e-3)
  }

  /// Graphs that capture decodes alone leave a prompt's kernels to the host, however few its
  /// tokens.
  @Test func `is a prompt's kernels where graphs are captured for decodes alone`() {
    let host = HostTime(secondsPerLaunch: 10e-6, capturesPrompts: false)
    func seconds(_ gpu: Double, hasPrompts: Bool) -> Double {
      host.seconds(
        around: gpu, .init(tokens: 16, layers: 40, hasPrompts: hasPrompts, launches: 800))
    }
    #expect(seconds(5e-3, hasPrompts: false) == 5e-3)
    #expect(seconds(5e-3, hasPrompts: true) == 8e-3)
  }

  /// One half, 13 twelfths and 481 of 280.
  private static let latest: [(Int, Double)] = [
    (1, 0), (2, 0.5), (4, 1.083_333_333_333_333_3), (8, 1.717_857_142_857_142_9),
  ]

  /// The last of n that are late by an exponential time each comes 1 + 1/2 + … + 1/n of its mean
  /// late; the kernels' own tables have the mean in them. Two collectives a layer, and one more.
  @Test(arguments: latest)
  func `waits for the last of the GPUs`(_ gpus: Int, _ latest: Double) {
    let host = HostTime(secondsLate: 1e-6)
    let seconds = host.seconds(around: 0.01, .init(sequences: 3, layers: 10, gpus: gpus))
    #expect(abs(seconds - 0.01 - 21e-6 * latest) < 1e-12)
  }
}
