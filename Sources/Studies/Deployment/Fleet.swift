import Control
import Formats
import Serving
import Workloads

/// Copies of the model that serve together, and how requests are spread over them.
public struct Fleet: Sendable {
  /// Copies of the model, 1 to 256.
  public var replicas = 1
  /// Ranks of each copy, with requests and caches of their own, in lock step.
  public var ranks = 1
  /// How requests are spread over them; without effect where there is one.
  public var router = Routers.all[0]
  /// From one time that the router asks replicas how they are to the next; zero for at every
  /// request, nil where that is not given and likewise.
  public var routerRefresh: Nanoseconds?
  /// What becomes of replicas while they serve, and who is let in.
  public var upkeep = FleetUpkeep()
  /// The beginning of the router's random numbers.
  public var seed: UInt64 = 0

  public init() {}

  /// Ranks of all copies that there can be: what requests are spread over.
  var schedulers: Int { upkeep.most(from: replicas) * ranks }

  /// Throws if `trace` lacks what the router goes by, or the router asks for nothing and is told
  /// how often.
  public func check(_ trace: Trace) throws(InputError) {
    try router.check(trace)
    if routerRefresh != nil, !makeRouter(trace, cachedTokens: 1, blockTokens: 16).readsReports {
      throw InputError(
        Deployment.routerRefresh.option, problem: "\(router.name) asks replicas for nothing",
        remedy: "leave it out, or give a router that does, as llm-d")
    }
  }

  /// The router for `trace` over replicas of which each caches `tokens` tokens, in blocks.
  func makeRouter(
    _ trace: Trace, cachedTokens tokens: Int, blockTokens: Int
  ) -> any Router {
    router.router(
      RouterSetting(
        trace, replicas: schedulers, cachedTokens: tokens * schedulers, blockTokens: blockTokens,
        random: RandomStream(seed: seed, named: "router \(router.kind)")))
  }

  /// Whether it is one replica with the router that needs no name, which goes without saying.
  var isPlain: Bool { replicas == 1 && upkeep.scaler == nil && router.name == Routers.all[0].name }
}
