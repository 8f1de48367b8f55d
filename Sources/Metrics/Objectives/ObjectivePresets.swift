import Formats
import Serving

/// Service level objectives that were published for a model, by name.
///
/// MLPerf: Inference v5.1, limits at the 99th percentile of TTFT and TPOT, with DeepSeek-R1's for
/// DeepSeek-V3, of whose architecture it is. Sarathi: Agrawal et al., "Sarathi-Serve", OSDI 2024,
/// section 5.1 and table 3: the 99th percentile of TBT within 5 (strict) or 25 times (relaxed) the
/// time of a decode of 32 requests, and a median scheduling delay of at most 2 s. FastGen: what
/// Holmes et al., arXiv 2401.08671, count as effective throughput: requests whose prompt is read at
/// 512 tokens a second and whose output comes at 2, 4 or 6, by a moving average.
public enum ObjectivePresets {
  /// A name, where it comes from, and the objective for each model that has one.
  public struct Preset: Sendable {
    public let name: String
    public let source: String
    /// By model, as `--slo` would take it.
    public let objectives: [(model: String, text: String)]
    /// The objective for all other models, if there is one.
    public var common: String?
  }

  /// Every preset, those of one source together.
  public static let all: [Preset] = [
    Preset(
      name: "mlperf-server", source: "MLPerf Inference v5.1, Server",
      objectives: [
        ("llama-2-70b", mlperf("2s", "200ms")), ("llama-3.1-8b", mlperf("2s", "100ms")),
        ("llama-3.1-405b", mlperf("6s", "175ms")), ("mixtral-8x7b", mlperf("2s", "200ms")),
        ("deepseek-v3", mlperf("2s", "80ms")),
      ]),
    Preset(
      name: "mlperf-interactive", source: "MLPerf Inference v5.1, Interactive",
      objectives: [
        ("llama-2-70b", mlperf("450ms", "40ms")), ("llama-3.1-8b", mlperf("500ms", "30ms")),
        ("llama-3.1-405b", mlperf("4500ms", "80ms")),
      ]),
    Preset(
      name: "sarathi-strict", source: "Sarathi-Serve (OSDI 2024), table 3",
      objectives: [
        ("mistral-7b", sarathi("100ms")), ("yi-34b", sarathi("200ms")),
        ("llama-2-70b", sarathi("1s")), ("falcon-180b", sarathi("1s")),
      ]),
    Preset(
      name: "sarathi-relaxed", source: "Sarathi-Serve (OSDI 2024), table 3",
      objectives: [
        ("mistral-7b", sarathi("500ms")), ("yi-34b", sarathi("1s")),
        ("llama-2-70b", sarathi("5s")), ("falcon-180b", sarathi("5s")),
      ]),
    effectiveThroughput("effective-throughput", "4", gap: "250ms"),
    effectiveThroughput("effective-throughput-2", "2", gap: "500ms"),
    effectiveThroughput("effective-throughput-6", "6", gap: "166.666667ms"),
  ]

  /// The objective that `text` is: a preset's for `model` where it names one, else what it says.
  public static func objective(
    _ text: String, model: String
  ) throws(InputError) -> ServiceLevelObjective {
    guard let preset = all.first(where: { $0.name == text }) else {
      return try ServiceLevelObjective(parsing: text)
    }
    guard let found = preset.objectives.first(where: { $0.model == model })?.text ?? preset.common
    else {
      throw InputError(
        "--slo", problem: "\(preset.source) sets no limits for \(model)",
        remedy: "write the limits out, or use "
          + preset.objectives.map(\.model).joined(separator: ", "))
    }
    return try ServiceLevelObjective(parsing: found)
  }

  private static func mlperf(_ ttft: String, _ tpot: String) -> String {
    "ttft.p99<=\(ttft),tpot.p99<=\(tpot)"
  }

  /// FastGen's rule; the requests a second that attain it are the effective throughput.
  private static func effectiveThroughput(
    _ name: String, _ tokensPerSecond: String, gap: String
  ) -> Preset {
    Preset(
      name: name,
      source: "DeepSpeed-FastGen, 512 prompt tokens and \(tokensPerSecond) tokens/s",
      objectives: [], common: "ttft-per-prompt-token<=1953.125us,smoothed-tbt<\(gap)")
  }

  private static func sarathi(_ tbt: String) -> String {
    "tbt.p99<=\(tbt),scheduling-delay.p50<=2s"
  }
}
