import Control
import Costs
import Formats
import Metrics
import Schedulers
import Serving

/// The services of the pools of a fleet, and how they serve together.
public struct PooledService: Sendable {
  /// One pool.
  struct Member: Sendable {
    var name: String
    var role: Pool.Role
    var service: Service
    var cacheBytes: CacheBytes
  }

  /// Those that requests come to first.
  var members: [Member]
  let deployment: PooledDeployment
  /// The beginning of the routers' random numbers.
  var seed: UInt64 = 0

  /// Has what is random of it begin from `seed`.
  mutating func reseed(_ seed: UInt64) {
    self.seed = seed
    for place in members.indices { members[place].service.seed(seed) }
  }

  /// The same with prompts or decodes that take longer or shorter.
  func scaled(by factors: ScaledCost.Factors) -> PooledService {
    var pooled = self
    for place in members.indices {
      pooled.members[place].service = members[place].service.scaled(by: factors)
    }
    return pooled
  }

  /// Has each pool that `counts` names so many replicas.
  mutating func resize(_ counts: PoolCounts) {
    for count in counts.counts {
      guard let place = members.firstIndex(where: { $0.name == count.pool }) else { continue }
      members[place].service.fleet.replicas = count.replicas
    }
  }

  /// What reports call the number of replicas of the pool `name`.
  static func replicasSetting(_ name: String) -> String { "\(name).\(Deployment.replicasName)" }

  /// Replicas that requests come to, and those that decode what was computed there.
  private var counts: (entrances: Int, decoders: Int) {
    members.reduce(into: (0, 0)) { counts, member in
      let replicas = member.service.fleet.replicas
      if member.role == .decode { counts.1 += replicas } else { counts.0 += replicas }
    }
  }

  /// The replicas of all pools.
  var replicas: Int { members.reduce(0) { $0 + $1.service.fleet.replicas } }

  /// The names of the schedulers, each once.
  var schedulers: String {
    var names: [String] = []
    for name in members.map(\.service.engine.name) where !names.contains(name) {
      names.append(name)
    }
    return names.joined(separator: "+")
  }

  /// How prompts are handed over for `trace`; nil where they are not.
  func disaggregation(_ trace: Trace) -> Disaggregation? {
    guard deployment.isDisaggregated else { return nil }
    let pools = deployment.pools
    let links = pools.filter { $0.role == .prefill }.map { from in
      pools.filter { $0.role == .decode }.map { to in
        let joining = deployment.links.first { $0.leads(from: from, to: to) }
        var link = joining?.link ?? Link(bandwidth: 1)
        if joining?.isLayerWise == true { link.parts = from.deployment.model.layers }
        return link
      }
    }
    return Disaggregation(
      links: links, firstToken: deployment.firstToken, transfer: deployment.transfer,
      local: deployment.local.isGiven ? deployment.local : nil,
      router: router(deployment.decodeRouter, over: counts.decoders, trace, .decode))
  }

  /// The router in front of the pools.
  func frontRouter(_ trace: Trace) -> any Router {
    router(deployment.router, over: counts.entrances, trace, nil)
  }

  private func router(
    _ entry: RouterEntry, over replicas: Int, _ trace: Trace, _ role: Pool.Role?
  ) -> any Router {
    let tokens = members.filter { role == .decode ? $0.role == .decode : $0.role != .decode }
      .reduce(0) { sum, member in
        let memory = member.service.engine.rules.memory
        return sum + member.service.fleet.replicas * memory.totalBlocks * memory.blockSize
      }
    let use = role == nil ? "" : " of decodes"
    return entry.router(
      RouterSetting(
        trace, replicas: replicas, cachedTokens: tokens,
        blockTokens: members[0].service.engine.rules.memory.blockSize,
        random: RandomStream(seed: seed, named: "router \(entry.kind)\(use)")))
  }

  /// The pools as the engine has them.
  var pools: [Pool] {
    members.map { member in
      Pool(
        member.role, rules: member.service.engine.rules,
        scheduler: member.service.engine.scheduler, cost: member.service.cost,
        replicas: member.service.fleet.replicas, cacheBytes: member.cacheBytes)
    }
  }

  /// How the pools were used while `timeline` was seen, over `span` seconds.
  func use(_ timeline: Timeline, span: Double) -> PoolUse? {
    PoolUse(
      timeline, pools: members.map { ($0.name, $0.role.rawValue, $0.service.fleet.replicas) },
      spanSeconds: span)
  }
}

extension Service {
  /// The same with so many replicas in each pool as `counts` has, or of itself where it has none.
  func with(_ counts: PoolCounts) -> Service {
    var service = self
    service.fleet.replicas = counts.replicas
    guard pooled != nil else { return service }
    service.pooled?.resize(counts)
    for count in counts.counts {
      let name = PooledService.replicasSetting(count.pool)
      guard let place = settings.firstIndex(where: { $0.name == name }) else { continue }
      service.settings[place] = Run.Setting(name, "\(count.replicas)")
    }
    return service
  }
}

extension PooledDeployment {
  /// What serves `trace` here.
  func service(for trace: Trace, seed: UInt64) throws(InputError) -> Service {
    try router.check(trace)
    if isDisaggregated { try decodeRouter.check(trace) }
    var members: [PooledService.Member] = []
    for (place, pool) in pools.enumerated() {
      do throws(InputError) {
        members.append(try member(pool, place, trace))
      } catch {
        throw error.source == source ? error : placed(error, place)
      }
    }
    let ordered = members.filter { $0.role != .decode } + members.filter { $0.role == .decode }
    var pooled = PooledService(members: ordered, deployment: self)
    pooled.reseed(seed)
    var service = ordered[0].service
    service.engine.name = pooled.schedulers
    service.settings = settings(members)
    service.power = nil
    service.fleet.replicas = pooled.replicas
    service.pooled = pooled
    return service
  }

  private func member(
    _ pool: DeployedPool, _ place: Int, _ trace: Trace
  ) throws(InputError) -> PooledService.Member {
    let service = try pool.deployment.service(pool.scheduler, for: trace)
    if !service.sizes.isEmpty {
      throw InputError(
        "--max-num-batched-tokens",
        problem: "\(service.engine.version) chooses its own by the trace, which is not simulated "
          + "in pools", remedy: "give one")
    }
    if isDisaggregated && !service.engine.connects {
      throw InputError(
        "--scheduler", problem: "\(service.engine.version) has no connector that is known",
        remedy: "give vllm, whose rules are, or all pools the role both")
    }
    return .init(
      name: pool.name, role: pool.role, service: service, cacheBytes: try cacheBytes(pool))
  }

  private func cacheBytes(_ pool: DeployedPool) throws(InputError) -> CacheBytes {
    CacheBytes(of: try pool.deployment.shard(of: pool.deployment.servedModel()))
  }

  /// What reports say of the pools, each setting once where all pools have the same, and with the
  /// pool's name before it where not.
  private func settings(_ members: [PooledService.Member]) -> [Run.Setting] {
    var settings: [Run.Setting] = []
    // Those of the pools and of the fleet are told below.
    let names = members.flatMap { $0.service.settings.map(\.name) }
      .filter { $0 != Deployment.replicasName && $0 != Deployment.routerName }
    var done: [String] = []
    for name in names where !done.contains(name) {
      done.append(name)
      let values = members.map { member in
        member.service.settings.first { $0.name == name }?.value
      }
      if let value = values[0], values.allSatisfy({ $0 == value }) {
        settings.append(Run.Setting(name, value))
        continue
      }
      for (member, value) in zip(members, values) {
        if let value { settings.append(Run.Setting("\(member.name).\(name)", value)) }
      }
    }
    let own: [Run.Setting] = pools.flatMap { pool in
      [
        Run.Setting("\(pool.name).\(Self.roleKey)", pool.role.rawValue),
        Run.Setting(
          PooledService.replicasSetting(pool.name), "\(pool.deployment.fleet.replicas)"),
      ]
    }
    let ofLinks = links.flatMap { link in
      let label = links.count > 1 ? "link.\(link.label)" : "link"
      return Self.linkSettings.shown(of: link).map { setting in
        Run.Setting("\(label).\(setting.name)", setting.value)
      }
    }
    return own + Self.settings.shown(of: self) + ofLinks
      + settings
  }
}

extension DeployedLink {
  var label: String { "\(from ?? "all")-\(to ?? "all")" }
}
