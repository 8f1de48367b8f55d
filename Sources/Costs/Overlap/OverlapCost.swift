import Serving

/// The cost of an iteration whose layers run under one plan: its products always compute a whole
/// dense batch, however many of its tokens there are (NanoFlow, OSDI 2025, section 4.2).
///
/// Caches of preempted sequences move to the host's memory, and back, between iterations.
public struct OverlapCost: CostModel {
  /// What the layers take.
  public let table: OverlapTable
  /// What they were worked out from.
  public let times: any LayerTimes
  /// What the engine's own program adds.
  var host: HostTime
  /// Seconds outside of layers, by sampled rows.
  private let outside = PriceTable()

  /// - Parameters:
  ///   - plan: the way to run a layer.
  ///   - tokens: those of the dense batch.
  ///   - longest: the most cached tokens of a request.
  ///   - offloads: whether keys and values are copied to the host as they are made.
  ///   - host: what the engine's own program adds to an iteration.
  public init(
    _ plan: PipelinePlan, tokens: Int, search: PipelineSearch, longest: Int,
    offloads: Bool = false, host: HostTime = .none
  ) {
    self.host = host
    times = search.times
    // No batch has more work for prefill attention than one chunk at the end of the longest prompt.
    let last = DenseBatch.chunks([(tokens, max(0, longest - tokens))])
    table = OverlapTable(
      of: plan, tokens: tokens, search: search, longest: longest,
      prefill: search.times.prefillAttention(last).seconds, offloads: offloads)
  }

  public func seconds(for batch: borrowing Batch) -> Double {
    withHost(gpuSeconds(for: batch), batch)
  }

  /// The part of `seconds` in which the GPU waits for the host, or for such copies.
  public func hostSeconds(for batch: borrowing Batch) -> Double {
    let seconds = gpuSeconds(for: batch)
    return withHost(seconds, batch) - seconds
  }

  private func gpuSeconds(for batch: borrowing Batch) -> Double {
    precondition(batch.tokens <= table.tokens, "a dense batch holds so many tokens")
    let context =
      batch.decodes > 0 ? Double(batch.decodeContext) / Double(batch.decodes) : 0
    let prefill = batch.chunks.isEmpty ? 0 : times.prefillAttention(batch.chunks).seconds
    let layers = table.seconds(
      decodes: batch.decodes, context: context, prefillSeconds: prefill)
    return layers + secondsOutside(rows: min(batch.sequences, table.tokens))
  }

  private func secondsOutside(rows: Int) -> Double {
    let known = outside[rows]
    if known > 0 { return known }
    let seconds = times.secondsOutsideLayers(tokens: table.tokens, rows: max(1, rows))
    return outside.keep(seconds, of: rows)
  }

  /// The seconds that `seconds` of the GPU take with the host's, and with copies of caches of
  /// preempted sequences.
  private func withHost(_ seconds: Double, _ batch: borrowing Batch) -> Double {
    let shard = times.shard
    // NanoFlow's operations have no kernels to count.
    let whole = host.seconds(
      around: seconds,
      HostTime.Iteration(
        tokens: batch.tokens, sequences: batch.sequences, layers: shard.model.layers,
        gpus: shard.tensorParallel))
    if batch.swappedTokens == 0 { return whole }
    return whole + Double(batch.swappedTokens * shard.keyValueBytesPerToken)
      / times.hostBytesPerSecond
  }
}
