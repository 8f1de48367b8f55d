import Costs
import Formats
import Metrics
import Schedulers
import Serving
import Workloads

/// A run of a real engine beside what the simulation makes of what it states, and of nothing else.
public struct Validation: Sendable {
  /// What the run is called, and what to say of it.
  public var name: String
  public var notes: [String]
  /// What was simulated, as reports show it.
  public var settings: [Run.Setting]
  /// What the clients saw, and what they see in the simulation.
  public var measured: Observed
  public var simulated: Observed
  /// The KV blocks that the engine logged, and those that the memory plan comes to.
  public var loggedBlocks: Int?
  public var plannedBlocks: Int?

  /// - Parameters:
  ///   - files: the models and GPUs that were read for others.
  ///   - given: what a user sets, by name; it goes before what the run states.
  public init(
    _ run: MeasuredRun, _ files: DescribedFiles = DescribedFiles(),
    _ given: (String) -> GivenValue?
  ) throws(InputError) {
    var notes = run.notes
    if let obstacle = run.obstacle {
      throw InputError(
        run.source, column: run.name, problem: "\(obstacle), which is not simulated yet",
        remedy: "leave the run out")
    }
    guard EngineRange.time.contains(run.trace.requests.last?.arrival ?? 0) else {
      throw InputError(
        run.source, column: run.name, problem: "its requests arrive over too long a time",
        remedy: "check the unit of its times")
    }
    var stated = try Self.settings(of: run, given, &notes)
    try Self.quantize(&stated, run) { settings throws(InputError) in
      try Self.scenario(files, given, settings).deployment.model
    }
    let scenario = try Self.scenario(files, given, stated)
    let loaded = LoadedTrace(trace: run.trace, formatName: run.source, notes: [])
    let trace = try scenario.load.arriving(scenario.load.selected(from: loaded).trace)
    let service = try scenario.service(for: trace, notes)
    let replay: Replay
    do {
      var clients = scenario.load.clients
      if given(MeasuredRun.Stated.frontend.name) == nil, clients?.stagger == 0 {
        clients?.tokenizing = run.tokenizing
      }
      replay = try service.replay(trace, from: clients)
    } catch {
      throw InputError(
        run.source, column: run.name, problem: "the simulation stops: \(error)",
        remedy: "check what the run is said to be served by")
    }
    let records = replay.timeline.records
    try Self.check(records, of: run, by: service.engine.name, &notes)
    name = run.name
    self.notes = notes
    settings = service.settings
    let seen = Array(run.requests.prefix(trace.count))
    measured = Observed(replay.trace, seen, means: run.means)
    simulated = Observed(replay.trace, records, as: seen)
    loggedBlocks = run.blocks
    plannedBlocks = try? scenario.deployment.plannedBlocks(of: service.engine)
  }

  /// Throws where `engine` serves none of the requests of `run`, and notes those that it refuses.
  private static func check(
    _ records: [RequestRecord], of run: MeasuredRun, by engine: String, _ notes: inout [String]
  ) throws(InputError) {
    if !records.contains(where: \.isCompleted) {
      throw InputError(
        run.source, column: run.name, problem: "\(engine) serves none of the requests",
        remedy: "give --scheduler with limits that have room for them")
    }
    let refused = records.count { !$0.isCompleted && $0.timeOut == nil }
    if refused > 0 { notes.append("\(refused) of \(records.count) requests do not fit \(engine)") }
  }

  /// What `run` states by the names of settings, and what is taken where it and the user are
  /// silent.
  private static func settings(
    of run: MeasuredRun, _ given: (String) -> GivenValue?, _ notes: inout [String]
  ) throws(InputError) -> [String: String] {
    var settings: [String: String] = [:]
    for (stated, value) in run.settings { settings[stated.name] = value }
    let needed: [(MeasuredRun.Stated, String)] = [
      (.model, "which model it serves"), (.gpu, "which GPU serves it"),
    ]
    for (stated, what) in needed
    where settings[stated.name] == nil && given(stated.name) == nil {
      throw InputError(
        run.source, column: run.name, problem: "the run does not say \(what)",
        remedy: "give --\(stated.name)")
    }
    let model = MeasuredRun.Stated.model.name
    if let stated = settings[model], given(model) == nil {
      guard let known = Models.stated(stated) else {
        throw InputError(
          run.source, column: run.name, problem: "the model \(stated) is none that is built in",
          remedy: "give --\(model) with the path of its config.json")
      }
      settings[model] = known
    }
    let frontend = MeasuredRun.Stated.frontend.name
    settings[frontend] = settings[frontend] ?? Frontend.vllmOpenAI.name
    if let blocks = run.blocks {
      settings[MeasuredRun.Stated.numGpuBlocksOverride.name] = "\(blocks)"
    }
    let fusion = MeasuredRun.Stated.fuseAllreduceRms.name
    if let engine = run.engine, engine.fusesReductions(of: settings[model] ?? "") {
      settings[fusion] = settings[fusion] ?? "true"
    }
    if let engine = run.engine, let time = engine.hostTime {
      let host = MeasuredRun.Stated.hostOverhead.name
      settings[host] = settings[host] ?? time.name
    }
    let scheduler = Scenario.Settings.scheduler.name
    if given(scheduler) == nil {
      let (name, note) = Schedulers.serving(run.engine?.name, run.engine?.version)
      let options = run.options.joined(separator: ",")
      settings[scheduler] =
        options.isEmpty ? name : name + (name.contains(":") ? "," : ":") + options
      if let note { notes.append(note) }
    }
    return settings
  }

  /// What is simulated where a run states `settings`, and a user sets what is `given`.
  private static func scenario(
    _ files: DescribedFiles, _ given: (String) -> GivenValue?, _ settings: [String: String]
  ) throws(InputError) -> Scenario {
    try Scenario(files) { name in
      given(name) ?? settings[name].map { GivenValue(source: "--\(name)", text: $0) }
    }
  }

  /// Leaves out a quantisation that the model has by itself, of which runs tell only how many bits
  /// its floats have; throws where it has another.
  private static func quantize(
    _ settings: inout [String: String], _ run: MeasuredRun,
    _ served: ([String: String]) throws(InputError) -> Model
  ) throws(InputError) {
    let name = MeasuredRun.Stated.quantization.name
    guard let stated = settings[name] else { return }
    var plain = settings
    plain[name] = nil
    let model = try served(plain)
    guard !model.isPlain else { return }
    let floats4 = [NumberFormat.nvfp4, .nvfp4Weight, .mxfp4]
    let isAlike =
      model.weights.rawValue.hasPrefix(stated)
      || floats4.contains(model.weights) && floats4.contains { $0.rawValue == stated }
    guard isAlike else {
      throw InputError(
        run.source, column: run.name,
        problem: "\(model.name) is in \(model.weights.rawValue), and the run's in \(stated)",
        remedy: "give --model with the path of that model's config.json")
    }
    settings[name] = nil
  }

  /// By how much the simulated `statistic` of `measure` is off, as a share of the measured one; nil
  /// where either is not known.
  public func error(_ measure: MeasuredRun.Measure, _ statistic: String) -> Double? {
    guard let real = measured[measure, statistic], let ours = simulated[measure, statistic],
      real > 0
    else { return nil }
    return ours / real - 1
  }
}

extension MeasuredRun.Engine {
  /// Whether it fuses all-reduces and normalisations by default: vLLM from 0.17 on
  /// (vllm-project/vllm#34299, vllm-project/recipes#325), or where its version is not known and
  /// taken as the newest; TensorRT-LLM; and SGLang for some models (sgl-project/sglang#12724), of
  /// which those are named that have points.
  fileprivate func fusesReductions(of model: String) -> Bool {
    switch name {
    case "trtllm": true
    case "sglang": model == "deepseek-v3" || model.hasPrefix("gpt-oss")
    case "vllm": !numbers.lexicographicallyPrecedes([0, 17]) || numbers.isEmpty
    default: false
    }
  }
}

extension MeasuredRun.Engine {
  /// What is known of its host's time, by its version; nil for the standard. A version of SGLang
  /// that is not known is taken as one before 0.5.10, as nearly all were that runs are of.
  fileprivate var hostTime: HostTime? {
    switch name {
    case "trtllm": return .trtLLM
    case "sglang":
      let parts = version.split(separator: ".").prefix(3).compactMap { Int($0) }
      return parts.lexicographicallyPrecedes([0, 5, 10]) ? .sglang059 : .sglang
    default: return nil
    }
  }

  /// The first two parts of its version; none where that is not known.
  private var numbers: [Int] {
    let parts = version.split(separator: ".").prefix(2).compactMap { Int($0) }
    return parts.count == 2 ? parts : []
  }
}

extension Schedulers {
  /// The scheduler that an engine of this name and version has, and what to say where that is not
  /// known.
  static func serving(_ engine: String?, _ version: String?) -> (String, note: String?) {
    let standard = "vllm"
    guard let engine else {
      return (standard, "the engine is not stated; taken as \(standard), give --scheduler")
    }
    if engine == "sglang" {
      return (engine, version == nil ? "the version of sglang is not stated" : nil)
    }
    if engine == "trtllm" {
      return ("trt-llm", "the rules of trt-llm were read and never run beside the original")
    }
    guard engine == "vllm" else {
      return (standard, "there is no scheduler of \(engine) yet; simulated as \(standard)")
    }
    let parts = (version ?? "").split(separator: ".").prefix(2).map { Int($0) ?? 0 }
    guard parts.count == 2 else {
      return (standard, "the version of vllm is not stated; taken as the newest")
    }
    let number = parts[0] * 1000 + parts[1]
    // The newest of those reproduced that is no newer; asynchronous since 0.14.
    if number >= 33 { return ("vllm-0.33", nil) }
    if number >= 14 { return ("vllm-0.11:async-scheduling=true", nil) }
    return (number >= 8 ? "vllm-0.11" : "vllm-0.6", nil)
  }
}
