import Formats
import Serving
import Studies

/// Deployment files on a command line.
enum DeploymentOptions {
  static let file = Option(
    name: "--deployment", placeholder: "FILE",
    help: "what serves, as JSON, in place of the options above: pools of replicas, each with a "
      + "role, and links between them (servesim list deployment)", group: "Deployment",
    file: .reads)
  static let prints = Option(
    name: "--print-deployment",
    help: "write the deployment that this command line has as such a file, and serve nothing",
    group: "Deployment")

  /// What is known of one pool alone.
  private static let whole = ["--report", "--bounds"]

  /// Refuses options for what is known of one pool alone, where `scenario` has several.
  static func checkWhole(_ scenario: Scenario, _ invocation: Invocation) throws(InputError) {
    guard scenario.pools != nil else { return }
    let given = whole.first { invocation.value(of: String($0.dropFirst(2))) != nil }
    if let given {
      throw InputError(
        given, problem: "it is not known of pools that are not alike", remedy: "leave it out")
    }
  }

  /// Shows the deployment of `invocation` as a file, where that is asked for; says whether it is.
  static func printed(_ invocation: Invocation) throws -> Bool {
    guard invocation.has(prints.name) else { return false }
    if let given = invocation[file.name] {
      throw given.mistake(
        "\(prints.name) writes the file of the options", "leave one of the two out")
    }
    // Told what is wrong with it before it is a file.
    _ = try invocation.scenario()
    try show(PooledDeployment.text { invocation.value(of: $0) })
    return true
  }

  /// What can be named in a deployment file.
  static var section: Catalogue.Section {
    Catalogue.Section(
      PooledDeployment.keys.map { row in Catalogue.Entry(name: row.key, summary: row.meaning) })
  }
}

extension Invocation {
  /// What is run, on what `--deployment` describes where it is given.
  func scenario() throws -> Scenario {
    var scenario = try Scenario { value(of: $0) }
    guard let given = value(of: String(DeploymentOptions.file.name.dropFirst(2))) else {
      if let fleet = try PoolOptions.fleet(self) { scenario.serve(on: fleet) }
      return scenario
    }
    let own =
      [Scenario.Settings.scheduler.name] + Deployment.settings().map(\.name)
      + PooledDeployment.flags.map(\.name)
    if let name = own.first(where: { value(of: $0) != nil }) {
      throw InputError(
        "--\(name)", problem: "the file of \(DeploymentOptions.file.name) says what serves",
        remedy: "say it there, under its name without dashes")
    }
    let path = try given.string()
    let bytes = try InputFile.read(path)
    let file = try PooledDeployment(bytes, source: path)
    scenario.serve(on: try PoolOptions.fleet(self, file) ?? file)
    return scenario
  }
}
