import Costs
import Formats
import Schedulers
import Serving

/// How a user has the GPUs of a replica share a model, besides tensor and pipeline parallelism.
public struct ExpertParallelism: Sendable, Equatable {
  /// Ranks with requests and caches of their own, in lock step, which share the experts.
  public var dataParallelSize = 1
  /// Whether each GPU has some of the experts whole; otherwise all have a part of each.
  public var isEnabled = false
  /// Groups of GPUs that have other experts, where the user says how many.
  public var size: Int?
  /// How tokens of several ranks get to the GPUs of their experts.
  public var backend = AllToAllBackend.allGather
  /// Copies of experts besides, on all GPUs together, and whether EPLB places them.
  public var redundantExperts = 0
  public var hasEPLB = false
  /// How unevenly tokens choose experts.
  public var popularity = ExpertPopularity.even
  /// Whose kernels compute experts.
  public var kernels = ExpertBackend.auto

  public init() {}
}

extension Deployment {
  /// How the GPUs of a stage share the model.
  ///
  /// Throws where what was set does not go together.
  public func parallelMap() throws(InputError) -> ParallelMap {
    var map = ParallelMap(tensor: tensorParallelSize, data: experts.dataParallelSize)
    if experts.isEnabled, let size = experts.size, size != map.gpus {
      throw InputError(
        "--expert-parallel-size",
        problem: "--enable-expert-parallel deals experts to all \(map.gpus) GPUs, not to \(size)",
        remedy: "leave one of the two out")
    }
    map.expert = experts.size ?? (experts.isEnabled ? map.gpus : 1)
    map.backend = experts.backend
    map.redundant = experts.redundantExperts
    map.rebalances = experts.hasEPLB
    if map.redundant > 0 && !map.rebalances {
      throw InputError(
        "--num-redundant-experts", problem: "copies of experts are EPLB's to place",
        remedy: "give --enable-eplb too")
    }
    if map.rebalances && map.expert == 1 {
      throw InputError(
        "--enable-eplb", problem: "experts that all GPUs share are balanced as they are",
        remedy: "give --enable-expert-parallel too")
    }
    if map.backend != .allGather && (map.data == 1 || map.expertTensor > 1) {
      throw InputError(
        "--all2all-backend",
        problem: "DeepEP sends tokens of several ranks to experts that are whole on their GPU",
        remedy: "give --data-parallel-size and --enable-expert-parallel too")
    }
    let domain = gpu.links[0].gpus
    if map.backend != .allGather && domain > 8 && map.gpus > 8 {
      throw InputError(
        "--all2all-backend",
        problem: "DeepEP was measured in nodes of 8 GPUs, not among \(domain) on one link",
        remedy: "leave it out, or use 8 GPUs")
    }
    if map.data > 1 && model.mixture == nil {
      throw InputError(
        "--data-parallel-size",
        problem: "\(model.name) has no experts that ranks would share in lock step",
        remedy: "give --replicas \(map.data), which serve by themselves")
    }
    return map
  }

  /// Throws where `engine` cannot have its experts and its requests spread as it is asked for.
  func check(_ experts: ExpertParallelism, for engine: Engine) throws(InputError) {
    let map = try parallelMap()
    if engine.overlaps && (map.data > 1 || map.expert > 1) {
      throw InputError(
        engine.name, problem: "it overlaps operations of \(tensorParallelSize) GPUs, not of \(map)",
        remedy: "use another scheduler")
    }
    if map.data == 1 { return }
    if pipelineParallelSize > 1 {
      throw InputError(
        "--data-parallel-size", problem: "ranks in lock step that have pipelines are not simulated",
        remedy: "leave --pipeline-parallel-size out")
    }
    if !EngineRange.replicas.contains(map.data * fleet.replicas) {
      throw InputError(
        "--data-parallel-size",
        problem: "\(fleet.replicas) replicas of \(map.data) ranks are more than "
          + "\(EngineRange.replicas.upperBound)", remedy: "use fewer of one of them")
    }
  }

  /// One GPU's part of `model`.
  func shard(of model: Model) throws(InputError) -> Shard {
    try Shard(of: model, map: try parallelMap())
  }

  /// Gives the experts of `model` the popularity and the kernels that were asked for.
  func popularize(_ model: inout Model) throws(InputError) {
    if experts.popularity == .even && experts.kernels == .auto { return }
    guard model.mixture != nil else {
      throw InputError(
        experts.kernels == .auto ? "--expert-popularity" : "--moe-backend",
        problem: "\(model.name) has no experts", remedy: "leave it out")
    }
    try check(experts.kernels, of: model)
    for block in model.blocks.indices {
      for (place, channel) in model.blocks[block].channels.enumerated() {
        guard case .experts(var mixture) = channel else { continue }
        try experts.popularity.check(experts: mixture.experts, of: model.name)
        mixture.popularity = experts.popularity
        mixture.backend = experts.kernels
        model.blocks[block].channels[place] = .experts(mixture)
      }
    }
  }

  /// Throws where `kernels` are none that experts of `model` are known to run by.
  private func check(_ kernels: ExpertBackend, of model: Model) throws(InputError) {
    guard kernels == .marlin, let format = model.expertFormat, format != .mxfp4 else { return }
    throw InputError(
      "--moe-backend",
      problem: "experts of \(model.name) are in \(format.rawValue), and Marlin's kernels were "
        + "measured in mxfp4", remedy: "leave it out")
  }

  /// GPUs of one replica.
  public var gpusPerReplica: Int {
    tensorParallelSize * experts.dataParallelSize * pipelineParallelSize
  }
}

extension ExpertParallelism {
  /// What a user can set of it.
  static let settings: [Setting<ExpertParallelism>] = [
    .init(
      "data-parallel-size", .count(EngineRange.replicas), standard: "1",
      "ranks of a replica with requests and caches of their own, in lock step; experts are "
        + "shared by the GPUs of all",
      shown: { $0.dataParallelSize == 1 ? nil : String($0.dataParallelSize) },
      set: { (root, given) throws(InputError) in
        root.dataParallelSize = try given.int(in: EngineRange.replicas)
      }),
    .init(
      "enable-expert-parallel", .flag,
      "each GPU of a replica has some of the experts whole, and not a part of each",
      shown: { $0.isEnabled ? "true" : nil },
      set: { (root, _) throws(InputError) in root.isEnabled = true }),
    Setting(
      "expert-parallel-size", .count(1...(1 << 12)), standard: "1",
      "groups of a replica's GPUs that have other experts; the GPUs of one share each",
      shown: { $0.size.map(String.init) },
      set: { (root, given) throws(InputError) in root.size = try given.int(in: 1...(1 << 12)) }
    ).known(as: "ep-size"),
    .init(
      "all2all-backend", .words(AllToAllBackend.allCases.map(\.rawValue)),
      standard: AllToAllBackend.allGather.rawValue,
      "how tokens of several ranks get to the GPUs of their experts: "
        + AllToAllBackend.allCases.map(\.rawValue).joined(separator: ", "),
      shown: { $0.backend == .allGather ? nil : $0.backend.rawValue },
      set: { (root, given) throws(InputError) in
        let name = try given.choice(of: AllToAllBackend.allCases.map(\.rawValue))
        root.backend = AllToAllBackend(rawValue: name) ?? .allGather
      }),
    .init(
      "expert-popularity", .text("LAW"), standard: "even",
      "how unevenly tokens choose experts: even, zipf:S, power-law:A, or a CSV file with "
        + "layer,expert,tokens",
      shown: { $0.popularity == .even ? nil : "\($0.popularity)" },
      set: { (root, given) throws(InputError) in
        root.popularity = try ExpertPopularity(named: given.string(), source: given.source)
      }),
    .init(
      "moe-backend", .words(ExpertBackend.allCases.map(\.rawValue)),
      standard: ExpertBackend.auto.rawValue,
      "whose kernels compute experts: "
        + ExpertBackend.allCases.map(\.rawValue).joined(separator: ", "),
      shown: { $0.kernels == .auto ? nil : $0.kernels.rawValue },
      set: { (root, given) throws(InputError) in
        let name = try given.choice(of: ExpertBackend.allCases.map(\.rawValue))
        root.kernels = ExpertBackend(rawValue: name) ?? .auto
      }),
    .init(
      "enable-eplb", .flag, "experts are placed by their popularity, as DeepSeek's EPLB does",
      shown: { $0.hasEPLB ? "true" : nil },
      set: { (root, _) throws(InputError) in root.hasEPLB = true }),
    Setting(
      "num-redundant-experts", .count(0...ModelRange.experts.upperBound), standard: "0",
      "copies of experts of a layer besides, on all GPUs of a replica together",
      shown: { $0.redundantExperts == 0 ? nil : String($0.redundantExperts) },
      set: { (root, given) throws(InputError) in
        root.redundantExperts = try given.int(in: 0...ModelRange.experts.upperBound)
      }
    ).known(as: "ep-num-redundant-experts"),
  ]
}
