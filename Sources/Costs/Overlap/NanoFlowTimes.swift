import Formats
import Serving

/// A model on one or eight A100 SXM with NanoFlow's own kernels: as published for LLaMA-2-70B, and
/// carried over to others.
///
/// Sources: NanoFlow (Zhu et al., OSDI 2025, arXiv 2408.12757v2), Table 2, for all 2,048 tokens of
/// its dense batch; for parts of it the times that its 70B search notebook uses and the MSCCL++
/// measurements in `autosearch/trace` of github.com/efeslab/Nanoflow at d1bbe27 (Apache-2.0).
///
/// - Decode attention is the notebook's line over cached tokens, scaled to Table 2's time.
/// - Prefill attention is what the A100's measured kernels say of the prompts, and what Table 2's
///   takes longer than they: a time by itself, as starting kernels takes.
/// - Collectives are as fast as Table 2's, and depend on their size as reduce-scatters with 32
///   thread blocks do; `limited` has all-gathers with 8 and reduce-scatters with 32.
/// - Work on single elements moves each activation ten times in a layer, as fast as Table 2's
///   decode attention reads; what runs outside of layers is as the A100's measured kernels are.
///
/// Products of other sizes take as long as their tiles' waves; attention and collectives as long as
/// those of LLaMA-2-70B that move as many bytes.
public struct NanoFlowTimes: LayerTimes {
  /// The GPU that they are of, eight of which hold the model.
  public static let gpuName = "a100-sxm-80gb"
  public let shard: Shard
  private let kernels: KernelLayerTimes
  private let gpu: GPU
  private let attention: Attention
  private var isLimited = false
  /// Seconds that one layer's attention of prompts takes beyond the measured kernels'.
  private let prefillStart: Double
  /// Whether the model's products are those that were published.
  private let isPublished: Bool

  /// The tokens that Table 2 is for, and those of them that decode, with their cached tokens.
  static let tokens = 2048
  static let decodes = 1365
  static let context = 1024.0
  /// Bytes that a cached token has in one layer and GPU there.
  private static let bytesPerToken = 512.0
  /// Elements of its residual stream.
  private static let hidden = 8192
  /// Bytes that decode attention moves in Table 2, over the GPUs and the seconds that it takes.
  private static let bytesPerSecond = 462.2e9 / 8 / 35.60e-3

  /// The times of `shard`, of LLaMA-2-70B on eight GPUs where nil.
  ///
  /// Throws if collectives, or attention, of that kind were not published.
  public init(of shard: Shard? = nil) throws(InputError) {
    gpu = try GPUs.named(Self.gpuName)
    let published = try Shard(of: try Models.named("llama-2-70b"), tensorParallel: 8)
    self.shard = shard ?? published
    let model = self.shard.model
    guard [1, 8].contains(self.shard.tensorParallel), model.latent == nil,
      model.hasPlainLayers, model.isPlain, let attention = self.shard.attention
    else {
      throw InputError(
        "--kernels",
        problem: "NanoFlow has no kernels for \(model.name) split among "
          + "\(self.shard.tensorParallel) GPUs",
        remedy: "use a model in bfloat16, without latent attention, on 1 GPU or 8")
    }
    self.attention = attention
    isPublished = Self.haveSameProducts(self.shard, published)
    kernels = KernelLayerTimes(of: self.shard, on: gpu)
    let prompts = DenseBatch.chunks([(512, 0), (171, 170)])
    let measured = KernelLayerTimes(of: published, on: gpu).prefillAttention(prompts).seconds
    prefillStart = Self.seconds(ofTable: .prefillAttention) - measured
  }

  private static func haveSameProducts(_ a: Shard, _ b: Shard) -> Bool {
    a.tensorParallel == b.tensorParallel && a.model.hidden == b.model.hidden
      && a.attention?.queryKeyValueWidth == b.attention?.queryKeyValueWidth
      && a.dense?.width == b.dense?.width && a.mixture == nil
  }

  /// Collectives with as few thread blocks as the release gives them beside products.
  public var limited: any LayerTimes {
    var times = self
    times.isLimited = true
    return times
  }

  /// Published seconds of one layer's `step`, with the work that the model has.
  public func cost(of step: LayerStep, tokens: Int) -> StepCost {
    var cost = kernels.cost(of: step, tokens: tokens)
    if step.queue == .host { return cost }
    cost.seconds = seconds(of: step, tokens)
    return cost
  }

  /// Published seconds of one layer's attention of decodes, likewise.
  public func decodeAttention(requests: Int, context: Double) -> StepCost {
    func line(_ tokens: Double) -> Double { 0.0340e-3 + 0.3112e-9 * tokens }
    var cost = kernels.decodeAttention(requests: requests, context: context)
    let scale =
      Self.seconds(ofTable: .decodeAttention) / line(Double(Self.decodes) * Self.context)
    let bytes = Double(attention.cachedElements) * Model.bytesPerActivation
    cost.seconds = scale * line(Double(requests) * context * bytes / Self.bytesPerToken)
    return cost
  }

  /// Seconds of one layer's attention of prompts, likewise.
  public func prefillAttention(_ chunks: [Chunk]) -> StepCost {
    var cost = kernels.prefillAttention(chunks)
    cost.seconds += prefillStart
    return cost
  }

  /// Seconds of the measured kernels for embedding, head and sampling.
  public func secondsOutsideLayers(tokens: Int, rows: Int) -> Double {
    kernels.secondsOutsideLayers(tokens: tokens, rows: rows)
  }

  /// Bytes a second between the memory of the GPU and the host's.
  public var hostBytesPerSecond: Double { gpu.hostBytesPerSecond }

  private func seconds(of step: LayerStep, _ tokens: Int) -> Double {
    switch step {
    case .attentionElements, .feedForwardElements:
      let bytes = 5 * Double(tokens * shard.model.hidden) * Model.bytesPerActivation
      return bytes / Self.bytesPerSecond
    case .gatherAttention, .gatherOutput:
      return isLimited ? Self.gatherLimited(alike(tokens)) : Self.collective(alike(tokens))
    case .reduceOutput, .reduceDown:
      let tokens = alike(tokens)
      return isLimited
        ? Self.gatherLimited(tokens) + Self.scatter(tokens) : 2 * Self.collective(tokens)
    default: return isPublished ? Self.publishedProduct(step, tokens) : product(step, tokens)
    }
  }

  /// The tokens of LLaMA-2-70B whose activations are as large.
  private func alike(_ tokens: Int) -> Int { tokens * shard.model.hidden / Self.hidden }

  private static func publishedProduct(_ step: LayerStep, _ tokens: Int) -> Double {
    switch step {
    case .queryKeyValue:
      // Measured with 1,536 columns; the model has 1,280 on each GPU.
      line(tokens, through: [256, 384, 640, 768], [0.0358, 0.0417, 0.0646, 0.0675], step)
    case .attentionOutput: line(tokens, through: [640, 1408], [0.0583, 0.104], step)
    case .up: line(tokens, through: [640, 1408], [0.287, 0.587], step)
    case .down: line(tokens, through: [640, 1408], [0.138, 0.313], step)
    default: 0
    }
  }

  private func product(_ step: LayerStep, _ tokens: Int) -> Double {
    let waves = TileWaves()
    let hidden = Double(shard.model.hidden)
    let rows = Double(tokens)
    func seconds(_ inputs: Double, _ outputs: Double) -> Double {
      waves.seconds(rows: rows, inputs: inputs, outputs: outputs)
    }
    switch step {
    case .queryKeyValue: return seconds(hidden, Double(attention.queryKeyValueWidth))
    case .attentionOutput: return seconds(Double(attention.outputWidth), hidden)
    case .up: return seconds(hidden, Double(shard.dense?.upWidth ?? 0))
    case .down: return seconds(Double(shard.dense?.width ?? 0), hidden)
    case .router: return seconds(hidden, Double(shard.mixture?.routerWidth ?? 0))
    case .experts:
      guard let mixture = shard.mixture else { return 0 }
      let width = Double(mixture.intermediate)
      let each = rows * mixture.computedPerToken / Double(mixture.experts)
      let up = Double(mixture.upWidth(mixture.intermediate))
      return waves.seconds(Double(mixture.experts), rows: each, inputs: hidden, outputs: up)
        + waves.seconds(Double(mixture.experts), rows: each, inputs: width, outputs: hidden)
    default: return 0
    }
  }

  /// Seconds of one layer's `step` with a whole dense batch: Table 2, over 80 layers.
  static func seconds(ofTable step: LayerStep) -> Double {
    let milliseconds: [LayerStep: Double] = [
      .queryKeyValue: 16.08, .attentionOutput: 16.01, .up: 69.92, .down: 34.96,
      .decodeAttention: 35.60, .prefillAttention: 4.56,
      .gatherAttention: 47.92 / 4, .gatherOutput: 47.92 / 4, .reduceOutput: 47.92 / 2,
      .reduceDown: 47.92 / 2,
    ]
    return (milliseconds[step] ?? 0) / 80 / 1000
  }

  /// The line through measured points and Table 2's; it goes on as it begins, and beyond the dense
  /// batch in proportion.
  private static func line(
    _ tokens: Int, through knots: [Double], _ milliseconds: [Double], _ step: LayerStep
  ) -> Double {
    let whole = seconds(ofTable: step)
    if tokens >= Self.tokens { return whole * Double(tokens) / Double(Self.tokens) }
    return interpolated(
      Double(tokens), knots + [Double(Self.tokens)], milliseconds.map { $0 / 1000 } + [whole])
  }

  private static func collective(_ tokens: Int) -> Double {
    seconds(ofTable: .gatherAttention) * scatter(tokens) / scatter(Self.tokens)
  }

  /// A reduce-scatter with 32 thread blocks.
  private static func scatter(_ tokens: Int) -> Double {
    interpolated(Double(tokens), [512, 1024, 1408, 2048], [59.39, 93.25, 120.87, 162.49]) * 1e-6
  }

  /// An all-gather with 8 thread blocks.
  private static func gatherLimited(_ tokens: Int) -> Double {
    interpolated(Double(tokens), [512, 1024, 1408, 2048], [67.52, 118.91, 157.1, 220.65]) * 1e-6
  }

  /// The broken line through `values` at `knots`, which goes on beyond them.
  private static func interpolated(
    _ x: Double, _ knots: [Double], _ values: [Double]
  ) -> Double {
    var index = 1
    while index < knots.count - 1 && x > knots[index] { index += 1 }
    let slope = (values[index] - values[index - 1]) / (knots[index] - knots[index - 1])
    return values[index] + slope * (x - knots[index])
  }
}
