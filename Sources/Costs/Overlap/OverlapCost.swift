import Serving

/// The cost of an iteration whose layers run under one plan: its products always compute a whole
/// dense batch, however many of its tokens there are (NanoFlow, OSDI 2025, section 4.2).
///
/// The host works while the GPU computes, and adds nothing.
public struct OverlapCost: CostModel {
  /// What the layers take.
  public let table: OverlapTable
  /// What they were worked out from.
  public let times: any LayerTimes
  /// Seconds outside of layers, by sampled rows.
  private let outside: [Double]

  /// - Parameters:
  ///   - plan: the way to run a layer.
  ///   - tokens: those of the dense batch.
  ///   - longest: the most cached tokens of a request.
  public init(_ plan: PipelinePlan, tokens: Int, search: PipelineSearch, longest: Int) {
    times = search.times
    // No batch has more work for prefill attention than one chunk at the end of the longest prompt.
    let last = DenseBatch.chunks([(tokens, max(0, longest - tokens))])
    table = OverlapTable(
      of: plan, tokens: tokens, search: search, longest: longest,
      prefill: search.times.prefillAttention(last).seconds)
    outside = (0...tokens).map { [times] rows in
      times.secondsOutsideLayers(tokens: tokens, rows: max(1, rows))
    }
  }

  public func seconds(for batch: borrowing Batch) -> Double {
    precondition(batch.tokens <= table.tokens, "a dense batch holds so many tokens")
    let context =
      batch.decodes > 0 ? Double(batch.decodeContext) / Double(batch.decodes) : 0
    let prefill = batch.chunks.isEmpty ? 0 : times.prefillAttention(batch.chunks).seconds
    let layers = table.seconds(
      decodes: batch.decodes, context: context, prefillSeconds: prefill)
    return layers + outside[min(batch.sequences, table.tokens)]
  }
}
