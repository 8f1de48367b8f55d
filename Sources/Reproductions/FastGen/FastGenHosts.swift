import Costs
import Studies

/// What the programs of 2023 add to an iteration, as far as FastGen's figures tell.
///
/// Each system has the host times that are known of it, and one constant more a model and machine:
/// the time that it spends on each sequence of an iteration, in Python and, with several GPUs, in
/// sending the batch to every rank. It is that which leaves the least mean error over the model's
/// latencies in `fastgen-curves`, to a tenth of a millisecond; nothing else is fitted, and the
/// other studies use the same.
///
/// Kernels are started sooner on the hosts of H100s than those times say. FastGen's constant there
/// is the time that a layer takes to start, chosen alike, and its sequences take what they take on
/// A100s, chosen for both machines together; vLLM's layers start sooner in the same proportion.
/// Mixtral's are chosen for prompts of 1,200 tokens and more: outputs to shorter ones end early.
extension FastGenBench {
  /// The host times of the system with the model on the machine.
  var host: HostTime {
    switch system {
    case .fastgen: fastgenHost
    case .vllm: vllmHost
    }
  }

  private var fastgenHost: HostTime {
    var host = HostTime.fastGen2023
    host.secondsPerSequence = 1e-3 * fastgenSequence
    if case .h100 = machine { host.secondsPerLayer = Self.layerOnH100 }
    // Its decodes are shorter than the layers of others take to start.
    if model == "phi-2" { host.secondsPerLayer = 0 }
    return host
  }

  /// In milliseconds.
  private var fastgenSequence: Double {
    switch model {
    case "llama-2-70b": 1.3
    case "llama-2-13b": 0.4
    case "llama-2-7b": 0.2
    case "falcon-40b": 1.3
    case "falcon-180b": 1.2
    case "mixtral-8x7b": 0.7
    default: 0
    }
  }

  private var vllmHost: HostTime {
    // CUDA graphs came with vLLM 0.2.7, between the two posts.
    var host = isOfJanuary ? HostTime.vllmV0 : .sarathi2024
    host.secondsPerSequence = 1e-3 * vllmSequence
    if case .h100 = machine {
      host.secondsPerLayer *= Self.layerOnH100 / HostTime.fastGen2023.secondsPerLayer
    }
    return host
  }

  /// In milliseconds.
  private var vllmSequence: Double {
    switch (model, machine) {
    case ("llama-2-70b", .h100): 2.3
    case ("llama-2-70b", _): 1.1
    case ("llama-2-13b", _): 0.3
    case ("llama-2-7b", _): 0.4
    case ("falcon-40b", _): 0.5
    case ("falcon-180b", _): 0.8
    default: 0.2
    }
  }

  /// Whether the second post shows it, of January 2024; the first is of November 2023.
  private var isOfJanuary: Bool { !model.hasPrefix("llama-2") }

  private static let layerOnH100 = 0.37e-3
}
