import Serving

/// Every batch takes the same time, in seconds.
public struct ConstantCost: CostModel {
  public var duration: Double

  public init(duration: Double) { self.duration = duration }

  public func seconds(for batch: borrowing Batch) -> Double { duration }
}
