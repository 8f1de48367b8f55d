import Studies
import Workloads

/// The data sets that Sarathi-Serve was measured with (Agrawal et al., OSDI 2024, Table 2).
public enum SarathiLengths: CaseIterable, Sendable {
  /// Conversations, each round with those before it: openchat_sharegpt4.
  case chat
  /// Papers to summarise: arxiv_summarization.
  case arxiv

  /// The most tokens of a prompt and its output; longer requests were left out.
  public var maxTokens: Int { self == .chat ? 8192 : 16384 }

  /// Prompts and outputs, independent of each other, before longer requests are left out.
  ///
  /// Chat: quantiles of the authors' own file, in which the ranks of the two correlate by 0.05
  /// (microsoft/sarathi-serve 72339db, sharegpt_8k_filtered_stats_llama2_tokenizer.csv). Papers:
  /// lognormal through the published median and 90th percentile, prompts up to where they end.
  public var workload: ChatWorkload {
    ChatWorkload(
      promptTokens: promptTokens, outputTokens: outputTokens, scoreCorrelation: 0,
      arrivals: ChatWorkload.azureConversation.arrivals)
  }

  private var promptTokens: LengthModel {
    switch self {
    case .chat:
      LengthModel(
        source: "sarathi-serve 72339db",
        quantiles: [
          Quantile(0.000_03, 1), Quantile(0.01, 12), Quantile(0.05, 29), Quantile(0.1, 74),
          Quantile(0.25, 580), Quantile(0.5, 1730), Quantile(0.75, 3734), Quantile(0.9, 5696),
          Quantile(0.95, 6563), Quantile(0.99, 7434), Quantile(0.999_97, 8141),
        ])
    case .arxiv:
      LengthModel(
        source: "Sarathi-Serve (OSDI 2024), Table 2",
        quantiles: [
          Quantile(1 - Self.threeDeviations, 1694), Quantile(0.5, 7059), Quantile(0.9, 12985),
          Quantile(Self.threeDeviations, 15800),
        ])
    }
  }

  private var outputTokens: LengthModel {
    switch self {
    case .chat:
      LengthModel(
        source: "sarathi-serve 72339db",
        quantiles: [
          Quantile(0.000_03, 2), Quantile(0.01, 6), Quantile(0.05, 44), Quantile(0.1, 84),
          Quantile(0.25, 228), Quantile(0.5, 415), Quantile(0.75, 628), Quantile(0.9, 834),
          Quantile(0.95, 920), Quantile(0.99, 998), Quantile(0.999_97, 1024),
        ])
    case .arxiv:
      LengthModel(
        source: "Sarathi-Serve (OSDI 2024), Table 2",
        quantiles: [
          Quantile(1 - Self.threeDeviations, 54), Quantile(0.5, 208), Quantile(0.9, 371),
          Quantile(Self.threeDeviations, 806),
        ])
    }
  }

  private typealias Quantile = LengthModel.Quantile

  /// The share of a normal distribution up to three deviations above its mean.
  private static let threeDeviations = 0.998_650_101_968_369_9
}
