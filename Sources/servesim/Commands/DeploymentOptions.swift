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
  static let whole = ["--report", "--bounds"]

  /// Shows the deployment of `invocation` as a file, where that is asked for; says whether it is.
  static func printed(_ invocation: Invocation) throws -> Bool {
    guard invocation.has(prints.name) else { return false }
    if let given = invocation[file.name] {
      throw given.mistake(
        "\(prints.name) writes the file of the options", "leave one of the two out")
    }
    // Told what is wrong with it before it is a file.
    _ = try Scenario { invocation.value(of: $0) }
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
    guard let given = self[DeploymentOptions.file.name] else {
      return try Scenario { value(of: $0) }
    }
    let own = [Scenario.Settings.scheduler.name] + Deployment.settings().map(\.name)
    if let name = own.first(where: { value(of: $0) != nil }) {
      throw InputError(
        "--\(name)", problem: "the file of \(DeploymentOptions.file.name) says what serves",
        remedy: "say it there, under its name without dashes")
    }
    var scenario = try Scenario { value(of: $0) }
    let path = try given.string()
    let bytes = try InputFile.read(path)
    scenario.serve(on: try PooledDeployment(bytes, source: path))
    return scenario
  }
}
