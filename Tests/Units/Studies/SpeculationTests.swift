import Costs
import Formats
import Foundation
import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Testing

@Suite struct `Speculative decoding` {
  /// `model` with what `json` says of drafts.
  func deployment(
    _ json: String, _ model: String = "llama-3-8b", _ gpu: String = "h100-sxm"
  ) throws -> Deployment {
    var deployment = Deployment(model: try Models.named(model), gpu: try GPUs.named(gpu))
    deployment.speculative = try config(json)
    return deployment
  }

  func config(_ json: String) throws -> SpeculativeConfig {
    try SpeculativeConfig(
      GivenValue(source: "--speculative-config", text: json), DescribedFiles())
  }

  static let eagle3 = """
    {"method": "eagle3", "num_speculative_tokens": 3, "synthetic_acceptance_rates": [0.8, 0.6, 0.4]}
    """

  /// `count` requests at once, each with a prompt of 512 and an answer of 256.
  private func together(_ count: Int) -> Trace {
    Trace(
      requests: (0..<count).map { _ in
        Request(arrival: 0, promptTokens: 512, outputTokens: 256)
      })
  }

  @Test func `is read as vLLM has it`() throws {
    let read = try config(Self.eagle3)
    #expect(read.method == .eagle3 && read.numSpeculativeTokens == 3)
    #expect(read.rates == [0.8, 0.6, 0.4])
    let constant = try config(
      """
      {"method": "ngram", "num_speculative_tokens": 3, "synthetic_acceptance_rate": 0.5}
      """)
    #expect(constant.rates == [0.5, 0.25, 0.125])
    let length = try config(
      """
      {"method": "mtp", "num_speculative_tokens": 7, "synthetic_acceptance_length": 3.5,
       "rejection_sample_method": "synthetic",
       "num_speculative_tokens_per_batch_size": [[1, 16, 7], [17, 512, 2]]}
      """)
    #expect(length.rates == [1, 1, 0.5, 0, 0, 0, 0])
    #expect(length.byBatchSize.map(\.drafts) == [7, 2])
    #expect(length.byBatchSize.map(\.sequences) == [1...16, 17...512])
  }

  @Test(arguments: [
    ("", "empty"), ("{", "JSON"), ("{\"method\": \"medusa\"}", "method"),
    ("{\"method\": \"eagle\"}", "num_speculative_tokens"),
    ("{\"method\": \"eagle\", \"num_speculative_tokens\": 0}", "num_speculative_tokens"),
    ("{\"method\": \"eagle\", \"num_speculative_tokens\": 2}", "synthetic_acceptance_rates"),
    (
      "{\"method\": \"eagle\", \"num_speculative_tokens\": 2, \"synthetic_acceptance_rates\": [1]}",
      "synthetic_acceptance_rates"
    ),
    (
      """
      {"method": "eagle", "num_speculative_tokens": 2, "synthetic_acceptance_rates": [0.5, 0.6]}
      """, "none greater"
    ),
    (
      """
      {"method": "eagle", "num_speculative_tokens": 2, "synthetic_acceptance_length": 3.1}
      """, "3.1"
    ),
    (
      """
      {"method": "draft_model", "num_speculative_tokens": 2, "synthetic_acceptance_length": 2}
      """, "model"
    ),
    (
      """
      {"method": "mtp", "num_speculative_tokens": 2, "synthetic_acceptance_length": 2,
       "parallel_drafting": true}
      """, "parallel_drafting"
    ),
    (
      """
      {"method": "ngram", "num_speculative_tokens": 2, "synthetic_acceptance_length": 2,
       "enforce_eager": true}
      """, "enforce_eager"
    ),
    (
      """
      {"method": "eagle", "num_speculative_tokens": 2, "synthetic_acceptance_length": 2,
       "num_speculative_tokens_per_batch_size": [[1, 4, 3]]}
      """, "per_batch_size"
    ),
  ])
  func `is refused where it is wrong, with what is`(_ json: String, _ word: String) throws {
    let error = try #require(throws: InputError.self) { try config(json) }
    #expect("\(error)".contains(word), "\(error)")
    #expect(error.source.contains("--speculative-config"))
    #expect(!error.remedy.isEmpty)
  }

  @Test(arguments: ["vllm-0.11", "orca", "sglang", "nanoflow"])
  func `is refused by name where it is not known`(_ scheduler: String) throws {
    let error = try #require(throws: InputError.self) {
      try deployment(Self.eagle3, "llama-2-7b").service(scheduler)
    }
    #expect(error.source == "--speculative-config" && !error.remedy.isEmpty)
  }

  @Test func `is refused beside pipelines, windows and other vocabularies`() throws {
    var piped = try deployment(Self.eagle3)
    piped.pipelineParallelSize = 2
    #expect(throws: InputError.self) { try piped.service("vllm") }
    #expect(throws: InputError.self) {
      try deployment(Self.eagle3, "gpt-oss-20b").service("vllm")
    }
    let other = try deployment(
      """
      {"method": "draft_model", "model": "qwen3-8b", "num_speculative_tokens": 3,
       "synthetic_acceptance_length": 2}
      """)
    let error = try #require(throws: InputError.self) { try other.service("vllm") }
    #expect("\(error)".contains("151936 words"))
    var whole = try deployment(Self.eagle3, "gpt-oss-20b")
    whole.countsWindowsInFull = true
    #expect(throws: Never.self) { try whole.service("vllm") }
  }

  @Test func `takes memory for the layer that drafts, and for its keys and values`() throws {
    func plan(_ json: String?) throws -> MemoryPlan {
      var served = try deployment(Self.eagle3)
      served.speculative = try json.map(config)
      return try #require(try MemoryReport(of: served, under: "vllm").plan)
    }
    let (without, eagle) = (try plan(nil), try plan(Self.eagle3))
    // A layer of 218,112,000 parameters, 2 x 4096 x 4096 before it, and a head of 32,000 words.
    let parameters = 218_112_000 + 2 * 4096 * 4096 + 32_000 * 4096
    #expect(eagle.draft.weightBytes == 2 * parameters)
    // One more of 32 layers keeps keys and values.
    #expect(eagle.blockBytes * 32 == without.blockBytes * 33)
    #expect(eagle.blocks < without.blocks)
    let ngram = try plan(
      """
      {"method": "ngram", "num_speculative_tokens": 3, "synthetic_acceptance_length": 2}
      """)
    #expect(ngram == without)
    let draft = try plan(
      """
      {"method": "draft_model", "model": "llama-3.1-8b", "num_speculative_tokens": 3,
       "synthetic_acceptance_length": 2}
      """)
    let model = try Shard(of: Models.named("llama-3.1-8b"))
    #expect(draft.draft.weightBytes == model.weightBytes)
    #expect(draft.draft.bytesPerToken == model.keyValueBytesPerToken)
    var served = try deployment(Self.eagle3)
    #expect(
      MemoryText.text(try MemoryReport(of: served, under: "vllm")).contains("weights that draft"))
    served.speculative = nil
    #expect(!MemoryText.text(try MemoryReport(of: served, under: "vllm")).contains("draft"))
  }

  @Test func `costs what is verified and what is drafted`() throws {
    let served = try deployment(Self.eagle3)
    let cost = try #require(served.service("vllm").cost as? DraftingCost)
    func seconds(_ drafts: Int, _ following: Int, sequences: Int = 4) -> Double {
      cost.seconds(
        for: .verifying(
          sequences: sequences, drafts: sequences * drafts, context: 1000 * sequences,
          following: following))
    }
    let plain = cost.target.seconds(
      for: Batch(decodes: 4, decodeContext: 4000, decodeContextSquares: 0))
    #expect(seconds(0, 0) == plain)
    // Few tokens more wait for the same weights.
    #expect(seconds(3, 0) > plain && seconds(3, 0) < 1.1 * plain)
    // Many are computed one by one.
    #expect(seconds(3, 0, sequences: 1000) > 1.5 * seconds(0, 0, sequences: 1000))
    // A pass is that of a layer and a head: 0.42 GB of 16 GB, and 0.26 GB.
    let pass = seconds(3, 2) - seconds(3, 1)
    #expect(pass > 0.03 * plain && pass < 0.1 * plain)
    #expect(abs(seconds(3, 3) - seconds(3, 2) - pass) < 1e-12)
    let ngram = try deployment(
      """
      {"method": "ngram", "num_speculative_tokens": 3, "synthetic_acceptance_length": 2}
      """)
    let free = try ngram.service("vllm").cost
    let batch = Batch.verifying(sequences: 4, drafts: 12, context: 4000, following: 3)
    #expect(free.seconds(for: batch) == cost.target.seconds(for: batch))
  }

  @Test func `prices verified drafts the same by parts and in sum`() throws {
    for model in ["llama-3-8b", "deepseek-v2-lite", "mixtral-8x7b"] {
      var served = Deployment(
        model: try Models.named(model), gpu: try GPUs.named("h200-sxm"))
      served.host = .alike(.none)
      let cost = try served.cost()
      let batch = Batch.verifying(sequences: 30, drafts: 90, context: 50_000, following: 0)
      let sum = Breakdown(of: batch, by: cost).parts.totalSeconds
      #expect(abs(sum / cost.seconds(for: batch) - 1) < 1e-9, "\(model)")
    }
  }

  @Test func `reports what was accepted, and gaps by token and by emission`() throws {
    let run = try deployment(Self.eagle3).service("vllm").replay(together(40)).run
    let drafts = try #require(run.metrics.drafts)
    #expect(abs(drafts.meanAcceptanceLength - 2.8) < 0.1)
    #expect(abs(drafts.acceptanceRate - 0.6) < 0.04)
    #expect(drafts.ratesByPosition.count == 3)
    let byToken = try #require(run.metrics[.tbt])
    let byEmission = try #require(drafts.emissionGaps)
    #expect(byToken.count == 40 * 255 && byEmission.count < byToken.count / 2)
    // The same time is told in fewer gaps.
    let (a, b) = (byToken.mean * Double(byToken.count), byEmission.mean * Double(byEmission.count))
    #expect(abs(a / b - 1) < 1e-9)
    #expect(byToken.p99 > (try #require(run.metrics[.tpot]).mean))
    #expect(byToken.p50 == 0 && byEmission.p50 > 0)
    let text = ReplayReport.text(run)
    #expect(text.contains("Speculation\n") && text.contains("TBT by emission"))
    #expect(text.contains("speculative_config eagle3 of 3 tokens, accepted at 0.8/0.6/0.4"))
    let columns = run.values.map(\.column)
    #expect(columns.contains("speculation_mean_acceptance_length"))
    #expect(columns.contains("tbt_by_emission_p99_seconds"))
  }

  @Test func `is told nowhere where nothing is drafted`() throws {
    var served = try deployment(Self.eagle3)
    served.speculative = nil
    let run = try served.service("vllm").replay(together(4)).run
    #expect(run.metrics.drafts == nil)
    #expect(!ReplayReport.text(run).contains("pecul"))
    #expect(!run.values.contains { $0.section == "speculation" })
  }
}
