import Formats
import Foundation
import Schedulers
import Studies
import Workloads

/// The options that several commands have.
extension Option {
  /// What can be set of what serves, of what is asked of it, and of what it is judged by.
  static let deployment = Deployment.settings().map(Option.init)
  static let load = Load.settings.map(Option.init)
  static let objectives = Option(Scenario.Settings.objectives)

  /// What runs where, without the limits of a server.
  static let placement = (Deployment.placement() + Deployment.formats + Deployment.host)
    .under("Deployment").map(Option.init)

  /// What the columns of a trace mean that is of no format.
  static let columns = Option(
    name: "--columns", placeholder: "MEANINGS", standard: nil,
    help: "what the columns, or the keys, of a trace of no known format mean: "
      + ColumnMeanings.help, group: "Workload")

  /// The beginning of the random numbers.
  static func seed(group: String) -> Option { Option(Load.Settings.seed.under(group)) }

  /// The schedulers that a command runs one after the other.
  static func schedulers(group: String) -> Option {
    Option(
      name: "--schedulers", placeholder: "NAMES", standard: "all",
      help: "one of \(Schedulers.names.joined(separator: ", ")); several with commas between them, "
        + "each with its options as NAME:option=value,option=value", group: group)
  }

  /// How many of the `things` that a command does are done at once.
  static func jobs(of things: String = "runs", group: String = "Runs") -> Option {
    Option(
      name: "--jobs", placeholder: "N", standard: "the processors there are",
      help: "\(things) at the same time, at most; changes no result", group: group)
  }
}

extension Invocation {
  /// What was given for `--columns`.
  func columnMeanings() throws -> ColumnMeanings? {
    try self[Option.columns.name].map { given throws(InputError) in try ColumnMeanings(given) }
  }

  /// The schedulers that were asked for, each with its options; all where none was.
  func schedulers() throws -> [String] {
    try self["--schedulers"]?.schedulerNames() ?? Schedulers.all.map(\.name)
  }

  /// How many threads there are at most.
  func jobs() throws -> Int {
    try self["--jobs"]?.int(min: 1) ?? ProcessInfo.processInfo.activeProcessorCount
  }
}
