import Formats
import Serving

/// A deployment as JSON: what `--deployment fleet.json` reads and `--print-deployment` writes.
///
///     {"router": …, "pools": [{"name", "role", "replicas", "scheduler", any setting of a
///      deployment by its name}], "links": [{"from", "to", "bandwidth-gb-s", "latency-ms"}]}
///
/// What a pool leaves out, the top of the file says for all pools, or holds as on a command line.
extension PooledDeployment {
  /// The fleet that `bytes`, which came from `source`, describe.
  public init(
    _ bytes: [UInt8], source: String, _ files: DescribedFiles = DescribedFiles()
  ) throws(InputError) {
    let top = try JSONKeys(
      bytes, source: source, remedy: "give {\"pools\": [{\"name\": …}]} (servesim list deployment)")
    let own = Self.settings.map(\.name) + ["pools", "links"]
    let ofDeployments = Self.deploymentSettings(files).map(\.name)
    let scheduler = Scenario.Settings.scheduler.name
    try top.check(among: own + ofDeployments + [scheduler])
    let pools = try top.needed("pools", "a list of pools, each an object", top.objects)
    if pools.isEmpty {
      throw top.mistake("pools", "there are none", "give one or more, each an object")
    }
    self.init(
      source: source,
      pools: try pools.map { keys throws(InputError) in
        try keys.check(among: Self.poolSettings.map(\.name) + ofDeployments)
        return try DeployedPool(keys, top, files)
      })
    try Self.settings.set(in: &self, from: top)
    for keys in try top.objects("links") ?? [] {
      try keys.check(among: Self.linkSettings.map(\.name))
      links.append(try link(keys))
    }
    try check()
  }

  private func link(_ keys: JSONKeys) throws(InputError) -> DeployedLink {
    var link = DeployedLink()
    try Self.linkSettings.set(in: &link, from: keys)
    if !keys.has(Self.bandwidth.name) {
      throw keys.missing(Self.bandwidth.name, "10^9 bytes a second between two replicas")
    }
    for (key, name, role) in [("from", link.from, Pool.Role.prefill), ("to", link.to, .decode)] {
      guard let name, !pools.contains(where: { $0.name == name && $0.role == role }) else {
        continue
      }
      throw keys.mistake(
        key, "no pool with the role \(role.rawValue) is called \"\(name)\"", "name one that is")
    }
    return link
  }

  /// The one pool that does all of a request, which is what the flags of a command line say.
  public var onlyPool: DeployedPool? {
    pools.count == 1 && pools[0].role == .both ? pools[0] : nil
  }

  /// The file of no pools, which is refused where it is read.
  public static let none = JSONValue.object([.init("pools", .array([]))]).text()

  /// The file that says what `given` has of the settings of one pool, or of two that hand over
  /// where it says how many replicas each has.
  public static func text(_ given: (String) -> GivenValue?) -> String {
    let own =
      poolSettings.compactMap { setting in
        setting.name == nameKey || setting.name == roleKey ? nil : setting.member(given)
      } + deploymentSettings().compactMap { $0.member(given) }
    let members = settings.compactMap { $0.member(given) }
    guard let counts = given(PoolAxis.name).flatMap({ try? PoolRanges($0).all.first }) else {
      let pool = [.init(nameKey, .string("all"))] + own
      return JSONValue.object(members + [.init("pools", .array([.object(pool)]))]).text()
    }
    let pools = [Pool.Role.prefill, .decode].map { role in
      let replicas = counts.counts.first { $0.pool == role.rawValue }?.replicas ?? 1
      return JSONValue.object([
        .init(nameKey, .string(role.rawValue)), .init(roleKey, .string(role.rawValue)),
        .init(Deployment.replicasName, .integer(replicas)),
      ])
    }
    let link = linkSettings.compactMap { setting in
      setting.member { given(linkPrefix + $0) }
    }
    return JSONValue.object(
      members + own
        + [.init("pools", .array(pools)), .init("links", .array([.object(link)]))]
    ).text()
  }
}

extension DeployedPool {
  /// The pool that `keys` describe, with what `top` says of all.
  fileprivate init(
    _ keys: JSONKeys, _ top: JSONKeys, _ files: DescribedFiles
  ) throws(InputError) {
    func given(_ name: String) -> GivenValue? {
      name == Deployment.routerName ? nil : keys.given(name) ?? top.given(name)
    }
    deployment = try Deployment(files, given)
    if !keys.has(PooledDeployment.nameKey) {
      throw keys.missing(PooledDeployment.nameKey, "what reports call the pool")
    }
    scheduler = Scenario.Settings.scheduler.standard ?? ""
    try PooledDeployment.poolSettings.set(in: &self, from: given)
  }
}

extension JSONKeys {
  /// What stands under `name`, as a command line would have it.
  fileprivate func given(_ name: String) -> GivenValue? {
    guard let value = value(name) else { return nil }
    let text: String
    switch value {
    case .string(let word): text = word
    case .bool(false): return nil
    default: text = value.line()
    }
    return GivenValue(source: "\(source):\(path)\(name)", text: text)
  }
}

extension Sequence {
  /// Sets in `root` what `keys` have of these settings.
  fileprivate func set<Root>(
    in root: inout Root, from keys: JSONKeys
  ) throws(InputError) where Element == Setting<Root> {
    try set(in: &root, from: { keys.given($0) })
  }
}

extension Setting {
  /// What is given under the setting's name, as a number where it is one; nil where nothing is.
  fileprivate func member(_ given: (String) -> GivenValue?) -> JSONValue.Member? {
    guard let given = given(name) else { return nil }
    return switch takes {
    case .flag: .init(name, .bool(true))
    case .count, .number:
      .init(
        name,
        Int(given.text).map { .integer($0) } ?? Double(given.text).map { .number($0) }
          ?? .string(given.text))
    case .words, .name, .text: .init(name, .string(given.text))
    }
  }
}
