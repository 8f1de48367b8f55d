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

/// On fewer GPUs than hold the model.
extension `Speculative decoding` {
  private func drafting(on gpus: Int?) throws -> Deployment {
    let given = gpus.map { ", \"draft_tensor_parallel_size\": \($0)" } ?? ""
    var deployment = try deployment(
      """
      {"method": "draft_model", "model": "llama-3-8b", "num_speculative_tokens": 3,
       "synthetic_acceptance_length": 2\(given)}
      """, "llama-3-70b")
    deployment.tensorParallelSize = 4
    return deployment
  }

  @Test func `is drafted on all GPUs, or on one, where that takes longer`() throws {
    let batch = Batch.verifying(sequences: 4, drafts: 12, context: 4000, following: 3)
    func seconds(_ gpus: Int?) throws -> Double {
      try drafting(on: gpus).service("vllm").cost.seconds(for: batch)
    }
    #expect(try seconds(4) == seconds(nil))
    // Weights of 16 GB three times at 3.35 TB/s, less what four GPUs take.
    #expect(try seconds(1) > seconds(4) + 0.007)
    let error = try #require(throws: InputError.self) { try drafting(on: 2).service("vllm") }
    #expect("\(error)".contains("draft_tensor_parallel_size"))
  }
}
