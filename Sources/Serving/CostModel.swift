/// How long a batch takes on one replica.
public protocol CostModel: Sendable {
  /// The duration of `batch`, which is not empty, in seconds; greater than zero.
  func seconds(for batch: borrowing Batch) -> Double
  /// The part of it, in seconds, in which the GPU does not compute: it waits for the host, or for
  /// copies from and to the host's memory. None unless the model knows better.
  func hostSeconds(for batch: borrowing Batch) -> Double
}

extension CostModel {
  public func hostSeconds(for batch: borrowing Batch) -> Double { 0 }

  /// The part of `batch`, which has decodes, that is theirs, in seconds: what they would take
  /// without its prompts, the host's part left out.
  public func decodeSeconds(in batch: borrowing Batch) -> Double {
    if batch.chunks.isEmpty { return seconds(for: batch) - hostSeconds(for: batch) }
    let alone = Batch(
      decodes: batch.decodes, decodeContext: batch.decodeContext,
      decodeContextSquares: batch.decodeContextSquares)
    return max(0, seconds(for: alone) - hostSeconds(for: alone))
  }
}
