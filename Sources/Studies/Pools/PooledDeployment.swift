import Control
import Formats
import Schedulers
import Serving

/// Pools of replicas that serve together, the routers in front of them and the links between them.
public struct PooledDeployment: Sendable {
  /// The file that describes it, as mistakes name it.
  public var source: String
  public var pools: [DeployedPool]
  /// How requests are spread over the replicas that they come to.
  public var router = Routers.all[0]
  /// How those whose prompts are computed are spread over the replicas that decode.
  public var decodeRouter = Routers.all[0]
  /// Who emits the first token where prompts are handed over.
  public var firstToken = Disaggregation.FirstToken.decode
  /// When blocks are taken where prompts are decoded.
  public var transfer = Disaggregation.Transfer.pull
  /// Which prompts are computed where they are decoded; those of none where nothing is given.
  public var local = LocalPrefill()
  public var links: [DeployedLink] = []

  /// Whether some pools compute prompts and others decode.
  public var isDisaggregated: Bool { pools.contains { $0.role != .both } }
}

/// A pool of a fleet: so many replicas of one deployment under one scheduler.
public struct DeployedPool: Sendable {
  /// What reports call it.
  public var name = ""
  /// What it does of a request.
  public var role = Pool.Role.both
  /// The scheduler with its options.
  public var scheduler = ""
  /// A replica of it, and how many there are.
  public var deployment: Deployment
}

/// A link between pools.
public struct DeployedLink: Sendable {
  /// The names of the pools that it leads from and to; from all that compute prompts, or to all
  /// that decode, where nil.
  public var from: String?
  public var to: String?
  public var link = Link(bandwidth: 1)
  /// Whether the cache of each layer is sent as it is computed.
  public var isLayerWise = false

  func leads(from: DeployedPool, to: DeployedPool) -> Bool {
    (self.from ?? from.name) == from.name && (self.to ?? to.name) == to.name
  }
}

extension PooledDeployment {
  /// Refuses what does not go together.
  func check() throws(InputError) {
    for (place, pool) in pools.enumerated() {
      if let first = pools.firstIndex(where: { $0.name == pool.name }), first < place {
        throw mistake(
          place, Self.nameKey, "\"\(pool.name)\" is a pool already", "give each its own")
      }
    }
    let replicas = pools.reduce(0) { $0 + $1.deployment.fleet.replicas }
    if !EngineRange.replicas.contains(replicas) {
      throw InputError(
        source, column: "pools", problem: "they have \(replicas) replicas together",
        remedy: "give \(EngineRange.replicas.upperBound) or fewer")
    }
    if let place = pools.firstIndex(where: { pool in
      pools.count > 1 && pool.deployment.tiers.below.contains(where: \.isShared)
    }) {
      throw mistake(
        place, KVTiers.Settings.below.option,
        "a tier that is shared is simulated among the replicas of one pool",
        "leave shared=true out, or give one pool")
    }
    if pools.count > 1, let place = pools.firstIndex(where: { $0.deployment.ranks > 1 }) {
      throw mistake(
        place, "--data-parallel-size", "ranks in lock step are not simulated beside other pools",
        "leave it out, or give one pool")
    }
    if onlyPool == nil { try checkFleets() }
    try isDisaggregated ? checkRoles() : checkWholeRoles()
  }

  /// Refuses what is known of replicas that are all alike and no others.
  private func checkFleets() throws(InputError) {
    for (place, pool) in pools.enumerated() {
      let (fleet, names) = (pool.deployment.fleet, FleetUpkeep.Settings.self)
      let option: String? =
        if fleet.upkeep.hasFaults {
          names.faults.option
        } else if fleet.upkeep.scaler != nil {
          names.scaler.option
        } else if fleet.upkeep.admission != nil {
          names.admission.option
        } else {
          fleet.routerRefresh == nil ? nil : Deployment.routerRefresh.option
        }
      if let option {
        throw mistake(
          place, option, "this is simulated of one pool that does all of a request",
          "leave it out, or give one pool")
      }
    }
  }

  /// Refuses what only pools that hand over have.
  private func checkWholeRoles() throws(InputError) {
    var apart = self
    apart.pools[0].role = .prefill
    for setting in Self.settings where setting.name != Deployment.routerName {
      let value = [setting].shown(of: apart).first?.value
      if value == nil || value == setting.standard { continue }
      throw InputError(
        source, column: setting.name,
        problem: "pools that do all of a request hand nothing over",
        remedy: "leave it out, or give pools the roles prefill and decode")
    }
    if links.isEmpty { return }
    throw InputError(
      source, column: "links", problem: "pools that do all of a request hand nothing over",
      remedy: "leave it out, or give pools the roles prefill and decode")
  }

  private func checkRoles() throws(InputError) {
    if let place = pools.firstIndex(where: { $0.role == .both }) {
      throw mistake(
        place, Self.roleKey,
        "it does all of a request beside pools that do a part, which is not simulated",
        "give it the role prefill or decode, or all pools the role both")
    }
    for role in [Pool.Role.prefill, .decode] where !pools.contains(where: { $0.role == role }) {
      throw InputError(
        source, column: "pools", problem: "none has the role \(role.rawValue)",
        remedy: "give one that has")
    }
    for (place, pool) in pools.enumerated() {
      if pool.deployment.pipelineParallelSize > 1 {
        throw mistake(
          place, "--pipeline-parallel-size", "handing over from or to a pipeline is not simulated",
          "leave it out")
      }
      if !pool.deployment.tiers.isPlain {
        throw mistake(
          place, pool.deployment.tiers.firstOption,
          "tiers of pools that hand over are not simulated", "leave it out, or give the role both")
      }
      if pool.deployment.speculative != nil, firstToken == .prefill || pool.role == .prefill {
        throw mistake(
          place, "--speculative-config",
          pool.role == .prefill
            ? "a pool that computes prompts alone drafts nothing"
            : "drafts behind a first token from elsewhere are not simulated",
          "leave it out" + (pool.role == .prefill ? "" : ", or first-token prefill"))
      }
    }
    if transfer == .pull, let place = links.firstIndex(where: \.isLayerWise) {
      throw InputError(
        source, column: "links[\(place)].layer-wise",
        problem: "a cache that is pulled is read when all of it is computed",
        remedy: "leave it out, or give transfer push or reserve")
    }
    for (place, from) in pools.enumerated() where from.role == .prefill {
      for to in pools where to.role == .decode {
        let joining = links.count { $0.leads(from: from, to: to) }
        if joining != 1 {
          throw InputError(
            source, column: "links",
            problem: "\(joining == 0 ? "none leads" : "\(joining) lead") from the pool "
              + "\(from.name) to \(to.name)",
            remedy: "give one, as {\"from\": \"\(from.name)\", \"to\": \"\(to.name)\", "
              + "\"bandwidth-gb-s\": 100, \"latency-ms\": 0.4}")
        }
        try checkModels(place, from, to)
      }
    }
  }

  /// Refuses pools that could not read each other's caches.
  private func checkModels(
    _ place: Int, _ from: DeployedPool, _ to: DeployedPool
  ) throws(InputError) {
    let (ours, theirs) = (from.deployment, to.deployment)
    if ours.model.name != theirs.model.name {
      throw mistake(
        place, "--model",
        "\(ours.model.name) has other keys and values than \(theirs.model.name), which the pool "
          + "\(to.name) serves", "give both the same")
    }
    if try ours.servedModel().cache != theirs.servedModel().cache {
      throw mistake(
        place, "--kv-cache-dtype", "the pool \(to.name) keeps another", "give both the same")
    }
  }

  static let nameKey = "name"
  static let roleKey = "role"

  /// A mistake under `key` of the pool at `place`, or under that of an option.
  func mistake(_ place: Int, _ key: String, _ problem: String, _ remedy: String) -> InputError {
    let name = key.hasPrefix("--") ? String(key.dropFirst(2)) : key
    return InputError(source, column: "pools[\(place)].\(name)", problem: problem, remedy: remedy)
  }

  /// `error`, which an option of the command line has, at the key of the pool at `place`.
  func placed(_ error: InputError, _ place: Int) -> InputError {
    guard error.source.hasPrefix("--") else {
      let text = "\(error.source): \(error.problem)"
      return InputError(source, column: "pools[\(place)]", problem: text, remedy: error.remedy)
    }
    return mistake(place, error.source, error.problem, error.remedy)
  }
}

extension Deployment {
  var ranks: Int { experts.dataParallelSize }
}
