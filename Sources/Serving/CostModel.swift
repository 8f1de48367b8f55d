/// How long a batch takes on one replica.
public protocol CostModel: Sendable {
  /// The duration of `batch`, which is not empty, in seconds; greater than zero.
  func seconds(for batch: borrowing Batch) -> Double
}
