import Formats
import Schedulers
import Serving

extension Scenario {
  /// What serves `trace` on `pools`.
  func serving(_ trace: Trace, on pools: PooledDeployment) throws(InputError) -> Service {
    if pools.isDisaggregated && load.clientTimeout != nil {
      throw InputError(
        "--client-timeout", problem: "clients that give up what is handed over are not simulated",
        remedy: "leave it out, or give pools that do all of a request")
    }
    for pool in pools.pools {
      try pool.deployment.checkFleetWithTiers(waits: load.clientTimeout != nil)
    }
    var service = try pools.service(for: trace, seed: UInt64(load.seed))
    service.clientTimeout = load.clientTimeout
    service.retries = load.retries
    return service
  }

  /// Has what `fleet` describes serve: one pool that does all of a request as flags would say it.
  public mutating func serve(on fleet: PooledDeployment) {
    guard let pool = fleet.onlyPool else {
      pools = fleet
      (deployment, scheduler) = (fleet.pools[0].deployment, fleet.pools[0].scheduler)
      return
    }
    (deployment, scheduler) = (pool.deployment, pool.scheduler)
    deployment.fleet.router = fleet.router
  }
}
