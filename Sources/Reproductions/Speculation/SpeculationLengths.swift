import Schedulers
import Serving
import Studies

extension Speculation {
  /// Whisper large-v2 with a distilled model of a sixth of its time for five drafts, which takes
  /// four of five tokens: twice as fast, as one request that vLLM serves.
  static func assistant() throws -> [Reproduction.Row] {
    let rates = [0.8, 0.64, 0.512, 0.4096, 0.32768]
    let (plain, _) = try alone([])
    return [
      row("draft_model of 5", "whisper large-v2", 1, 2, try plain / alone(rates).seconds)
    ]
  }

  /// Tokens that a verification emits on average, by the chances that its drafts are accepted.
  static func lengths() throws -> [Reproduction.Row] {
    try [
      ("eagle-3 of 5", "minicpm3-4b", [0.58, 0.34, 0.22, 0.15, 0.11], 2.47),
      ("eagle-3 of 3", "minimax-m3", [0.76, 0.56, 0.43], 2.8),
      ("mtp of 2", "exd", [0.648, 0.479], 2.13),
    ].map { system, workload, rates, published in
      row(
        system, workload, 1, published, try alone(rates).length, metric: "acceptance length")
    }
  }

  /// Seconds in which one request of 10,000 tokens decodes with drafts accepted at `rates`, and the
  /// tokens of a verification.
  private static func alone(_ rates: [Double]) throws -> (seconds: Double, length: Double) {
    let setting = EngineSetting(maxModelLen: 16_384, headSize: 128, isLargeGPU: true)
    let engine = try Schedulers.engine("vllm-0.33:async-scheduling=false", setting)
    var rules = engine.rules
    rules.memory.blocks = 1024
    if !rates.isEmpty {
      rules.speculation = EngineRules.Speculation(
        .draftModel, numSpeculativeTokens: rates.count,
        acceptance: Acceptance(rates: rates, seed: 1))
    }
    var simulation = Simulation(
      Trace(requests: [Request(arrival: 0, promptTokens: 100, outputTokens: 10_000)]),
      rules: rules, scheduler: engine.scheduler, cost: Assisted(), observing: .iterations)
    let timeline = try simulation.run()
    let record = timeline.records[0]
    let drafts = timeline.drafts
    let length = 1 + Double(drafts.accepted) / Double(max(1, drafts.rounds))
    return (Double(record.finish - record.firstToken) / 1e9, length)
  }

  /// An iteration behind which each draft takes a sixth of its time.
  private struct Assisted: CostModel {
    func seconds(for batch: borrowing Batch) -> Double {
      0.03 * (1 + Double(batch.draftsToFollow) / 6)
    }
  }
}
