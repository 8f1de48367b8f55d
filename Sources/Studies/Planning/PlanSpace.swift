import Costs
import Formats
import Schedulers
import Serving

extension Deployment {
  /// GPUs of all replicas.
  public var gpus: Int { gpusPerReplica * fleet.replicas }

  /// What a GPU of this kind is quoted at; nil where no price is known.
  public var price: GPUPrice? { GPUPrice.known.first { $0.gpu == gpu.name } }
}

/// What a plan chooses among: kinds of GPUs, what a replica is, and how many replicas there are.
public struct PlanSpace: Sendable {
  /// What one replica is.
  public struct Shape: Sendable {
    /// The settings that differ from one shape to another, by name, as they were given.
    public let values: [(name: String, value: String)]
    /// The scheduler with its options.
    public let scheduler: String
    /// What a replica runs on; its fleet is one replica.
    public let deployment: Deployment
    /// The place of its kind of GPU.
    public let kind: Int

    /// Those of the values that neither the kind nor the GPUs of a replica tell.
    public var others: [(name: String, value: String)] {
      values.filter { !["gpu", Deployment.degree.name].contains($0.name) }
    }

    /// GPUs of one replica.
    public var gpus: Int { deployment.gpusPerReplica }
  }

  /// A kind of GPU.
  public struct Kind: Sendable {
    /// As the user named it, and as it is called.
    public let given: String
    public let name: String
    /// What it costs; nil where that is not known.
    public let price: GPUPrice?
  }

  /// The kinds of GPUs, in the order in which they were named.
  public let kinds: [Kind]
  /// Of each kind together, in the order of the settings.
  public let shapes: [Shape]
  /// Numbers of replicas, the smallest first.
  public let replicas: [Int]
  /// GPUs in all, at most.
  public let mostGPUs: Int

  /// - Parameters:
  ///   - schedulers: each with its options and its budget.
  ///   - prices: those that are known or given, the first of a GPU counts.
  ///   - files: what was read of models and GPUs.
  ///   - given: what is given for a setting of a deployment, with commas between values.
  public init(
    schedulers: [String], prices: [GPUPrice], replicas: [Int], mostGPUs: Int,
    _ files: DescribedFiles = DescribedFiles(), _ given: @escaping @Sendable (String) -> GivenValue?
  ) throws(InputError) {
    let names = Deployment.settings().filter { $0.takes != .flag }.map(\.name)
    let loads = Load.settings.map(\.name)
    let grid = try SweepGrid(
      of: names.filter { $0 != "replicas" } + [SweepGrid.schedulers], schedulers: schedulers
    ) { loads.contains($0) || $0 == "replicas" ? nil : given($0) }
    if let models = grid.axes.first(where: { $0.name == "model" }), models.values.count > 1 {
      throw InputError(
        "--model", problem: "a plan is for one model", remedy: "plan for each by itself")
    }
    let gpus = grid.axes.first { $0.name == "gpu" }?.values ?? []
    precondition(!gpus.isEmpty && !replicas.isEmpty, "a plan chooses among something")
    var kinds: [Kind] = []
    for text in gpus {
      let name = try files.gpu(GivenValue(source: "--gpus", text: text)).name
      let price = prices.first { $0.gpu == text || $0.gpu == name }
      kinds.append(Kind(given: text, name: name, price: price))
    }
    var shapes: [Shape] = []
    for combination in grid.combinations {
      let text = combination.value(of: "gpu") ?? ""
      shapes.append(
        Shape(
          values: combination.values.filter { $0.name != SweepGrid.schedulers },
          scheduler: combination.value(of: SweepGrid.schedulers) ?? "",
          deployment: try Deployment(files, combination.given),
          kind: gpus.firstIndex(of: text) ?? 0))
    }
    try Self.check(shapes)
    self.kinds = kinds
    self.shapes = shapes
    self.replicas = replicas.sorted()
    self.mostGPUs = mostGPUs
  }

  /// Throws what is wrong with a scheduler that can be set up with none of its budgets.
  private static func check(_ shapes: [Shape]) throws(InputError) {
    var known: [String] = []
    var refused: [(name: String, error: InputError)] = []
    for shape in shapes {
      let name = String(shape.scheduler.prefix { $0 != ":" })
      if known.contains(name) { continue }
      do throws(InputError) {
        _ = try shape.deployment.engine(shape.scheduler)
        known.append(name)
      } catch {
        refused.append((name, error))
      }
    }
    if let first = refused.first(where: { !known.contains($0.name) }) { throw first.error }
  }

  /// Numbers of replicas of `shape` that there are GPUs for.
  func counts(of shape: Int) -> [Int] {
    replicas.filter { $0 * shapes[shape].gpus <= mostGPUs }
  }

  /// All combinations of a shape and a number of replicas.
  public var count: Int { shapes.indices.reduce(0) { $0 + counts(of: $1).count } }

  /// Dollars an hour for `gpus` of a kind; nil where the price is not known.
  func dollarsPerHour(_ gpus: Int, of kind: Int) -> Double? {
    kinds[kind].price.map { Double(gpus) * $0.dollarsPerHour }
  }

  /// What `replicas` replicas of `shape` need.
  func candidate(_ shape: Int, _ replicas: Int) -> PlanCandidate {
    let gpus = shapes[shape].gpus * replicas
    return PlanCandidate(
      shape: shape, replicas: replicas, gpus: gpus,
      dollarsPerHour: dollarsPerHour(gpus, of: shapes[shape].kind))
  }
}
