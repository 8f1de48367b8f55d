import Costs
import Formats
import Metrics
import Schedulers
import Serving

/// The tiers of a deployment as its engine uses them.
extension Deployment {
  /// Bytes a second between a GPU and its host's memory, each way: what vLLM's connector reaches on
  /// an H100 (vLLM blog, 2026-01-08), and taken for other GPUs too.
  static let hostBandwidth = 5e10

  /// What reports say of the link to host memory; nil where an option gives no tier there.
  var shownHostLink: Run.Setting? {
    if tiers.offloading == nil && !tiers.isHierarchical { return nil }
    let rate = "\(Numbers.trimmed(Self.hostBandwidth / 1e9)) GB/s a GPU, each way"
    let lent = gpu.name.hasPrefix("h100") ? "" : ", lent from an H100"
    return Run.Setting("host_link", rate + lent)
  }

  /// The tiers of `engine`, which serves `trace` with its blocks known; nil where there are none.
  func tiering(of engine: Engine, serving trace: Trace) throws(InputError) -> Tiering? {
    if tiers.isPlain { return nil }
    let option = tiers.firstOption
    func refused(_ problem: String, _ remedy: String) -> InputError {
      InputError(option, problem: problem, remedy: remedy)
    }
    let memory = engine.rules.memory
    guard engine.connects || memory.keepsTree else {
      throw refused(
        "\(engine.version) has no connector that is known", "give vllm or sglang, or leave it out")
    }
    if !memory.sharesPrefixes && !memory.keepsTree {
      throw refused(
        "nothing is found in tiers without a prefix cache", "leave out what turns that off")
    }
    let cache = CacheBytes(of: try shard(of: try servedModel()))
    if memory.groups != CacheGroups() || !cache.windows.isEmpty || cache.perSequence > 0 {
      throw refused(
        "layers that keep other tokens than the rest, as some of \(model.name), are not simulated "
          + "with tiers", "leave it out, or give a model whose layers all keep all tokens")
    }
    if pipelineParallelSize > 1 || ranks > 1 || engine.rules.speculation != nil {
      throw refused(
        "tiers are not simulated with pipelines, data parallelism or drafts",
        "leave one of them out")
    }
    if trace.count > 0 && trace.columns.prefixHashes == nil {
      throw refused(
        "the trace does not say what prompts share, so that nothing would be found",
        "give a trace with hashes of prompts, or leave it out")
    }
    try tiers.check(isTree: memory.keepsTree)
    return tiers.tiering(
      bytesPerToken: cache.perToken, memory, gpus: tensorParallelSize, layers: model.layers)
  }

  /// Throws where the fleet does with its replicas what is not simulated with tiers.
  func checkFleetWithTiers(waits: Bool) throws(InputError) {
    if tiers.isPlain { return }
    if !fleet.upkeep.isSteady || waits {
      throw InputError(
        tiers.firstOption,
        problem: "replicas that fail, come and go, and clients that give up, are not simulated "
          + "with tiers", remedy: "leave one of them out")
    }
  }
}

extension KVTiers {
  /// The first option that was given.
  var firstOption: String {
    Settings.all.first { $0.shown(self) != nil }?.option ?? Settings.below.option
  }

  /// Refuses what would go without effect.
  fileprivate func check(isTree: Bool) throws(InputError) {
    let own = isTree ? [Settings.offloading, Settings.backend] : Settings.hiCache
    if let other = own.first(where: { $0.shown(self) != nil }) {
      throw InputError(
        other.option,
        problem: isTree ? "SGLang has HiCache instead" : "this is SGLang's HiCache",
        remedy: isTree
          ? "give \(Settings.hierarchical.option)" : "give \(Settings.offloading.option)")
    }
    if isTree && !isHierarchical {
      throw InputError(
        firstOption, problem: "SGLang has tiers with HiCache alone",
        remedy: "give \(Settings.hierarchical.option) too")
    }
    if !isTree && backend != nil && offloading == nil {
      throw InputError(
        Settings.backend.option,
        problem: "it goes without effect where nothing is copied to host memory",
        remedy: "give \(Settings.offloading.option) too")
    }
    if ratio != nil && size != nil {
      throw InputError(
        Settings.ratio.option, problem: "it goes without effect beside \(Settings.size.option)",
        remedy: "leave one of them out")
    }
    if prefetchPolicy != nil && below.isEmpty {
      throw InputError(
        Settings.prefetchPolicy.option,
        problem: "nothing comes up where there is no tier below host memory",
        remedy: "give \(Settings.below.option) too")
    }
    if below.contains(where: { $0.name == Self.hostName }) && (offloading != nil || isTree) {
      throw InputError(
        Settings.below.option, problem: "\(Self.hostName) is a tier already",
        remedy: "give it another name")
    }
  }

  private static let hostName = "host"

  /// The tiers of a replica of `gpus` GPUs with `memory`, whose model has so many layers.
  fileprivate func tiering(
    bytesPerToken: Double, _ memory: EngineRules.Memory, gpus: Int, layers: Int
  ) -> Tiering {
    let link = Link(bandwidth: Deployment.hostBandwidth * Double(gpus))
    var tiers = below
    if let offloading {
      tiers.insert(
        Tier(Self.hostName, bytes: offloading * Double(1 << 30), reads: link, writes: link), at: 0)
    } else if isHierarchical {
      let held = bytesPerToken * Double(memory.totalBlocks * memory.blockSize)
      let bytes = size.map { $0 * 1e9 * Double(gpus) } ?? held * (ratio ?? 2)
      tiers.insert(
        Tier(
          Self.hostName, bytes: bytes, reads: link, writes: link,
          write: (writePolicy ?? .writeThrough).write), at: 0)
    }
    var tiering = Tiering(tiers, bytesPerToken: bytesPerToken)
    if isHierarchical {
      // SGLang 0.5.23, `hiradix_cache.py`.
      tiering.loads = .byLayer(layers)
      tiering.prefetch = (prefetchPolicy ?? .timeout).prefetch
      tiering.prefetchesOnArrival = true
      tiering.leastLoadTokens = 11
      tiering.leastPrefetchTokens = 256
    } else if backend == .lmcache {
      // LMCache 0.5.6: chunk_size, enable_async_loading and save_decode_cache.
      tiering.unitBlocks = max(1, 256 / memory.blockSize)
      tiering.loads = .blocking
      tiering.keepsAnswers = false
    }
    return tiering
  }
}

extension KVTiers.Settings {
  /// Those of HiCache.
  static let hiCache = [hierarchical, ratio, size, writePolicy, prefetchPolicy]
}
