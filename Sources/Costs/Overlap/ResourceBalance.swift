/// What a model's serving is bound by once its memory is full, from nothing but sizes and peaks
/// (NanoFlow, OSDI 2025, section 3).
public struct ResourceBalance: Sendable, Equatable {
  /// Tokens of an iteration whose decodes fill all memory that the weights leave.
  public let tokens: Double
  /// Seconds in which all memory is read once, the iteration's arithmetic is done, and its
  /// activations are sent, at the data sheet's peaks.
  public let memorySeconds: Double
  public let computeSeconds: Double
  public let networkSeconds: Double

  /// The balance of endless requests with `prompt` tokens that are answered with `output`.
  public init(of shard: Shard, on gpu: GPU, prompt: Double, output: Double) {
    precondition(prompt >= 0 && output > 0, "a request is answered")
    let model = shard.model
    let cache = Double(gpu.memoryBytes - shard.weightBytes)
    let decodes =
      max(1, cache / (Double(shard.keyValueBytesPerToken) * (prompt + output / 2)))
    tokens = decodes * (prompt + output) / output
    memorySeconds = Double(gpu.memoryBytes) / gpu.memoryBytesPerSecond
    let gpus = Double(shard.tensorParallel)
    let flops = 2 * tokens * Double(model.activeParameters)
    computeSeconds = flops / (gpus * gpu.peaks.rate(model.weights.arithmetic))
    let activations = tokens * Double(model.hidden * model.layers) * Model.bytesPerActivation
    let link = gpu.link(among: shard.tensorParallel).bytesPerSecond
    networkSeconds = 4 * (gpus - 1) / gpus * activations / link
  }

  /// Tokens a second, of prompts and outputs together, that one GPU serves at most if it does
  /// `flopsPerSecond`: two for each parameter that a token goes through.
  public static func optimum(of model: Model, flopsPerSecond: Double) -> Double {
    flopsPerSecond / (2 * Double(model.activeParameters))
  }
}
