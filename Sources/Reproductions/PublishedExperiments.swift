import Studies

/// An experiment that can be run again.
public struct ReproductionEntry: Sendable {
  /// The name that `servesim reproduce` takes.
  public let name: String
  /// One sentence on what is compared.
  public let summary: String
  private let body: @Sendable (Int) throws -> [Reproduction.Row]
  private let source: String
  private let axis: String?

  init(
    _ name: String, _ summary: String, source: String, axis: String? = nil,
    rows: @escaping @Sendable (Int) throws -> [Reproduction.Row]
  ) {
    self.name = name
    self.summary = summary
    self.axis = axis
    self.source = source
    body = rows
  }

  /// Runs it on at most `jobs` threads; their number changes no result.
  public func run(jobs: Int) throws -> Reproduction {
    Reproduction(
      study: name, title: summary, source: source, axis: axis, rows: try body(jobs))
  }
}

/// The list of experiments; it drives the command line.
public enum PublishedExperiments {
  public static let all: [ReproductionEntry] = [
    NanoFlowStudies.ablation, NanoFlowStudies.offline, NanoFlowOnlineStudy.entry,
    NanoFlowStudies.models,
    SarathiCapacity.stated, SarathiCapacity.labelled, SarathiAblation.table,
    SarathiAblation.chunking, SarathiPipeline.entry, SarathiTradeoff.rates, SarathiTradeoff.limits,
    FastGenStudies.curves, FastGenStudies.effective, FastGenStudies.tail, FastGenStudies.replicas,
    FastGenStudies.counterclaim, OrcaHeadline.entry, VLLMHeadline.entry, DeepSeekEP.entry,
    EPLBStudy.entry, KVTransfer.entry, DistServe.entry, DisaggregationTradeoff.entry,
    RouterRules.entry,
    Speculation.entry,
  ]
}
