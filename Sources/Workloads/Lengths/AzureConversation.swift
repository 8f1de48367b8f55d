extension ChatWorkload {
  /// Chat as in Azure's conversation service on 2023-11-16 (Patel et al., Splitwise, ISCA 2024).
  ///
  /// Medians, the 90th and 99th percentiles and the extremes are the published ones. The other
  /// quantiles, between which the published ones leave too much open, are measured on the same
  /// file. The correlation of scores, the shape of the gaps and the wandering of the rate are
  /// fitted to the published correlation of lengths, variation of gaps and dispersion of counts.
  public static let azureConversation = ChatWorkload(
    promptTokens: LengthModel(
      source: source,
      quantiles: [
        .init(shareOfShortest, 2), .init(0.01, 29), .init(0.05, 181), .init(0.1, 207),
        .init(0.25, 396), .init(0.5, 1020), .init(0.75, 1189), .init(0.9, 2734),
        .init(0.95, 4083), .init(0.99, 4142), .init(1 - shareOfShortest, 14050),
      ]),
    outputTokens: LengthModel(
      source: source,
      quantiles: [
        .init(shareOfShortest, 7), .init(0.01, 16), .init(0.05, 41), .init(0.1, 54),
        .init(0.25, 85), .init(0.5, 129), .init(0.6, 177), .init(0.7, 384), .init(0.9, 424),
        .init(0.95, 451), .init(0.99, 601), .init(1 - shareOfShortest, 1000),
      ]),
    scoreCorrelation: -0.14,
    arrivals: ArrivalModel(
      source: source, rate: 5.53, gapShape: 0.92, rateVariance: 0.06, memorySeconds: 300,
      slotSeconds: 10))

  private static let source = """
    AzureLLMInferenceTrace_conv.csv, github.com/Azure/AzurePublicDataset, commit b469a11, CC-BY-4.0
    """

  /// The share that the shortest of the trace's requests stands for, and the longest.
  private static let shareOfShortest = 0.5 / 19_366
}
