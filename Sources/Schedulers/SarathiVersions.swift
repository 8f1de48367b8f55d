import Formats
import Serving

extension Sarathi {
  /// The version of the OSDI 2024 artifact: the iteration that completes a prompt emits nothing,
  /// and a half-computed prompt that lost its cache comes back in the same call.
  static let artifact = SchedulerEntry(
    "sarathi-osdi", "As sarathi, but the first token comes an iteration after the prompt.",
    reproduces: "sarathi-serve, branch osdi-sarathi-serve", tokenBudget: "chunk",
    hostTime: "sarathi-2024",
    logs: [EngineLog("sarathi_osdi_artifact", ["chunk_size", "dynamic"])],
    options: options
  ) { setting in
    var rules = entry.defaults(setting)
    rules.outputs.emitsWithPrompt = false
    return rules
  } scheduler: {
    Sarathi(readmitsAtOnce: true)
  }

  /// sarathi-serve's dynamic chunking, and what goes wrong in it; all off by default.
  static let options: [Setting<Engine>] = [
    .number(
      "chunk-schedule-stages", \.rules.prompts.chunkSchedule.stages,
      "stages of shrinking chunks; 0 for none", least: 0),
    .number(
      "chunk-schedule-max-tokens", \.rules.prompts.chunkSchedule.maxTokens,
      "prompt tokens that they cover"),
    .number(
      "high-chunk-size", \.rules.prompts.chunkSchedule.high,
      "tokens of a chunk in the first stage"),
    .number(
      "low-chunk-size", \.rules.prompts.chunkSchedule.low, "tokens of a chunk in the last stage"),
    .truth(
      "restarts-answers", \.rules.outputs.restartsAnswers,
      "defect: a preempted sequence generates its whole output once more"),
    .truth(
      "readmits-at-once", \.sarathi.readmitsAtOnce,
      "defect: a half-computed prompt that lost its cache comes back with a chunk of the old "
        + "size; sarathi-osdi has it unless told otherwise"),
  ]
}

extension Engine {
  /// Its scheduler, which is sarathi's.
  fileprivate var sarathi: Sarathi {
    get { scheduler as! Sarathi }
    set { scheduler = newValue }
  }
}
