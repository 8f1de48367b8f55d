import Formats
import Reporting
import Studies

/// Studies of pools on a command line.
enum PoolOptions {
  static let pools = Option(
    name: "--\(PoolAxis.name)", placeholder: "POOLS",
    help: "pools of replicas and how many each has, as prefill=1..6,decode=1..6; where they hand "
      + "over, beside as many GPUs that do all; pools of \(DeploymentOptions.file.name), or else "
      + "two of the deployment that the other options say", group: "Pools")
  /// Those of one run.
  static let ofRuns =
    [
      pools(
        "pools and how many replicas each has, as prefill=2,decode=4: those of "
          + "\(DeploymentOptions.file.name), or else two of the deployment that the other options "
          + "say"
      )
    ] + axes
  /// The same where flags alone say what serves.
  static let ofFlags =
    [
      pools(
        "two pools of the deployment that the other options say, and how many replicas each has, "
          + "as prefill=2,decode=4")
    ] + axes
  /// Those that are chosen among besides replicas that do all of a request.
  static let besides =
    [
      pools(
        "pools that hand over and how many replicas each may have, as prefill=1..6,decode=1..6, "
          + "besides replicas that do all of a request")
    ] + axes

  private static func pools(_ help: String) -> Option {
    var option = pools
    option.help = help
    return option
  }

  static let gpus = Option(
    name: "--total-gpus", placeholder: "N", standard: "any number",
    help: "of those pools, only such as have so many GPUs together", group: "Pools")

  /// All options, the file first.
  static let all = [file, pools, gpus] + axes
  /// Those that may be axes of a sweep, besides the pools themselves.
  static let axes = PooledDeployment.flags.map { Option($0.under("Pools")) }

  private static let file: Option = {
    var file = DeploymentOptions.file
    file.group = "Pools"
    file.help =
      "what serves, as JSON, in place of options of deployment: pools of replicas, each with a "
      + "role, and links between them (servesim list deployment)"
    return file
  }()

  /// What tells how much is chance, as `seeds` say.
  static let seeds = Option(
    name: "--seeds", placeholder: "N", standard: "5 where arrivals are drawn",
    help: "seeds behind that of --seed under which the best ratio of pools is compared with the "
      + "same GPUs together", group: "Pools")

  /// Refuses what says something of pools where `invocation` names none.
  static func checkNone(_ invocation: Invocation) throws(InputError) {
    for name in [String(gpus.name.dropFirst(2))] + PooledDeployment.flags.map(\.name) {
      if let given = invocation.value(of: name) {
        throw given.mistake("there are no pools that it is of", "give \(pools.name) too")
      }
    }
  }

  /// Refuses replicas besides those of the pools of `invocation`.
  private static func checkReplicas(_ invocation: Invocation) throws(InputError) {
    guard let given = invocation.value(of: Deployment.replicasName) else { return }
    throw given.mistake("\(pools.name) says how many replicas there are", "leave it out")
  }

  /// The one fleet that `invocation` asks for: pools of `file`, or of the deployment that flags
  /// describe where it is nil; nil where it names no pools.
  static func fleet(
    _ invocation: Invocation, _ file: PooledDeployment? = nil
  ) throws -> PooledDeployment? {
    guard let ranges = invocation[pools.name] else {
      try checkNone(invocation)
      return file
    }
    try checkReplicas(invocation)
    return try PoolAxis.fleet(ranges, file: file) { invocation.value(of: $0) }
  }

  /// The fleets that `invocation` asks for; nil where it names no pools.
  static func axis(_ invocation: Invocation) throws -> PoolAxis? {
    let fleet = try file(invocation)
    guard let ranges = invocation[pools.name] ?? fleet.map(own) else {
      try checkNone(invocation)
      return nil
    }
    try checkReplicas(invocation)
    let total = try invocation[gpus.name]?.int(min: 1)
    return try PoolAxis(ranges, gpus: total, file: fleet) { name in
      let given =
        name == Scenario.Settings.scheduler.name
        ? invocation["--\(SweepGrid.schedulers)"] : invocation.value(of: name)
      return given.map { given in
        let first = try? given.namesWithOptions().first
        return GivenValue(source: given.source, text: first ?? given.text)
      }
    }
  }

  /// The schedulers of `invocation`, which serves on pools or not; those that hand over where
  /// nothing is said.
  static func schedulers(_ invocation: Invocation, _ axis: PoolAxis?) throws -> [String] {
    if let names = axis?.schedulers { return [names] }
    return try schedulers(invocation)
  }

  /// The schedulers that were asked for; where nothing is said all, or one that hands over where
  /// pools do.
  static func schedulers(_ invocation: Invocation) throws -> [String] {
    if invocation.value(of: PoolAxis.name) == nil { return try invocation.schedulers() }
    return try invocation["--\(SweepGrid.schedulers)"]?.schedulerNames()
      ?? [Scenario.Settings.scheduler.standard ?? ""]
  }

  /// The fleet of the file that is given, which no option of deployment goes with.
  private static func file(_ invocation: Invocation) throws -> PooledDeployment? {
    guard let given = invocation[DeploymentOptions.file.name] else { return nil }
    let own =
      [SweepGrid.schedulers] + Deployment.settings().map(\.name)
      + PooledDeployment.flags.map(\.name)
    if let name = own.first(where: { invocation.value(of: $0) != nil }) {
      throw InputError(
        "--\(name)", problem: "the file of \(DeploymentOptions.file.name) says what serves",
        remedy: "say it there, under its name without dashes")
    }
    let path = try given.string()
    return try PooledDeployment(InputFile.read(path), source: path)
  }

  /// The replicas that a file gives its pools.
  private static func own(_ fleet: PooledDeployment) -> GivenValue {
    GivenValue(
      source: DeploymentOptions.file.name,
      text: fleet.pools.map { "\($0.name)=\($0.deployment.fleet.replicas)" }
        .joined(separator: ","))
  }

  /// What tells how much of a verdict is chance; nil where it is told.
  static func advice(isDrawn: Bool) -> String? {
    isDrawn
      ? nil
      : "These are the trace's own arrivals; add --arrivals poisson to see how much of it is "
        + "chance where they are drawn."
  }
}
