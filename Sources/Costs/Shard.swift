import Serving

/// What one GPU of a tensor-parallel group holds of a model, split as vLLM (and Megatron-LM) does.
///
/// Heads, MLP columns and vocabulary are divided; keys and values are copied where there are more
/// GPUs than heads of them; normalisations and an expert layer's router are on every GPU.
public struct Shard: Sendable, Equatable {
  public let model: Model
  /// GPUs in the group.
  public let tensorParallel: Int
  /// Query heads on this GPU.
  public let heads: Int
  /// Heads of keys and values on this GPU.
  public let keyValueHeads: Int
  /// The width of the MLP, or of each expert, on this GPU.
  public let intermediate: Int
  /// Rows of the embedding and of the head on this GPU.
  public let vocabulary: Int

  /// One GPU's part of `model` among `tensorParallel` GPUs.
  ///
  /// Throws if the model cannot be split that way.
  public init(of model: Model, tensorParallel: Int = 1) throws(InputError) {
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
    return model.heads % degree == 0 && sharesHeads && model.intermediate % degree == 0
  }
}
