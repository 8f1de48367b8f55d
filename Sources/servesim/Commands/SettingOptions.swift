import Formats
import Studies

/// What can be set of what serves, as options of commands.
extension Option {
  /// Everything.
  static let deployment = options(Deployment.settings(), group: "Deployment")
  /// What runs where, without the limits of a server.
  static let placement = options(
    Deployment.placement() + Deployment.formats + Deployment.host, group: "Deployment")

  private static func options<Root>(_ settings: [Setting<Root>], group: String) -> [Option] {
    settings.map { Option($0, group: group) }
  }
}
