import Costs
import Serving
import Studies
import Workloads

/// Llama-3-8B on one H100, unless other names are given.
func deployment(_ model: String = "llama-3-8b", _ gpu: String = "h100-sxm") throws -> Deployment {
  Deployment(model: try Models.named(model), gpu: try GPUs.named(gpu))
}

/// Synthetic chat requests that arrive `rate` times a second.
func chat(_ count: Int, rate: Double) throws -> Trace {
  try ChatWorkload.azureConversation.trace(count: count, rate: rate, seed: 7)
}
