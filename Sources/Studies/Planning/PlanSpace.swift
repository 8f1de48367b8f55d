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

/// What a plan chooses among: kinds of GPUs, what a replica is, and how many replicas there are, in
/// one pool or in pools that hand over.
public struct PlanSpace: Sendable {
  /// What one replica is.
  public struct Shape: Sendable {
    /// The settings that differ from one shape to another, by name, as they were given.
    public let values: [(name: String, value: String)]
    /// The scheduler with its options.
    public let scheduler: String
    /// What a replica runs on; its fleet is one replica.
    public let deployment: Deployment
    /// Pools of such replicas that hand over; nil where each does all of a request.
    public let pools: PooledDeployment?
    /// The place of its kind.
    public let kind: Int

    /// Those of the values that neither the kind nor the GPUs of a replica tell.
    public var others: [(name: String, value: String)] {
      values.filter { !["gpu", Deployment.degree.name].contains($0.name) }
    }

    /// GPUs of one replica.
    public var gpus: Int { deployment.gpusPerReplica }
  }

  /// A kind of GPU, and whether there are pools that hand over.
  public struct Kind: Sendable {
    /// As the user named it, and as it is called.
    public let given: String
    public let name: String
    /// What it costs; nil where that is not known.
    public let price: GPUPrice?
    public let isApart: Bool
  }

  /// The kinds, in the order in which their GPUs were named.
  public let kinds: [Kind]
  /// Of each kind together, in the order of the settings.
  public let shapes: [Shape]
  /// Numbers of replicas that do all of a request, the smallest first.
  public let replicas: [Int]
  /// Numbers of replicas of pools that hand over.
  public let ratios: [PoolCounts]
  /// GPUs in all, at most.
  public let mostGPUs: Int

  /// - Parameters:
  ///   - schedulers: each with its options and its budget.
  ///   - prices: those that are known or given, the first of a GPU counts.
  ///   - pools: pools that hand over and how many replicas each may have, as
  ///     `prefill=1..6,decode=1..6`; nil for none.
  ///   - files: what was read of models and GPUs.
  ///   - given: what is given for a setting of a deployment, with commas between values.
  public init(
    schedulers: [String], prices: [GPUPrice], replicas: [Int], mostGPUs: Int,
    pools: GivenValue? = nil, _ files: DescribedFiles = DescribedFiles(),
    _ given: @escaping @Sendable (String) -> GivenValue?
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
      kinds += (pools == nil ? [false] : [false, true]).map {
        Kind(given: text, name: name, price: price, isApart: $0)
      }
    }
    var shapes: [Shape] = []
    for combination in grid.combinations {
      let text = combination.value(of: "gpu") ?? ""
      let deployment = try Deployment(files, combination.given)
      for (place, kind) in kinds.enumerated() where kind.given == text {
        shapes.append(
          Shape(
            values: combination.values.filter { $0.name != SweepGrid.schedulers },
            scheduler: combination.value(of: SweepGrid.schedulers) ?? "",
            deployment: deployment,
            pools: try kind.isApart
              ? PooledDeployment(ofFlags: pools?.source ?? "", files, combination.given) : nil,
            kind: place))
      }
    }
    try Self.check(shapes)
    self.kinds = kinds
    self.shapes = shapes
    self.replicas = replicas.sorted()
    self.mostGPUs = mostGPUs
    ratios =
      try pools.map { (given) throws(InputError) in
        try Self.ratios(given, shapes.compactMap(\.pools), mostGPUs)
      } ?? []
  }

  /// What `given` says of the replicas that each of `pools`, which differ in what a replica is, may
  /// have.
  ///
  /// Throws where none has room for any, or all cannot be for the same reason.
  private static func ratios(
    _ given: GivenValue, _ pools: [PooledDeployment], _ mostGPUs: Int
  ) throws(InputError) -> [PoolCounts] {
    var refused: [InputError] = []
    for pools in pools {
      do throws(InputError) { try pools.check() } catch { refused.append(error) }
    }
    if let first = refused.first, refused.count == pools.count { throw first }
    let ranges = try PoolRanges(given, among: pools[0])
    let all = ranges.all(of: pools[0].pools.map(\.name))
    let least = pools.map { $0.gpus / $0.pools.count }.min() ?? 1
    if !all.contains(where: { $0.replicas * least <= mostGPUs }) {
      throw given.mistake(
        "none of them has at most \(mostGPUs) GPUs", "give lower numbers, or a higher --max-gpus")
    }
    return all
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

  /// The numbers of replicas of `shape` that there are GPUs for.
  func fleets(of shape: Int) -> [PoolCounts] {
    let all = shapes[shape].pools == nil ? replicas.map(PoolCounts.init(together:)) : ratios
    let most = min(mostGPUs / shapes[shape].gpus, EngineRange.replicas.upperBound)
    return all.filter { $0.replicas <= most }
  }

  /// All combinations of a shape and numbers of replicas.
  public var count: Int { shapes.indices.reduce(0) { $0 + fleets(of: $1).count } }

  /// Dollars an hour for `gpus` of a kind; nil where the price is not known.
  func dollarsPerHour(_ gpus: Int, of kind: Int) -> Double? {
    kinds[kind].price.map { Double(gpus) * $0.dollarsPerHour }
  }

  /// What so many replicas of `shape` as `counts` has need.
  func candidate(_ shape: Int, _ counts: PoolCounts) -> PlanCandidate {
    let gpus = shapes[shape].gpus * counts.replicas
    return PlanCandidate(
      shape: shape, counts: counts, gpus: gpus,
      dollarsPerHour: dollarsPerHour(gpus, of: shapes[shape].kind))
  }
}
