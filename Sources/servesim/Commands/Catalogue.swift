import Control
import Costs
import Schedulers
import Serving
import Workloads

/// What the user can ask for by name.
struct Catalogue: Sendable {
  var schedulers: Section
  var models: Section
  var gpus: Section
  var formats: Section
  var routers = Section(Routers.all.map { Entry(name: $0.name, summary: $0.description) })

  var scalers = Section(
    Scalers.all.map { Entry(name: $0.name, summary: $0.description) }, standard: "none")
  var admission = Section(
    Admissions.all.map { Entry(name: $0.name, summary: $0.description) }, standard: "none")

  /// The sections by the words that `servesim list` takes.
  var sections: [(name: String, section: Section)] {
    [
      ("schedulers", schedulers), ("models", models), ("gpus", gpus), ("formats", formats),
      ("routers", routers), ("scalers", scalers), ("admission", admission),
      ("deployment", DeploymentOptions.section),
    ]
  }

  /// Things of one kind.
  struct Section: Sendable {
    var entries: [Entry]
    /// The name that holds where the user gives none.
    var standard: String

    /// - Parameter standard: the first entry unless it is given.
    init(_ entries: [Entry], standard: String? = nil) {
      precondition(!entries.isEmpty, "there is one to use where none is named")
      self.entries = entries
      self.standard = standard ?? entries[0].name
    }

    var names: [String] { entries.map(\.name) }
    /// The names as a clause for help.
    var choices: String { "one of " + names.joined(separator: ", ") }
  }

  /// A name and what it stands for, as a clause.
  struct Entry: Sendable {
    var name: String
    /// Worked out when it is asked for.
    var summary: String { describe() }
    private let describe: @Sendable () -> String

    init(name: String, summary: @autoclosure @escaping @Sendable () -> String) {
      self.name = name
      describe = summary
    }
  }
}

extension Catalogue {
  /// What this build of the tool offers.
  static var standard: Catalogue {
    Catalogue(
      schedulers: schedulers,
      models: Section(
        Models.names.map { name in Entry(name: name, summary: summary(ofModel: name)) },
        standard: "llama-3-8b"),
      gpus: Section(
        GPUs.names.map { name in Entry(name: name, summary: summary(ofGPU: name)) },
        standard: "h100-sxm"),
      formats: Section(
        TraceFormats.all.map { Entry(name: $0.name, summary: "\($0.summary); \($0.header)") }))
  }

  private static func summary(ofModel name: String) -> String {
    guard let model = try? Models.named(name) else { preconditionFailure("a name names a model") }
    let billions = tenths(Double(model.parameters) / 1e9)
    let active = tenths(Double(model.activeParameters) / 1e9)
    let experts = model.mixture == nil ? "" : ", \(active) of them active"
    let format = model.weights == .bf16 ? "" : ", \(model.weights.rawValue)"
    return "\(billions) billion parameters\(experts)\(format), \(model.maxPositions) tokens; "
      + model.source
  }

  private static func summary(ofGPU name: String) -> String {
    guard let gpu = try? GPUs.named(name) else { preconditionFailure("a name names a GPU") }
    let memory = tenths(Double(gpu.memoryBytes) / 1_073_741_824)
    let bandwidth = Int(gpu.memoryBytesPerSecond / 1e9)
    let arithmetic = Int(gpu.peaks.bf16 / 1e12)
    let tables = gpu.tables.all
    let borrowed = tables.count { $0.borrowedFrom != nil }
    var owners: [String] = []
    for case let owner? in tables.map(\.borrowedFrom) where !owners.contains(owner) {
      owners.append(owner)
    }
    return "\(memory) GiB at \(bandwidth) GB/s, \(arithmetic) TFLOP/s (BF16), "
      + "\(gpu.links[0].kind.rawValue); \(tables.count - borrowed) tables of measured kernels"
      + (borrowed == 0 ? "" : ", \(borrowed) borrowed from \(owners.joined(separator: ", "))")
  }

  private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  private static var schedulers: Section {
    let entries = Schedulers.entries.map { entry in
      let options = entry.options.map(\.name).joined(separator: ", ")
      return Entry(
        name: entry.name,
        summary: "\(entry.summary) As \(entry.reproduces). Options: \(options)")
    }
    let aliases = Schedulers.aliases.map {
      Entry(name: $0.name, summary: "the newest: \($0.means)")
    }
    return Section(entries + aliases, standard: "vllm")
  }
}
