import Costs
import Formats
import Schedulers
import Serving
import Studies
import Testing

@Suite struct `Speculative decoding while a batch runs` {
  /// `model` with what `json` says of drafts.
  private func deployment(
    _ json: String, _ model: String = "llama-3-8b", _ gpu: String = "h100-sxm"
  ) throws -> Deployment {
    var deployment = Deployment(model: try Models.named(model), gpu: try GPUs.named(gpu))
    deployment.speculative = try config(json)
    return deployment
  }

  private func config(_ json: String) throws -> SpeculativeConfig {
    try SpeculativeConfig(
      GivenValue(source: "--speculative-config", text: json), DescribedFiles())
  }

  private static let eagle3 = """
    {"method": "eagle3", "num_speculative_tokens": 3, "synthetic_acceptance_rates": [0.8, 0.6, 0.4]}
    """

  @Test(arguments: [
    "{\"method\": \"ngram\", \"num_speculative_tokens\": 2, \"synthetic_acceptance_length\": 2}",
    """
    {"method": "eagle", "num_speculative_tokens": 2, "synthetic_acceptance_length": 2,
     "num_speculative_tokens_per_batch_size": [[1, 512, 2]]}
    """,
  ])
  func `is planned batch by batch without a model, and where its number changes`(
    _ json: String
  ) throws {
    let error = try #require(throws: InputError.self) {
      try deployment(json).service("vllm-0.33:async-scheduling=true")
    }
    #expect(error.source == "--speculative-config" && !error.remedy.isEmpty)
    #expect(!(try deployment(json).service("vllm").engine.rules.outputs.schedulesAhead))
    #expect(try deployment(Self.eagle3).service("vllm").engine.rules.outputs.schedulesAhead)
  }
}
