import Costs
import Formats
import Serving
import Studies

/// Drafts of one sequence, and the tokens that their verification emits on average.
struct PublishedDrafts {
  var method: String
  var count: Int
  var length: Double
  /// The model that drafts, where it is no layer like those of the other.
  var model: Model?
  /// Whether no CUDA graph holds its kernels, and whether one pass drafts all.
  var isEager = false
  var isParallel = false

  init(_ method: String, _ count: Int, length: Double) {
    (self.method, self.count, self.length) = (method, count, length)
  }

  func config() throws(InputError) -> SpeculativeConfig {
    let model = method == "draft_model" ? "\"model\": \"llama-3-8b\", " : ""
    let text =
      "{\"method\": \"\(method)\", \(model)\"num_speculative_tokens\": \(count), "
      + "\"synthetic_acceptance_length\": \(length), \"draft_tensor_parallel_size\": 1}"
    var config = try SpeculativeConfig(
      GivenValue(source: "speculation", text: text), DescribedFiles())
    if let drafter = self.model { config.model = drafter }
    (config.isEager, config.isParallel) = (isEager, isParallel)
    return config
  }
}

/// A model on its GPUs, and what decodes there together.
struct SpeculationSetup {
  var deployment: Deployment
  /// Sequences of one rank, and the tokens of each.
  var sequences = 1
  var context: Int
  /// Seconds of the host in each iteration that nothing hides, where they were measured.
  var hostSeconds = 0.0

  init(_ model: Model, on gpu: String, context: Int) throws(InputError) {
    deployment = Deployment(model: model, gpu: try GPUs.named(gpu))
    deployment.maxModelLen = max(4096, context)
    deployment.countsWindowsInFull = true
    self.context = context
  }

  /// How much faster decodes are with `drafts`.
  func speedup(_ drafts: PublishedDrafts) throws -> Double {
    try drafts.length * seconds(nil) / seconds(drafts)
  }

  /// Seconds of an iteration that verifies `drafts`, with those that follow, or of a plain one.
  func seconds(_ drafts: PublishedDrafts?) throws -> Double {
    let count = drafts?.count ?? 0
    return try seconds(
      .verifying(
        sequences: sequences, drafts: sequences * count, context: sequences * context,
        following: count), drafts)
  }

  func seconds(_ batch: Batch, _ drafts: PublishedDrafts?) throws -> Double {
    var deployment = deployment
    deployment.speculative = try drafts?.config()
    let service = try deployment.service("vllm:async-scheduling=false")
    let ranks = deployment.experts.dataParallelSize
    return service.cost.seconds(for: batch, amid: ranks * batch.tokens) + hostSeconds
  }
}
