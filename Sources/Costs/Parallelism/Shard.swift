import Formats
import Serving

/// What one GPU of a group holds of a model, split as vLLM (and Megatron-LM) does.
///
/// Heads, columns of MLPs and of experts, and vocabulary are divided; keys and values are copied
/// where there are more GPUs than heads of them; normalisations, routers, indexers and the
/// compressing matrices of latent attention are on every GPU. Ranks of data parallelism have copies
/// of all but the routed experts, which all GPUs share.
public struct Shard: Sendable, Equatable {
  public let model: Model
  /// How the GPUs share it.
  public let map: ParallelMap
  /// GPUs that share the heads.
  public var tensorParallel: Int { map.tensor }
  /// The layers, with the sizes that are on this GPU.
  public let blocks: [Block]
  /// Rows of the embedding and of the head on this GPU.
  public let vocabulary: Int
  /// What all-reduces compute besides; nil where that is left to kernels of its own.
  public var fusion: ReductionFusion?
  /// The most tokens whose all-reduces do so; vLLM leaves it where ranks have requests of their
  /// own.
  var fusedTokens: Int {
    guard let fusion, map.tensor > 1, map.data == 1 else { return 0 }
    return fusion.bytes / (model.hidden * Int(Model.bytesPerActivation))
  }

  /// One GPU's part of `model` among `tensorParallel` GPUs.
  ///
  /// Throws if the model cannot be split that way, or is none (`Model.check()`).
  public init(of model: Model, tensorParallel: Int = 1) throws(InputError) {
    try self.init(of: model, map: ParallelMap(tensor: tensorParallel))
  }

  /// One GPU's part of `model` among those of `map`.
  ///
  /// Throws if the model cannot be split that way, or is none (`Model.check()`).
  public init(of model: Model, map: ParallelMap) throws(InputError) {
    try model.check()
    guard map.tensor >= 1, model.blocks.allSatisfy({ $0.canDivide(among: map.tensor) }) else {
      throw Self.indivisible(model, by: map)
    }
    try map.check()
    guard model.blocks.allSatisfy({ $0.canDivideExperts(by: map) }) else {
      throw map.expert > 1 || map.data > 1
        ? Self.indivisibleExperts(of: model, by: map) : Self.indivisible(model, by: map)
    }
    if map.expert > 1 && model.mixture == nil {
      throw InputError(
        "--expert-parallel-size", problem: "\(model.name) has no experts", remedy: "leave it out")
    }
    self.init(model, by: map)
  }

  /// The whole model on one GPU.
  init(whole model: Model) { self.init(model, by: ParallelMap()) }

  private init(_ model: Model, by map: ParallelMap) {
    self.model = model
    self.map = map
    blocks = model.blocks.map { $0.divided(by: map) }
    vocabulary = (model.vocabulary + map.tensor - 1) / map.tensor
  }

  /// The degrees of tensor parallelism up to 16 that `model` can be split into, where all else is
  /// as in `map`.
  public static func degrees(of model: Model, _ map: ParallelMap = ParallelMap()) -> [Int] {
    (1...16).filter { degree in
      let map = map.withTensor(degree)
      return map.gpus % map.expert == 0
        && model.blocks.allSatisfy { $0.canDivide(among: degree) && $0.canDivideExperts(by: map) }
    }
  }

  private static func indivisible(_ model: Model, by map: ParallelMap) -> InputError {
    let degrees = degrees(of: model, map).map(String.init).joined(separator: ", ")
    return InputError(
      "--tensor-parallel-size",
      problem: "\(model.name) has \(heads(of: model)), which \(map.tensor) GPUs cannot share",
      remedy: "use one of \(degrees)")
  }

  /// The error for experts that neither go whole to the GPUs nor in equal parts.
  private static func indivisibleExperts(of model: Model, by map: ParallelMap) -> InputError {
    let slots = (model.mixture?.experts ?? 0) + map.redundant
    let width = model.mixture?.intermediate ?? 0
    let copies = map.redundant > 0 ? " with their copies" : ""
    let sizes = (1...map.gpus).filter {
      map.gpus % $0 == 0 && slots % $0 == 0 && width % (map.gpus / $0) == 0
    }.map(String.init).joined(separator: ", ")
    let problem =
      slots % map.expert == 0
      ? "experts \(width) wide, which \(map.expertTensor) GPUs cannot share"
      : "\(slots) experts a layer\(copies), of which \(map.expert) groups of GPUs cannot have "
        + "equally many"
    return InputError(
      "--expert-parallel-size", problem: "\(model.name) has \(problem)",
      remedy: sizes.isEmpty
        ? "use another number of GPUs than \(map.gpus)" : "use one of \(sizes)")
  }

  /// What of a model divides, in words.
  private static func heads(of model: Model) -> String {
    if let attention = model.attention {
      return "\(attention.heads) heads and \(attention.keyValueHeads) heads of keys and values"
    }
    return "\(model.latent?.heads ?? 0) heads"
  }
}
