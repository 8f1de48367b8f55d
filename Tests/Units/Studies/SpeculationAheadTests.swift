import Costs
import Formats
import Schedulers
import Serving
import Studies
import Testing

/// While a batch runs.
extension `Speculative decoding` {
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
