import Control
import Costs
import Formats
import Foundation
import Serving
import Studies
import Workloads

/// What serves the requests, as the user set it: the model, its GPUs, and the server's limits.
struct DeploymentOptions: Sendable {
  /// The name of a model or the path of its `config.json`.
  var model: GivenValue
  /// The name of a GPU.
  var gpu: GivenValue
  /// GPUs that hold one copy of the model together.
  var tensorParallelSize: Int
  /// Groups of GPUs that each have a part of the layers.
  var pipelineParallelSize: Int
  /// The share of a GPU's memory that the server may use.
  var memoryUtilization = 0.9
  /// How many copies of the model serve together, and how requests are spread over them.
  var replicas = 1
  var router = Routers.all[0]
  /// The limits that follow are the scheduler's or the model's own where they are nil.
  var maxSequences: Int?
  var maxBatchedTokens: Int?
  var maxModelLength: Int?
  var blockTokens: Int?
  var blocks: Int?
  /// What weights and cache are stored in; as the model has them where they are nil.
  var quantization: NumberFormat?
  var cacheFormat: NumberFormat?
  /// What the engine's own program adds to an iteration.
  var host: Deployment.Host

  /// Reads what `options` declares.
  init(_ invocation: Invocation, _ catalogue: Catalogue) throws {
    try self.init(placementFrom: invocation, catalogue)
    replicas = try invocation["--replicas"]?.int(min: 1, max: 256) ?? 1
    router = try Routers.named(invocation["--router"]?.string() ?? router.name)
    memoryUtilization =
      try invocation["--gpu-memory-utilization"]?.double(min: 0, max: 1, exclusive: true) ?? 0.9
    maxSequences = try invocation["--max-num-seqs"]?.int(in: EngineRange.sequences)
    maxBatchedTokens = try invocation["--max-num-batched-tokens"]?.int(in: EngineRange.tokens)
    maxModelLength = try invocation["--max-model-len"]?.int(in: EngineRange.tokens)
    blockTokens = try invocation["--block-size"]?.int(in: EngineRange.blockTokens)
    blocks = try invocation["--num-gpu-blocks-override"]?.int(in: EngineRange.blocks)
  }

  /// Reads what `placement` declares: what runs where, but for the server's limits.
  init(placementFrom invocation: Invocation, _ catalogue: Catalogue) throws {
    model =
      invocation["--model"] ?? GivenValue(source: "--model", text: catalogue.models.standard)
    gpu = invocation["--gpu"] ?? GivenValue(source: "--gpu", text: catalogue.gpus.standard)
    tensorParallelSize =
      try invocation["--tensor-parallel-size"]?.int(min: 1, max: Int(Int32.max)) ?? 1
    pipelineParallelSize =
      try invocation["--pipeline-parallel-size"]?.int(min: 1, max: 64) ?? 1
    host = try Self.host(
      invocation["--host-overhead"], isAsynchronous: invocation.has("--async-scheduling"))
    if let given = invocation["--quantization"] {
      quantization = try given.format(of: NumberFormat.allCases, or: "none") ?? .bf16
    }
    cacheFormat = try invocation["--kv-cache-dtype"]?.format(of: [.bf16, .fp8], or: "auto")
  }

  private static func host(
    _ given: GivenValue?, isAsynchronous: Bool
  ) throws -> Deployment.Host {
    let name = try given?.choice(of: HostTime.all.map(\.name) + ["own"])
    if name == "own" { return .own(isAsynchronous: isAsynchronous) }
    var time = try name.map(HostTime.named) ?? .vllmV1
    time.isAsynchronous = isAsynchronous
    return .alike(time)
  }

  /// The deployment that these options describe.
  ///
  /// - Parameter files: what was read already, for commands that ask for many deployments.
  func deployment(_ files: DescribedFiles = DescribedFiles()) throws -> Deployment {
    var deployment = Deployment(model: try files.model(model), gpu: try files.gpu(gpu))
    deployment.tensorParallelSize = tensorParallelSize
    deployment.pipelineParallelSize = pipelineParallelSize
    deployment.fleet.replicas = replicas
    deployment.fleet.router = router
    deployment.host = host
    deployment.gpuMemoryUtilization = memoryUtilization
    deployment.maxModelLen = maxModelLength
    deployment.maxNumSeqs = maxSequences
    deployment.maxNumBatchedTokens = maxBatchedTokens
    deployment.blockSize = blockTokens
    deployment.blocks = blocks
    deployment.quantization = quantization
    deployment.kvCacheDtype = cacheFormat
    return deployment
  }

  /// Every option of a deployment.
  static func options(_ catalogue: Catalogue) -> [Option] {
    placement(catalogue) + fleet(catalogue) + limits
  }

  private static let group = "Deployment"

  /// The options that say what runs where.
  static func placement(_ catalogue: Catalogue) -> [Option] {
    [
      Option(
        name: "--model", placeholder: "NAME", standard: catalogue.models.standard,
        help: "\(catalogue.models.choices); or the path of a Hugging Face config.json, or of its "
          + "folder",
        group: group, file: .readsUnlessNamed),
      Option(
        name: "--gpu", placeholder: "NAME", standard: catalogue.gpus.standard,
        help: "\(catalogue.gpus.choices); or the path of a JSON file that calibrate wrote",
        group: group, file: .readsUnlessNamed),
      Option(
        name: "--tensor-parallel-size", placeholder: "N", standard: "1",
        help: "GPUs that hold one copy of the model together", group: group),
      Option(
        name: "--pipeline-parallel-size", placeholder: "N", standard: "1",
        help: "groups of GPUs with a part of the layers each; as many batches are in flight",
        group: group),
    ] + formats
  }

  private static func fleet(_ catalogue: Catalogue) -> [Option] {
    [
      Option(
        name: "--replicas", placeholder: "N", standard: "1",
        help: "copies of the model, each on GPUs of its own, from 1 to 256", group: group),
      Option(
        name: "--router", placeholder: "NAME", standard: catalogue.routers.standard,
        help: "how requests are spread over replicas: \(catalogue.routers.choices)",
        group: group),
    ]
  }

  private static let formats = [
    Option(
      name: "--host-overhead", placeholder: "NAME", standard: HostTime.vllmV1.name,
      help: "what the engine's own program adds to an iteration, the same for all schedulers: "
        + HostTime.all.map(\.name).joined(separator: ", ")
        + "; or own, for what is known of each scheduler's engine", group: group),
    Option(
      name: "--async-scheduling", placeholder: nil, standard: nil,
      help: "the engine's own program works while the GPU computes", group: group),
    Option(
      name: "--quantization", placeholder: "NAME", standard: "the model's own",
      help: "what linear layers are stored in: none, "
        + NumberFormat.allCases.dropFirst().map(\.rawValue).joined(separator: ", "),
      group: group),
    Option(
      name: "--kv-cache-dtype", placeholder: "NAME", standard: "auto",
      help: "what keys and values are cached in: auto, bf16 or fp8", group: group),
  ]

  private static let limits = [
    Option(
      name: "--gpu-memory-utilization", placeholder: "SHARE", standard: "0.9",
      help: "share of each GPU's memory for weights, activations and KV cache", group: group),
    Option(
      name: "--max-num-seqs", placeholder: "N", standard: "the scheduler's own",
      help: "sequences in a batch, at most", group: group),
    Option(
      name: "--max-num-batched-tokens", placeholder: "N", standard: "the scheduler's own",
      help: "tokens that one iteration computes, at most", group: group),
    Option(
      name: "--max-model-len", placeholder: "N", standard: "the model's own",
      help: "tokens of a prompt and its answer together, at most", group: group),
    Option(
      name: "--block-size", placeholder: "N", standard: "the scheduler's own",
      help: "tokens in one block of the KV cache", group: group),
    Option(
      name: "--num-gpu-blocks-override", placeholder: "N", standard: "what the memory holds",
      help: "blocks of the KV cache on a replica", group: group),
  ]
}

extension GivenValue {
  /// The one of `formats` that the text names, or nil if it is `none`.
  fileprivate func format(of formats: [NumberFormat], or none: String) throws -> NumberFormat? {
    if text == none { return nil }
    guard let format = NumberFormat(named: text), formats.contains(format) else {
      let names = formats.map(\.rawValue).joined(separator: ", ")
      throw mistake("there is no format \(quoted(text))", "give \(none), or one of \(names)")
    }
    return format
  }
}

extension GPUs {
  /// The GPU that the user named, or that the file at the path given describes.
  static func described(by given: GivenValue) throws -> GPU {
    let text = try given.string()
    guard text.contains("/") || text.hasSuffix(".json") else { return try named(text) }
    return try GPU(json: Data(try InputFile.read(text)), source: text)
  }
}
