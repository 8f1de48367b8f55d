import Formats
import Serving

/// What one GPU of a tensor-parallel group holds of a model, split as vLLM (and Megatron-LM) does.
///
/// Heads, columns of MLPs and of experts, and vocabulary are divided; keys and values are copied
/// where there are more GPUs than heads of them; normalisations, routers, and the compressing
/// matrices of latent attention are on every GPU.
public struct Shard: Sendable, Equatable {
  public let model: Model
  /// GPUs in the group.
  public let tensorParallel: Int
  /// Query heads on this GPU.
  public let heads: Int
  /// Heads of keys and values on this GPU.
  public let keyValueHeads: Int
  /// The width of a dense MLP on this GPU.
  public let intermediate: Int
  /// The width of each expert, and of the shared experts together, on this GPU.
  public let expertIntermediate: Int
  public let sharedIntermediate: Int
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
        problem: """
          \(model.name) has \(model.heads) heads and \(model.keyValueHeads) heads of keys and \
          values, which \(tensorParallel) GPUs cannot share
          """,
        remedy: "use one of \(degrees)")
    }
    self.init(model, among: tensorParallel)
  }

  /// The whole model on one GPU.
  init(whole model: Model) { self.init(model, among: 1) }

  private init(_ model: Model, among tensorParallel: Int) {
    self.model = model
    self.tensorParallel = tensorParallel
    heads = model.heads / tensorParallel
    keyValueHeads = max(1, model.keyValueHeads / tensorParallel)
    intermediate = model.intermediate / tensorParallel
    expertIntermediate = (model.mixture?.intermediate ?? 0) / tensorParallel
    sharedIntermediate = (model.mixture?.sharedIntermediate ?? 0) / tensorParallel
    vocabulary = (model.vocabulary + tensorParallel - 1) / tensorParallel
  }

  /// The degrees of tensor parallelism up to 16 that `model` can be split into.
  public static func degrees(of model: Model) -> [Int] {
    (1...16).filter { canSplit(model, among: $0) }
  }

  private static func canSplit(_ model: Model, among degree: Int) -> Bool {
    guard degree >= 1 else { return false }
    let sharesHeads =
      model.keyValueHeads % degree == 0 || degree % model.keyValueHeads == 0
    let widths = [
      model.denseLayers > 0 ? model.intermediate : 0, model.mixture?.intermediate ?? 0,
      model.mixture?.sharedIntermediate ?? 0,
    ]
    return model.heads % degree == 0 && sharesHeads && widths.allSatisfy { $0 % degree == 0 }
  }
}
