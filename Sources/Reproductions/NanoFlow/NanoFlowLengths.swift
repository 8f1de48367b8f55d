import Formats
import Serving
import Studies
import Workloads

/// The lengths of a data set that NanoFlow was measured with, as lognormal distributions, prompts
/// and outputs independent.
///
/// As in its scripts, requests with a prompt of more than 3,072 tokens, an output of more than
/// 1,024, or more than 4,096 together are left out. Those that the scripts keep have other means
/// than the whole data sets (OSDI 2025, Table 4); here means are such that those kept have theirs.
/// Deviations are to means as in Table 4.
struct NanoFlowLengths: Sendable {
  let name: String
  /// Mean and standard deviation before any are left out, in tokens.
  let prompt: (mean: Double, deviation: Double)
  let output: (mean: Double, deviation: Double)
  /// Mean tokens of prompts and outputs of the requests that the scripts keep.
  let kept: (prompt: Double, output: Double)

  private init(
    _ name: String, prompt: Double, _ promptSpread: Double, output: Double,
    _ outputSpread: Double, kept: (prompt: Double, output: Double)
  ) {
    self.name = name
    self.prompt = (prompt, prompt * promptSpread)
    self.output = (output, output * outputSpread)
    self.kept = kept
  }

  static let all = [
    NanoFlowLengths(
      "splitwise", prompt: 971.5, 1109 / 1155, output: 231.4, 163 / 211, kept: (850, 225)),
    NanoFlowLengths("lmsys", prompt: 92.9, 169 / 102, output: 217.4, 210 / 222, kept: (92, 206)),
    NanoFlowLengths(
      "sharegpt", prompt: 250.8, 547 / 246, output: 344.1, 244 / 322, kept: (224, 318)),
  ]

  /// Requests that are all there at once, enough for some thousands of iterations.
  func backlog(for bench: NanoFlowBench) throws(InputError) -> Trace {
    try drawn(
      NanoFlowBench.iterations * bench.tokens / Int(prompt.mean + output.mean), seed: 1)
  }

  /// Those of `count` requests that are not left out, all there at once.
  func drawn(_ count: Int, seed: UInt64) throws(InputError) -> Trace {
    let workload = ChatWorkload(
      promptTokens: Self.model(prompt), outputTokens: Self.model(output), scoreCorrelation: 0,
      arrivals: ChatWorkload.azureConversation.arrivals)
    let drawn = try workload.trace(count: count, rate: 1, seed: seed)
    return Trace(
      requests: drawn.requests.filter {
        $0.promptTokens <= 3072 && $0.outputTokens <= 1024
          && $0.promptTokens + $0.outputTokens <= 4096
      }.map {
        Request(arrival: 0, promptTokens: $0.promptTokens, outputTokens: $0.outputTokens)
      })
  }

  /// Up to three deviations of the logarithm on either side.
  private static func model(_ moments: (mean: Double, deviation: Double)) -> LengthModel {
    .lognormal(
      mean: moments.mean, deviation: moments.deviation, source: "NanoFlow (OSDI 2025), Table 4")
  }
}
