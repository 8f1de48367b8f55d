import Synchronization

/// The costs that a study has asked for, so that all of its runs share what was once worked out.
///
/// They are told apart by what they are made of, whatever it is called.
public final class KnownCosts: Sendable {
  private let iterations = Mutex<[IterationCost]>([])
  private let overlaps = Mutex<[Overlap]>([])

  private struct Overlap {
    var batch: DenseBatch
    var times: KernelLayerTimes
    var longest: Int
    var offloads: Bool
    var cost: OverlapCost
  }

  public init() {}

  /// The cost of `shard` on `gpu`, as `IterationCost` has it.
  public func cost(
    of shard: Shard, on gpu: GPU, times: OperationTimes, host: HostTime
  ) -> IterationCost {
    iterations.withLock { known in
      let place = known.firstIndex {
        $0.times == times && $0.operations.shard == shard && $0.gpu == gpu
      }
      var cost = place.map { known[$0] } ?? IterationCost(of: shard, on: gpu, times: times)
      if place == nil { known.append(cost) }
      cost.host = host
      return cost
    }
  }

  /// The cost of iterations of the size of `batch` under the plan that is best for it, as
  /// `PipelineSearch` finds it.
  ///
  /// - Parameters:
  ///   - longest: the most cached tokens of a request.
  ///   - offloads: whether keys and values are copied to the host, which the plan is found without.
  public func overlap(
    of batch: DenseBatch, by times: KernelLayerTimes, longest: Int, offloads: Bool, host: HostTime
  ) -> OverlapCost {
    let known = overlaps.withLock { known in
      known.first {
        $0.batch == batch && $0.longest == longest && $0.offloads == offloads && $0.times == times
      }
    }
    if var known {
      known.cost.host = host
      return known.cost
    }
    // Threads that search for the same meanwhile find the same.
    let search = PipelineSearch(times: times)
    let cost = OverlapCost(
      search.best(for: batch), tokens: batch.tokens, search: search, longest: longest,
      offloads: offloads, host: host)
    overlaps.withLock {
      $0.append(
        Overlap(batch: batch, times: times, longest: longest, offloads: offloads, cost: cost))
    }
    return cost
  }
}
