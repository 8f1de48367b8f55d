import Control
import Costs
import Formats
import Metrics
import Serving

/// What a user can set of a deployment, in the order in which help and reports show it.
extension Deployment {
  /// The settings, of which the model and the GPU are read as `files` knows them.
  public static func settings(_ files: DescribedFiles = DescribedFiles()) -> [Setting<Deployment>] {
    let upkeep: [Setting<Deployment>] = FleetUpkeep.Settings.all.map { $0.on(\.fleet.upkeep) }
    let before = placement(files) + fleet + upkeep + limits
    let tiers: [Setting<Deployment>] = KVTiers.Settings.all.map { $0.on(\.tiers) }
    let after = formats + tiers + [speculation(files)] + host
    return (before + after).under("Deployment")
  }

  /// What runs where.
  public static func placement(
    _ files: DescribedFiles = DescribedFiles()
  ) -> [Setting<Deployment>] {
    [
      model(files), gpu(files), degree,
      .count(
        "pipeline-parallel-size", \.pipelineParallelSize, in: 1...64, standard: "1",
        "groups of GPUs with a part of the layers each; as many batches are in flight"),
    ] + ExpertParallelism.settings.map { $0.on(\.experts) }
  }

  private static func speculation(_ files: DescribedFiles) -> Setting<Deployment> {
    Setting(
      "speculative-config", .text("JSON"),
      "what drafts tokens ahead, as vLLM has it: method (one of "
        + DraftMethod.allCases.map(\.rawValue).joined(separator: ", ")
        + "), num_speculative_tokens, and how many are accepted (synthetic_acceptance_rates, or "
        + "_rate, or _length)",
      shown: { $0.speculative?.words },
      set: { (root, given) throws(InputError) in
        root.speculative = try SpeculativeConfig(given, files)
      })
  }

  /// GPUs that share a copy of the model.
  public static let degree = Setting<Deployment>.count(
    "tensor-parallel-size", \.tensorParallelSize, in: 1...Int(Int32.max), standard: "1",
    "GPUs that hold one copy of the model together")

  private static func model(_ files: DescribedFiles) -> Setting<Deployment> {
    Setting(
      "model", .name, standard: "llama-3-8b",
      "name (servesim list models) or config.json",
      shown: \.model.name,
      set: { (root, given) throws(InputError) in root.model = try files.model(given) })
  }

  private static func gpu(_ files: DescribedFiles) -> Setting<Deployment> {
    Setting(
      "gpu", .name, standard: "h100-sxm",
      "name (servesim list gpus), or file: calibrate's, or a data sheet with \"like\"",
      shown: \.gpu.name,
      set: { (root, given) throws(InputError) in root.gpu = try files.gpu(given) })
  }

  /// The setting of what stands in front of the replicas.
  static let routerName = "router"
  /// The setting of how many replicas there are.
  public static let replicasName = "replicas"

  private static let fleet: [Setting<Deployment>] = [
    .init(
      replicasName, .count(EngineRange.replicas), standard: "1",
      "copies of the model, each on GPUs of its own, from 1 to \(EngineRange.replicas.upperBound)",
      shown: { $0.fleet.isPlain ? nil : String($0.fleet.replicas) },
      set: { (root, given) throws(InputError) in
        root.fleet.replicas = try given.int(in: EngineRange.replicas)
      }),
    .init(
      routerName, .words(Routers.all.map(\.name)), standard: Routers.all[0].name,
      "how requests are spread over replicas: one of "
        + Routers.all.map(\.name).joined(separator: ", ")
        + "; with its options as NAME:option=value,option=value (servesim list routers)",
      shown: {
        $0.fleet.isPlain && $0.experts.dataParallelSize == 1 ? nil : $0.fleet.router.name
      },
      set: { (root, given) throws(InputError) in root.fleet.router = try Routers.named(given.text) }
    ),
    routerRefresh,
  ]

  /// How old the figures are that the router reads.
  public static let routerRefresh = Setting<Deployment>(
    "router-refresh", .number(0...3600, "SECONDS"), standard: "0",
    "time from one reading of the replicas' queues and caches by the router to the next, of a "
      + "router that goes by them; 0 for at every request",
    printed: "router_refresh_seconds",
    shown: { $0.fleet.routerRefresh.map { "\($0.seconds)" } },
    set: { (root, given) throws(InputError) in
      root.fleet.routerRefresh = Nanoseconds(seconds: try given.double(min: 0, max: 3600))
    })

  private static let limits: [Setting<Deployment>] = [
    .init(
      "gpu-memory-utilization", .number(0...1, "SHARE"), standard: "0.9",
      "share of each GPU's memory for weights, activations and KV cache",
      shown: { "\($0.gpuMemoryUtilization)" },
      set: { (root, given) throws(InputError) in
        root.gpuMemoryUtilization = try given.double(min: 0, max: 1, exclusive: true)
      }),
    .count(
      "max-model-len", \.maxModelLen, in: EngineRange.tokens, standard: "the model's own",
      "tokens of a prompt and its output together, at most"),
    .count(
      "max-num-seqs", \.maxNumSeqs, in: EngineRange.sequences, standard: "the scheduler's own",
      "sequences in a batch, at most"),
    .count(
      "max-num-batched-tokens", \.maxNumBatchedTokens, in: EngineRange.tokens,
      standard: "the scheduler's own", "tokens that one iteration computes, at most",
      none: "none"),
    .count(
      "block-size", \.blockSize, in: EngineRange.blockTokens, standard: "the scheduler's own",
      "tokens in one block of the KV cache"),
    .count(
      "num-gpu-blocks-override", \.blocks, in: EngineRange.blocks,
      standard: "what the memory holds", "blocks of the KV cache on a replica",
      printed: "num_gpu_blocks"),
    .init(
      "disable-hybrid-kv-cache-manager", .flag,
      "keep all tokens in layers with a sliding window too",
      set: { (root, _) throws(InputError) in root.countsWindowsInFull = true }),
  ]

  /// What weights and cache are stored in.
  public static let formats: [Setting<Deployment>] = [
    .init(
      "quantization", .words(["none"] + NumberFormat.allCases.dropFirst().map(\.rawValue)),
      standard: "the model's own",
      "what linear layers are stored in: none, "
        + NumberFormat.allCases.dropFirst().map(\.rawValue).joined(separator: ", ")
        + "; or by kinds, as experts=mxfp4,attention=fp8",
      shown: { $0.model.isPlain ? nil : $0.model.formatsInWords },
      set: { (root, given) throws(InputError) in try root.setQuantization(given) }),
    .init(
      "kv-cache-dtype", .words(["auto", "bf16", "fp8"]), standard: "auto",
      "what keys and values are cached in: auto, bf16 or fp8",
      shown: { $0.model.cache == .bf16 ? nil : $0.model.cache.rawValue },
      set: { (root, given) throws(InputError) in
        root.kvCacheDtype = try given.format(of: [.bf16, .fp8], or: "auto")
      }),
  ]

  /// What the engine's own program adds.
  public static let host: [Setting<Deployment>] = [
    .init(
      "host-overhead", .words(HostTime.all.map(\.name) + [Host.ownName]),
      standard: HostTime.vllmV1.name,
      "what the engine's own program adds to an iteration, the same for all schedulers: "
        + HostTime.all.map(\.name).joined(separator: ", ")
        + "; or own, for what is known of each scheduler's engine",
      shown: \.host.shown,
      set: { (root, given) throws(InputError) in
        let name = try given.choice(of: HostTime.all.map(\.name) + [Host.ownName])
        let isAsynchronous = root.host.isAsynchronous
        root.host = try Host(named: name)
        root.host.isAsynchronous = isAsynchronous
      }),
    .init(
      "frontend", .words(Frontend.all.map(\.name)), standard: Frontend.none.name,
      "what clients wait for besides the engine: none, so that latencies are the engine's own; or "
        + Frontend.all.dropFirst().map(\.name).joined(separator: ", "),
      shown: { $0.frontend == .none ? nil : $0.frontend.name },
      set: { (root, given) throws(InputError) in
        root.frontend = try Frontend.named(given.choice(of: Frontend.all.map(\.name)))
      }),
    fusion,
    .init(
      "async-scheduling", .flag, "the engine's own program works while the GPU computes",
      set: { (root, _) throws(InputError) in root.host.isAsynchronous = true }),
  ]

  /// What `given` has of the settings, by name; the standard model and GPU where it has none.
  public init(
    _ files: DescribedFiles = DescribedFiles(), _ given: (String) -> GivenValue?
  ) throws(InputError) {
    func value(_ setting: Setting<Deployment>) -> GivenValue {
      given(setting.name) ?? GivenValue(source: setting.option, text: setting.standard ?? "")
    }
    self.init(
      model: try files.model(value(Self.model(files))), gpu: try files.gpu(value(Self.gpu(files))),
      sharing: files.costs)
    try Self.settings(files).set(in: &self, from: given)
  }

  /// What reports say of `settings`.
  func shown(_ settings: [Setting<Deployment>]) -> [Run.Setting] { settings.shown(of: self) }
}

extension Sequence {
  /// What reports say of these settings of `root`.
  func shown<Root>(of root: Root) -> [Run.Setting] where Element == Setting<Root> {
    compactMap { setting in setting.shown(root).map { Run.Setting(setting.printed, $0) } }
  }
}

extension Deployment.Host {
  static let ownName = "own"

  /// The host times called `name`, or each engine's own.
  init(named name: String) throws(InputError) {
    self = name == Self.ownName ? .own(isAsynchronous: false) : .alike(try HostTime.named(name))
  }

  /// Whether it is hidden behind the GPU's time.
  var isAsynchronous: Bool {
    get {
      switch self {
      case .alike(let time): time.isAsynchronous
      case .own(let isAsynchronous): isAsynchronous
      }
    }
    set {
      switch self {
      case .alike(var time):
        time.isAsynchronous = newValue
        self = .alike(time)
      case .own: self = .own(isAsynchronous: newValue)
      }
    }
  }

  /// What reports say of it; nil where it is what holds unless something is set.
  fileprivate var shown: String? {
    switch self {
    case .alike(.vllmV1): nil
    case .alike(let time): time.isAsynchronous ? "\(time.name), asynchronous" : time.name
    case .own: Self.ownName
    }
  }
}

extension GivenValue {
  /// The one of `formats` that the text names, or nil if it is `none`.
  func format(
    of formats: [NumberFormat], or none: String
  ) throws(InputError) -> NumberFormat? {
    if text == none { return nil }
    guard let format = NumberFormat(named: text), formats.contains(format) else {
      let names = formats.map(\.rawValue).joined(separator: ", ")
      throw mistake("there is no format \(quoted(text))", "give \(none), or one of \(names)")
    }
    return format
  }
}
