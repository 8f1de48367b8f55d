/// How long a batch takes on one replica.
public protocol CostModel: Sendable {
  /// The duration of `batch`, which is not empty, in seconds; greater than zero.
  func seconds(for batch: borrowing Batch) -> Double
  /// The duration of `batch` where ranks in lock step compute `tokens` with it in all, its own
  /// included; as of it alone, unless the model knows better.
  func seconds(for batch: borrowing Batch, amid tokens: Int) -> Double
  /// The part of the first, in seconds, in which the GPU does not compute: it waits for the host,
  /// or for copies from and to the host's memory. None unless the model knows better.
  func hostSeconds(for batch: borrowing Batch) -> Double
  /// Both of them, which a model may know at the cost of one.
  func parts(of batch: borrowing Batch) -> BatchParts
}

/// How long a batch takes, and the host's part of that, in seconds.
public struct BatchParts: Sendable, Equatable {
  public var seconds: Double
  public var hostSeconds: Double

  public init(seconds: Double, hostSeconds: Double) {
    self.seconds = seconds
    self.hostSeconds = hostSeconds
  }

  /// The part in which the GPU computes.
  public var deviceSeconds: Double { seconds - hostSeconds }
}

extension CostModel {
  /// The duration of `batch` alone.
  public func seconds(for batch: borrowing Batch, amid tokens: Int) -> Double {
    seconds(for: batch)
  }

  /// None.
  public func hostSeconds(for batch: borrowing Batch) -> Double { 0 }

  public func parts(of batch: borrowing Batch) -> BatchParts {
    BatchParts(seconds: seconds(for: batch), hostSeconds: hostSeconds(for: batch))
  }

  /// The part of `batch`, which has decodes, that is theirs, in seconds: what they would take
  /// without its prompts, the host's part left out.
  public func decodeSeconds(in batch: borrowing Batch) -> Double {
    if batch.chunks.isEmpty { return parts(of: batch).deviceSeconds }
    var alone = Batch(
      decodes: batch.decodes, decodeContext: batch.decodeContext,
      decodeContextSquares: batch.decodeContextSquares)
    alone.drafts = batch.drafts
    alone.draftsToFollow = batch.draftsToFollow
    return max(0, parts(of: alone).deviceSeconds)
  }
}
