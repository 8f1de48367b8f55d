import Serving

/// The cost of batches that verify drafts, and of drafting what follows on them.
///
/// The drafter's first pass is over the tokens of the batch, so that its cache keeps up; each
/// further one computes one token of every sequence. One that drafts in parallel has them all in
/// its first pass, a masked token each (P-EAGLE, arXiv 2602.01469). What a drafter that CUDA graphs
/// start takes of the host is not known, and none.
public struct DraftingCost: CostModel {
  /// The cost of the model that verifies.
  public let target: PipelineCost
  private let drafter: IterationCost?
  /// Whether the drafter joins each token with the states before it.
  private let joins: Bool
  private let isParallel: Bool

  /// - Parameters:
  ///   - drafter: the cost of one pass of what drafts; nil where that takes nothing of the GPU.
  ///   - joins: whether the states of the model that verifies are joined with each token, by one
  ///     product of twice their width (EAGLE, arXiv 2401.15077; MTP, arXiv 2412.19437).
  ///   - isParallel: whether one pass drafts all that follow.
  public init(
    _ target: PipelineCost, drafter: IterationCost?, joins: Bool = false, isParallel: Bool = false
  ) {
    self.target = target
    self.drafter = drafter
    self.joins = joins
    self.isParallel = isParallel
  }

  public func seconds(for batch: borrowing Batch) -> Double {
    target.seconds(for: batch) + draftSeconds(after: batch)
  }

  /// Ranks in step are taken to draft as many tokens each.
  public func seconds(for batch: borrowing Batch, amid tokens: Int) -> Double {
    target.seconds(for: batch, amid: tokens) + draftSeconds(after: batch)
  }

  /// As that of the model that verifies.
  public func hostSeconds(for batch: borrowing Batch) -> Double { target.hostSeconds(for: batch) }

  /// The seconds in which what follows on `batch` is drafted.
  public func draftSeconds(after batch: borrowing Batch) -> Double {
    guard let drafter, batch.draftsToFollow > 0 else { return 0 }
    if isParallel { return passSeconds(batch.masking(batch.draftsToFollow - 1), drafter) }
    let first = passSeconds(batch, drafter)
    if batch.draftsToFollow == 1 { return first }
    let cached = batch.chunks.reduce(batch.decodeContext) { $0 + $1.context + $1.tokens }
    let next = Batch(decodes: batch.sequences, decodeContext: cached, decodeContextSquares: 0)
    return first + Double(batch.draftsToFollow - 1) * passSeconds(next, drafter)
  }

  private func passSeconds(_ batch: borrowing Batch, _ drafter: IterationCost) -> Double {
    var seconds = drafter.prices.seconds(for: batch)
    if joins {
      let model = drafter.operations.shard.model
      seconds += drafter.seconds(
        .matrix(
          .draftInput, rows: batch.tokens, inputs: 2 * model.hidden, outputs: model.hidden,
          repeats: 1))
    }
    return max(seconds, drafter.launchSeconds(joins ? 1 : 0))
  }
}
