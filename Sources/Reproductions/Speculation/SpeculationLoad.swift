import Costs
import Serving
import Studies

extension Speculation {
  /// Llama 3 70B on four H100 of vLLM's first engine, with four drafts. How many are accepted
  /// follows from the gain at one request a second, 1.5 times by a small model on ShareGPT and 2.8
  /// by earlier words on CNN/DailyMail; what is compared is the loss at high load, 1.4 and 1.8
  /// times, in batches of as many sequences as that engine formed at most.
  static func highLoad() throws -> [Reproduction.Row] {
    var rows: [Reproduction.Row] = []
    for (method, data, context, gain, loss) in [
      ("draft_model", "sharegpt", 400, 1.5, 1.4), ("ngram", "cnn dailymail", 900, 2.8, 1.8),
    ] {
      let engine = try FirstEngine(drafter: method == "draft_model" ? qwama : nil, context: context)
      let length = try gain / engine.speedup(of: 4, sequences: 1)
      rows.append(
        row(
          "\(method) of 4 on 4 h100", data, 256, 1 / loss,
          try length * engine.speedup(of: 4, sequences: 256)))
    }
    return rows
  }

  /// Qwama-0.5B-Instruct: Qwen2-0.5B with the words of Llama 3.
  private static let qwama = Model(
    name: "qwama-0.5b", source: "turboderp/Qwama-0.5B-Instruct", layers: 24, hidden: 896, heads: 14,
    keyValueHeads: 2, headSize: 64, intermediate: 4864, vocabulary: 128_256, maxPositions: 32_768)
}

/// vLLM 0.6 as it verified drafts where it had CUDA graphs: each sequence becomes one for itself
/// and one for each of its drafts, which all attend to the whole context, and are prepared and
/// sampled one by one (`spec_decode/batch_expansion.py`). Graphs hold batches of 256 at most.
private struct FirstEngine {
  private let target: Deployment
  private let drafter: Deployment?
  private let context: Int

  init(drafter: Model?, context: Int) throws {
    var host = HostTime.vllmV0
    host.capturedTokens = 256
    host.secondsPerLaunch = HostTime.vllmV1.secondsPerLaunch
    target = try Self.deployment(Models.named("llama-3-70b"), gpus: 4, host)
    self.drafter = try drafter.map { try Self.deployment($0, gpus: 1, .none) }
    self.context = context
  }

  private static func deployment(
    _ model: Model, gpus: Int, _ host: HostTime
  ) throws -> Deployment {
    var deployment = Deployment(model: model, gpu: try GPUs.named("h100-sxm"))
    deployment.tensorParallelSize = gpus
    deployment.maxModelLen = 4096
    deployment.host = .alike(host)
    return deployment
  }

  /// How much faster `sequences` decode with `drafts` of which none is accepted.
  func speedup(of drafts: Int, sequences: Int) throws -> Double {
    let plain = try seconds(target, sequences)
    let verified = try seconds(target, sequences * (drafts + 1))
    let drafting = try drafter.map { try seconds($0, sequences) * Double(drafts) } ?? 0
    return plain / (verified + drafting)
  }

  private func seconds(_ deployment: Deployment, _ sequences: Int) throws -> Double {
    try deployment.cost().seconds(
      for: .verifying(
        sequences: sequences, drafts: 0, context: sequences * context, following: 0))
  }
}
