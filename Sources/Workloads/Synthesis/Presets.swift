import Serving

/// A synthesis that stands for a service or a data set, by its name.
public struct SynthesisPreset: Sendable {
  public let name: String
  /// What it is like, and where that is known from, in one line.
  public let summary: String
  /// The requests at the preset's own rate.
  public let synthesis: Synthesis

  private init(_ name: String, _ summary: String, _ synthesis: Synthesis) {
    (self.name, self.summary, self.synthesis) = (name, summary, synthesis)
  }

  /// The one that holds unless another is named.
  public static let standard = azureConversation

  /// All of them, in the order in which help shows them.
  public static let all = [
    azureConversation, chat, arxiv, azureCode, reasoning, agentic, toolAgent,
  ]

  private typealias Quantile = LengthModel.Quantile

  /// A law that follows quantiles measured on the `count` rows of `source`, up to its extremes.
  private static func law(
    _ source: String, rows count: Double, _ least: Double, _ quantiles: [Quantile],
    _ greatest: Double
  ) -> LengthModel {
    let share = 0.5 / count
    return LengthModel(
      source: source,
      quantiles: [Quantile(share, least)] + quantiles + [Quantile(1 - share, greatest)])
  }

  private static let azureConversation: SynthesisPreset = {
    let chat = ChatWorkload.azureConversation
    return SynthesisPreset(
      "azure-conv",
      "Azure's conversation service, 2023 (Splitwise): 1,155 and 211 tokens on average",
      chat.synthesis(rate: chat.arrivals.rate))
  }()

  private static let chat: SynthesisPreset = {
    let source = "openchat_sharegpt4, several turns, up to 8k (sarathi-serve 72339db, Apache-2.0)"
    return SynthesisPreset(
      "chat", "ShareGPT's chats as Sarathi-Serve has them: 2,340 and 439 tokens; Poisson",
      Synthesis(
        prompts: law(
          source, rows: 30_731, 1,
          [
            .init(0.01, 12), .init(0.05, 29), .init(0.1, 74), .init(0.15, 180.5), .init(0.25, 580),
            .init(0.35, 973), .init(0.5, 1730), .init(0.6, 2401), .init(0.75, 3734.5),
            .init(0.85, 4918), .init(0.9, 5696), .init(0.95, 6563), .init(0.99, 7434),
          ], 8141),
        outputs: law(
          source, rows: 30_731, 2,
          [
            .init(0.01, 6), .init(0.05, 44), .init(0.1, 84), .init(0.15, 130), .init(0.25, 228),
            .init(0.35, 312), .init(0.5, 415), .init(0.6, 493), .init(0.75, 628), .init(0.85, 754),
            .init(0.9, 834), .init(0.95, 920), .init(0.99, 998),
          ], 1024),
        correlation: 0.05, arrivals: .poisson, rate: 5))
  }()

  private static let arxiv: SynthesisPreset = {
    let source = "arXiv summarization v2, up to 4k (vidur 7d47513, MIT)"
    return SynthesisPreset(
      "arxiv", "summaries of arXiv as Vidur has them: 2,588 and 291 tokens; Poisson",
      Synthesis(
        prompts: law(
          source, rows: 28_257, 1,
          [
            .init(0.01, 73), .init(0.02, 229), .init(0.05, 748.6), .init(0.1, 1242),
            .init(0.25, 1986), .init(0.5, 2730), .init(0.6, 2996), .init(0.75, 3370),
            .init(0.9, 3702), .init(0.95, 3813), .init(0.99, 3933),
          ], 4054),
        outputs: law(
          source, rows: 28_257, 5,
          [
            .init(0.01, 36), .init(0.05, 60), .init(0.1, 78), .init(0.25, 115), .init(0.5, 167),
            .init(0.6, 192), .init(0.75, 242), .init(0.9, 372), .init(0.93, 463), .init(0.95, 736),
            .init(0.96, 1323), .init(0.97, 2200), .init(0.98, 2775), .init(0.99, 3271),
          ], 4056),
        correlation: -0.12, arrivals: .poisson, rate: 2))
  }()

  /// Published are the means, the medians and the longest prompt; the quantiles between them are
  /// chosen to have these.
  private static let azureCode: SynthesisPreset = {
    let source = "AzureLLMInferenceTrace_code.csv (Patel et al., Splitwise, ISCA 2024), in part"
    return SynthesisPreset(
      "azure-code", "Azure's code service, 2023 (Splitwise): 2,048 and 28 tokens; spread assumed",
      Synthesis(
        prompts: law(
          source, rows: 8819, 3,
          [
            .init(0.1, 200), .init(0.25, 570), .init(0.5, 1500), .init(0.75, 3080),
            .init(0.9, 5150),
            .init(0.99, 7250),
          ], 7437),
        outputs: law(
          source, rows: 8819, 1,
          [
            .init(0.1, 5), .init(0.25, 8), .init(0.5, 13), .init(0.75, 22), .init(0.9, 56),
            .init(0.99, 275),
          ], 1899),
        arrivals: .poisson, rate: 2.57))
  }()

  /// DeepSeek-R1 spent 12,000 tokens on average on a question of AIME (the card of R1-0528);
  /// prompts are those of LMSYS-Chat-1M. How outputs spread is assumed.
  private static let reasoning: SynthesisPreset = {
    let source = "LMSYS-Chat-1M (Nanoflow d6b381e, Apache-2.0)"
    return SynthesisPreset(
      "reasoning",
      "questions of LMSYS-Chat-1M, 12,000 tokens of answer (DeepSeek-R1 on AIME); "
        + "spread assumed",
      Synthesis(
        prompts: law(
          source, rows: 100_000, 2,
          [
            .init(0.02, 2), .init(0.05, 3), .init(0.1, 6), .init(0.25, 12), .init(0.5, 28),
            .init(0.6, 40), .init(0.75, 82), .init(0.9, 302), .init(0.95, 432), .init(0.99, 750),
          ], 3894),
        outputs: LognormalLength(median: 10_350, sigma: 0.6, least: 200, greatest: 32_768),
        arrivals: .poisson, rate: 1))
  }()

  /// Prompts, outputs, turns and gaps are those of 80 sessions, without sub-agents; how prompts of
  /// one session go together is chosen to have nearly the reuse.
  private static let agentic: SynthesisPreset = {
    let source = "kv-cache-tester 94f6046 (Apache-2.0)"
    var synthesis = Synthesis(
      prompts: law(
        source, rows: 4905, 9837,
        [
          .init(0.01, 14_404), .init(0.05, 28_340), .init(0.1, 41_952), .init(0.25, 62_212),
          .init(0.5, 95_587), .init(0.6, 108_949), .init(0.75, 127_308), .init(0.9, 153_666),
          .init(0.95, 247_905), .init(0.97, 344_193), .init(0.98, 453_187), .init(0.99, 511_142),
          .init(0.999, 868_697),
        ], 894_371),
      outputs: law(
        source, rows: 4905, 1,
        [
          .init(0.01, 58), .init(0.05, 92), .init(0.1, 108), .init(0.25, 144), .init(0.5, 229),
          .init(0.6, 290), .init(0.75, 457), .init(0.9, 938.6), .init(0.95, 1510),
          .init(0.99, 3508), .init(0.999, 8396),
        ], 10_522),
      arrivals: .poisson, rate: 1)
    synthesis.sessions = SessionModel(
      turns: law(
        source, rows: 80, 3,
        [
          .init(0.1, 8), .init(0.25, 22.75), .init(0.5, 39.5), .init(0.6, 52.2), .init(0.75, 88.5),
          .init(0.9, 121.4), .init(0.95, 150), .init(0.98, 300),
        ], 439),
      gaps: law(
        source, rows: 4825, 4,
        [
          .init(0.01, 6), .init(0.05, 8), .init(0.1, 9), .init(0.25, 12), .init(0.5, 19),
          .init(0.6, 24), .init(0.75, 38), .init(0.9, 118), .init(0.95, 234), .init(0.99, 1388),
          .init(0.999, 9066),
        ], 14_459),
      growth: .ascends(0.15))
    // Tools and system prompt, in the median of the collection.
    synthesis.prefixes = [SharedPrefix(tokens: 13_100)]
    synthesis.countsPrefixes = true
    synthesis.blockTokens = 64
    return SynthesisPreset(
      "agentic",
      "Claude Code sessions (kv-cache-tester): 61 turns of 95,587 and 229 tokens in the "
        + "median, 96 % reused", synthesis)
  }()

  /// Published are means, quartiles of outputs, the grid of the clock and the reuse of 59 %; the
  /// spread of prompts and what they share are chosen to have these.
  private static let toolAgent: SynthesisPreset = {
    let source = "Mooncake's toolagent trace (Qin et al., FAST 2025), in part"
    let process = ArrivalProcess(
      name: "poisson+grid:seconds=3",
      law: ArrivalLaw(gaps: ExponentialGaps(), gridSeconds: 3))
    var synthesis = Synthesis(
      prompts: law(
        source, rows: 23_608, 900,
        [
          .init(0.1, 2300), .init(0.25, 4000), .init(0.5, 6400), .init(0.75, 10_500),
          .init(0.9, 16_500), .init(0.99, 42_000),
        ], 125_000),
      outputs: law(
        source, rows: 23_608, 1,
        [
          .init(0.1, 8), .init(0.25, 13), .init(0.45, 28), .init(0.5, 30), .init(0.55, 32),
          .init(0.6, 100), .init(0.75, 356),
          .init(0.9, 500), .init(0.99, 1050),
        ], 2000),
      arrivals: process, rate: 6.67)
    synthesis.prefixes = [
      SharedPrefix(tokens: 2048, groups: 20, theta: 1),
      SharedPrefix(tokens: 5120, groups: 50, theta: 1),
    ]
    synthesis.countsPrefixes = true
    synthesis.blockTokens = 512
    return SynthesisPreset(
      "toolagent",
      "Mooncake's tool and agent trace: 8,596 and 182 tokens, 59 % reused; in part "
        + "assumed", synthesis)
  }()
}
