import Formats
import Serving

/// The fleets of a study: the same pools with other numbers of replicas, and where they hand over,
/// beside each the same GPUs as one pool that does all of a request.
public struct PoolAxis: Sendable {
  /// The name of the axis.
  public static let name = "pools"

  /// In the order in which they are shown: those apart, then those together.
  public let values: [PoolCounts]
  /// How many of them are apart.
  private let apart: Int
  /// The fleet that a file describes; nil where flags do.
  private let file: PooledDeployment?
  /// Where the values were given.
  private let option: String

  /// The fleets that `ranges`, as `prefill=1..6,decode=1..6`, ask for.
  ///
  /// - Parameters:
  ///   - gpus: how many GPUs each has; any number where nil.
  ///   - file: the fleet that a file describes; nil where flags do.
  ///   - given: what flags say; of several values with commas between them the first.
  public init(
    _ ranges: GivenValue, gpus: Int? = nil, file: PooledDeployment? = nil,
    _ given: (String) -> GivenValue?
  ) throws(InputError) {
    self.file = file
    option = ranges.source
    let fleet = try Self.base(file, ranges.source, DescribedFiles(), given)
    let parsed = try PoolRanges(ranges, among: fleet)
    var apart: [PoolCounts] = []
    var totals: [Int] = []
    for counts in parsed.all {
      let total = try fleet.with(counts).gpus
      if let gpus, gpus != total { continue }
      apart.append(counts)
      if !totals.contains(total) { totals.append(total) }
    }
    if apart.isEmpty, let gpus {
      throw ranges.mistake("none of them has \(gpus) GPUs", "give wider ranges, or another number")
    }
    self.apart = apart.count
    values = apart + (fleet.isDisaggregated ? fleet.together(totals.sorted()) : [])
  }

  /// The one fleet that `counts`, as `prefill=2,decode=4`, ask for: that of `file` with so many
  /// replicas, or two pools of the deployment that flags describe.
  public static func fleet(
    _ counts: GivenValue, file: PooledDeployment?, _ given: (String) -> GivenValue?
  ) throws(InputError) -> PooledDeployment {
    let files = DescribedFiles()
    let axis = try PoolAxis(counts, file: file, given)
    guard axis.apart == 1 else {
      throw counts.mistake(
        "\(axis.apart) fleets are more than one run is of",
        "give one number for each, as prefill=2,decode=4")
    }
    return try axis.fleet(axis.values[0], files, given)
  }

  /// The fleet of `file`, or that of flags.
  private static func base(
    _ file: PooledDeployment?, _ option: String, _ files: DescribedFiles,
    _ given: (String) -> GivenValue?
  ) throws(InputError) -> PooledDeployment {
    if let file { return file }
    return try PooledDeployment(ofFlags: option, files, given)
  }

  /// The names of the schedulers, each once, where a file says them.
  public var schedulers: String? {
    guard let pools = file?.pools else { return nil }
    let names = pools.map(\.scheduler)
    return names.indices.filter { names.firstIndex(of: names[$0]) == $0 }.map { names[$0] }
      .joined(separator: "+")
  }

  /// The fleet with so many replicas in each pool.
  ///
  /// - Parameter given: what flags say, where no file does.
  func fleet(
    _ counts: PoolCounts, _ files: DescribedFiles, _ given: (String) -> GivenValue?
  ) throws(InputError) -> PooledDeployment {
    let fleet = try Self.base(file, option, files, given)
    let sized = try fleet.with(counts)
    try sized.check()
    return sized
  }

  /// Whether there are pools that hand over beside pools that do all.
  public var comparesPools: Bool { values.count > apart }

  /// Whether `counts`, which are a value, are of one pool that does all beside pools that do not.
  func isTogether(_ counts: PoolCounts) -> Bool { !values.prefix(apart).contains(counts) }

  /// The value that `text` is.
  func counts(_ text: String) -> PoolCounts? { values.first { $0.text == text } }
}

extension PooledDeployment {
  /// The GPUs of all pools.
  public var gpus: Int { pools.reduce(0) { $0 + $1.deployment.gpus } }

  /// Two pools of the deployment that flags describe, one that computes prompts and one that
  /// decodes, each called as its role, with one link between them.
  init(
    ofFlags source: String, _ files: DescribedFiles,
    _ given: (String) -> GivenValue?
  ) throws(InputError) {
    let deployment = try Deployment(files, given)
    var pool = DeployedPool(
      scheduler: Scenario.Settings.scheduler.standard ?? "", deployment: deployment)
    if let scheduler = given(Scenario.Settings.scheduler.name) {
      pool.scheduler = try scheduler.string()
    }
    self.init(
      source: source,
      pools: [Pool.Role.prefill, .decode].map { role in
        var own = pool
        (own.role, own.name) = (role, role.rawValue)
        return own
      })
    router = deployment.fleet.router
    links = [DeployedLink()]
    try Self.flags.set(in: &self, from: given)
    let bandwidth = Self.linkPrefix + Self.bandwidth.name
    if given(bandwidth) == nil {
      throw InputError(
        "--\(bandwidth)", problem: "nothing tells how fast pools hand over",
        remedy: "give 10^9 bytes a second of a replica, or a file with links")
    }
  }

  static let linkPrefix = "link-"

  /// What flags can say of two pools: the settings of a file but the router, which a deployment
  /// has, and those of a link but its ends.
  public static var flags: [Setting<PooledDeployment>] {
    let ofLinks = linkSettings.filter { $0.name != "from" && $0.name != "to" }
    return settings.filter { $0.name != Deployment.routerName }
      + ofLinks.map { $0.on(\.onlyLink).named(after: linkPrefix) }
  }

  /// The link of all pools.
  fileprivate var onlyLink: DeployedLink {
    get { links.first ?? DeployedLink() }
    set { links = [newValue] }
  }

  /// The same with so many replicas in each pool that `counts` name; or one pool that does all,
  /// where they name that.
  func with(_ counts: PoolCounts) throws(InputError) -> PooledDeployment {
    var fleet = self
    for count in counts.counts {
      if let place = pools.firstIndex(where: { $0.name == count.pool }) {
        fleet.pools[place].deployment.fleet.replicas = count.replicas
        continue
      }
      let place = pools.firstIndex { Self.together($0.name) == count.pool } ?? 0
      // How caches are handed over is of no one pool.
      fleet = PooledDeployment(source: source, pools: [pools[place]], router: router)
      fleet.pools[0].name = Pool.Role.both.rawValue
      fleet.pools[0].role = .both
      fleet.pools[0].deployment.fleet.replicas = count.replicas
    }
    return fleet
  }

  /// One pool that does all on each of `totals` GPUs, with the engine of each pool here that is not
  /// as one before it, where its replicas fill them.
  fileprivate func together(_ totals: [Int]) -> [PoolCounts] {
    let engines = pools.map { pool in
      var fingerprint = Fingerprint()
      var deployment = pool.deployment
      deployment.fleet = Fleet()
      fingerprint.add(deployment)
      for setting in deployment.shown(Deployment.settings()) {
        fingerprint.add("\(setting.name)=\(setting.value)")
      }
      fingerprint.add(pool.scheduler)
      return fingerprint.text
    }
    let distinct = pools.indices.filter { engines.firstIndex(of: engines[$0]) == $0 }
    return totals.flatMap { total in
      distinct.compactMap { place -> PoolCounts? in
        let size = pools[place].deployment.gpusPerReplica
        guard total % size == 0 else { return nil }
        let name =
          distinct.count == 1 ? Pool.Role.both.rawValue : Self.together(pools[place].name)
        return PoolCounts([.init(name, total / size)])
      }
    }
  }

  /// What one pool that does all with the engine of the pool `name` is called.
  private static func together(_ name: String) -> String { "\(Pool.Role.both.rawValue) as \(name)" }
}
