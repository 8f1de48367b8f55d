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
    options: Setting.chunkSchedule + Setting.sarathiDefects
  ) { setting in
    var rules = entry.defaults(setting)
    rules.outputs.emitsWithPrompt = false
    rules.prompts.readmitsAtOnce = true
    return rules
  } scheduler: {
    Sarathi()
  }
}

extension Setting where Root == EngineRules {
  /// sarathi-serve's dynamic chunking, off by default.
  static var chunkSchedule: [Setting<EngineRules>] {
    [
      .number(
        "chunk-schedule-stages", \.prompts.chunkSchedule.stages,
        "stages of shrinking chunks; 0 for none",
        least: 0),
      .number(
        "chunk-schedule-max-tokens", \.prompts.chunkSchedule.maxTokens,
        "prompt tokens that they cover"),
      .number(
        "high-chunk-size", \.prompts.chunkSchedule.high, "tokens of a chunk in the first stage"),
      .number("low-chunk-size", \.prompts.chunkSchedule.low, "tokens of a chunk in the last stage"),
    ]
  }

  /// What goes wrong in sarathi-serve, off by default.
  static var sarathiDefects: [Setting<EngineRules>] {
    [
      .truth(
        "restarts-answers", \.outputs.restartsAnswers,
        "defect: a preempted sequence generates its whole answer once more"),
      .truth(
        "readmits-at-once", \.prompts.readmitsAtOnce,
        "defect: a half-computed prompt that lost its cache comes back with a chunk of the old "
          + "size; sarathi-osdi has it unless told otherwise"),
    ]
  }
}
