import Synchronization

/// The costs that a study has asked for, so that all of its runs share what was once worked out.
///
/// They are told apart by what they are made of, whatever it is called.
public final class KnownCosts: Sendable {
  private let known = Mutex<[IterationCost]>([])

  public init() {}

  /// The cost of `shard` on `gpu`, as `IterationCost` has it.
  public func cost(
    of shard: Shard, on gpu: GPU, times: OperationTimes, host: HostTime
  ) -> IterationCost {
    known.withLock { known in
      let place = known.firstIndex {
        $0.operations.shard == shard && $0.times == times && $0.gpu == gpu
      }
      var cost = place.map { known[$0] } ?? IterationCost(of: shard, on: gpu, times: times)
      if place == nil { known.append(cost) }
      cost.host = host
      return cost
    }
  }
}
