import Formats
import Serving

/// What one GPU of a tensor-parallel group holds of a model, split as vLLM (and Megatron-LM) does.
///
/// Heads, columns of MLPs and of experts, and vocabulary are divided; keys and values are copied
/// where there are more GPUs than heads of them; normalisations, routers, indexers and the
/// compressing matrices of latent attention are on every GPU.
public struct Shard: Sendable, Equatable {
  public let model: Model
  /// GPUs in the group.
  public let tensorParallel: Int
  /// The layers, with the sizes that are on this GPU.
  public let blocks: [Block]
  /// Rows of the embedding and of the head on this GPU.
  public let vocabulary: Int

  /// One GPU's part of `model` among `tensorParallel` GPUs.
  ///
  /// Throws if the model cannot be split that way, or is none (`Model.check()`).
  public init(of model: Model, tensorParallel: Int = 1) throws(InputError) {
    try model.check()
    guard Shard.canSplit(model, among: tensorParallel) else {
      let degrees = Shard.degrees(of: model).map(String.init).joined(separator: ", ")
      throw InputError(
        "--tensor-parallel-size",
        problem: "\(model.name) has \(Self.heads(of: model)), which \(tensorParallel) GPUs cannot "
          + "share",
        remedy: "use one of \(degrees)")
    }
    self.init(model, among: tensorParallel)
  }

  /// The whole model on one GPU.
  init(whole model: Model) { self.init(model, among: 1) }

  private init(_ model: Model, among tensorParallel: Int) {
    self.model = model
    self.tensorParallel = tensorParallel
    blocks = model.blocks.map { $0.divided(among: tensorParallel) }
    vocabulary = (model.vocabulary + tensorParallel - 1) / tensorParallel
  }

  /// The degrees of tensor parallelism up to 16 that `model` can be split into.
  public static func degrees(of model: Model) -> [Int] {
    (1...16).filter { canSplit(model, among: $0) }
  }

  private static func canSplit(_ model: Model, among degree: Int) -> Bool {
    degree >= 1 && model.blocks.allSatisfy { $0.canDivide(among: degree) }
  }

  /// What of a model divides, in words.
  private static func heads(of model: Model) -> String {
    if let attention = model.attention {
      return "\(attention.heads) heads and \(attention.keyValueHeads) heads of keys and values"
    }
    return "\(model.latent?.heads ?? 0) heads"
  }
}
