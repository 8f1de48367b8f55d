import Serving
import Workloads

/// The lengths of a data set that NanoFlow was measured with (OSDI 2025, Table 4), as lognormal
/// distributions with the published means and deviations, prompts and answers independent.
///
/// As in its scripts, requests with a prompt of more than 3,072 tokens, an answer of more than
/// 1,024, or more than 4,096 together are left out; the means are then not the published ones.
struct NanoFlowLengths: Sendable {
  let name: String
  /// Mean and standard deviation, in tokens.
  let prompt: (mean: Double, deviation: Double)
  let answer: (mean: Double, deviation: Double)

  static let all = [
    NanoFlowLengths(name: "splitwise", prompt: (1155, 1109), answer: (211, 163)),
    NanoFlowLengths(name: "lmsys", prompt: (102, 169), answer: (222, 210)),
    NanoFlowLengths(name: "sharegpt", prompt: (246, 547), answer: (322, 244)),
  ]

  /// Requests that are all there at once, enough for some thousands of iterations.
  func backlog(for bench: NanoFlowBench) throws(InputError) -> Trace {
    let workload = ChatWorkload(
      promptTokens: Self.model(prompt), outputTokens: Self.model(answer), scoreCorrelation: 0,
      arrivals: ChatWorkload.azureConversation.arrivals)
    let wanted = NanoFlowBench.iterations * bench.tokens / Int(prompt.mean + answer.mean)
    let drawn = try workload.trace(count: wanted, rate: 1, seed: 1)
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
