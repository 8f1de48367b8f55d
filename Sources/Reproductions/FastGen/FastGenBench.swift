import Costs
import Metrics
import Serving
import Studies

/// A system and a model on its GPUs, as FastGen's benchmark ran them.
struct FastGenBench: Sendable {
  /// What serves.
  enum System: Sendable {
    /// DeepSpeed-FastGen with its token budget.
    case fastgen(budget: Int)
    /// vLLM of 2023.
    case vllm

    var name: String {
      switch self {
      case .fastgen: "fastgen"
      case .vllm: "vllm"
      }
    }
  }

  var system: System
  var model: String
  var machine: FastGenPanel.Machine
  var lengths: FastGenLengths
  var replicas = 1

  /// The run with `clients`.
  func replay(
    clients: Int, objective: ServiceLevelObjective? = nil, observing observation: Observation = []
  ) throws -> Replay {
    try service().replay(
      lengths.trace(clients: clients), from: FastGenLengths.clients(clients),
      objective: objective, observing: observation)
  }

  /// The system with its defaults, and FastGen with the settings of its benchmark.
  func service() throws -> Service {
    var deployment = Deployment(model: try served(), gpu: try GPUs.named(machine.gpu))
    deployment.tensorParallelSize = machine.gpus
    deployment.fleet.replicas = replicas
    deployment.host = .alike(host)
    switch system {
    case .fastgen(let budget):
      deployment.gpuMemoryUtilization = 1 - Self.reserve / Double(deployment.gpu.memoryBytes)
      return try deployment.service(
        "splitfuse:max-ragged-batch-size=\(budget),max-ragged-sequence-count=\(budget)")
    case .vllm:
      return try deployment.service("vllm-0.6")
    }
  }

  /// The model as the system computes it: vLLM's Mixtral of then sent every token through every
  /// expert (vLLM issue 2459), as if it were dense.
  private func served() throws -> Model {
    var model = try Models.named(self.model)
    if case .vllm = system, let mixture = model.mixture {
      for index in model.blocks.indices {
        let width = mixture.experts * mixture.intermediate
        model.blocks[index].channels = [.dense(Dense(width: width))]
      }
    }
    return model
  }

  /// Bytes of a GPU that FastGen leaves free beyond what it computes with.
  private static let reserve = Double(1 << 30)
}
