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
  /// What can be set of the load of a run whose requests are known one by one.
  static let loadOfRuns = Load.settings.filter { setting in
    setting.name == Load.Settings.limit.name
      || !TraceTransforms.settings.contains { $0.name == setting.name }
  }.map(Option.init)
  static let objectives = Option(Scenario.Settings.objectives)

  /// How many of the requests must keep the objectives.
  static let attainment = Option(
    name: "--attainment", placeholder: "SHARE", standard: "99% where no limit has a statistic",
    help: "share of all requests that must keep all limits together, as 99% or 0.99",
    group: "Objectives")

  /// What runs where, without the limits of a server.
  static let placement = (Deployment.placement() + Deployment.formats + Deployment.host)
    .under("Deployment").map(Option.init)

  /// What can be said of how a trace is read.
  static let reading = TraceReading.settings.map(Option.init)

  /// The beginning of the random numbers.
  static func seed(group: String) -> Option { Option(Load.Settings.seed.under(group)) }

  /// The schedulers that a command runs one after the other.
  static func schedulers(group: String) -> Option {
    Option(
      name: "--schedulers", placeholder: "NAMES", standard: "those of engines",
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
  /// The trace that the command is about.
  func trace() throws -> TraceSource {
    TraceSource(path: argument("TRACE"), reading: try TraceReading { value(of: $0) })
  }

  /// The schedulers that were asked for, each with its options; all where none was.
  func schedulers() throws -> [String] {
    try self["--schedulers"]?.schedulerNames() ?? Schedulers.all.map(\.name)
  }

  /// How many threads there are at most: as many as processors that there are, or that Slurm gives.
  func jobs() throws -> Int {
    let process = ProcessInfo.processInfo
    return try self["--jobs"]?.int(min: 1)
      ?? process.environment["SLURM_CPUS_PER_TASK"].flatMap(Int.init).map { max(1, $0) }
      ?? process.activeProcessorCount
  }
}

/// A trace as a user names it, and how it is to be read.
struct TraceSource: Sendable {
  var path: GivenValue
  var reading: TraceReading

  /// The trace; with the checksum of its bytes if they are summed up.
  func read(checksums: Bool = false) throws -> LoadedTrace {
    try TraceFile.read(path.string(), reading, checksums: checksums)
  }
}

extension GivenValue {
  /// The share that the text is, as `99%` or `0.99`.
  func share() throws(InputError) -> Double {
    if text.hasSuffix("%") {
      let number = GivenValue(source: source, text: String(text.dropLast()))
      return try number.double(min: 0, max: 100, exclusive: true) / 100
    }
    return try double(min: 0, max: 1, exclusive: true)
  }
}
