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
}
