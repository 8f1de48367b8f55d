import Serving

extension Sarathi {
  /// The version of the OSDI 2024 artifact: the iteration that completes a prompt emits nothing,
  /// and a half-computed prompt that lost its cache comes back in the same call.
  static let artifact = SchedulerEntry(
    "sarathi-osdi", "As sarathi, but the first token comes an iteration after the prompt.",
    reproduces: "sarathi-serve, branch osdi-sarathi-serve", tokenBudget: "chunk",
    options: EngineOption.chunkSchedule + EngineOption.sarathiDefects
  ) { setting in
    var rules = entry.defaults(setting)
    rules.emitsWithPrompt = false
    rules.readmitsAtOnce = true
    return rules
  } scheduler: {
    Sarathi()
  }
}

extension EngineOption {
  /// sarathi-serve's dynamic chunking, off by default.
  static let chunkSchedule = [
    EngineOption(
      "chunk-schedule-stages", \.chunkSchedule.stages, "stages of shrinking chunks; 0 for none",
      least: 0),
    EngineOption(
      "chunk-schedule-max-tokens", \.chunkSchedule.maxTokens, "prompt tokens that they cover"),
    EngineOption("high-chunk-size", \.chunkSchedule.high, "tokens of a chunk in the first stage"),
    EngineOption("low-chunk-size", \.chunkSchedule.low, "tokens of a chunk in the last stage"),
  ]

  /// What goes wrong in sarathi-serve, off by default.
  static let sarathiDefects = [
    EngineOption(
      "restarts-answers", \.restartsAnswers,
      "defect: a preempted sequence generates its whole answer once more"),
    EngineOption(
      "readmits-at-once", \.readmitsAtOnce,
      "defect: a half-computed prompt that lost its cache comes back with a chunk of the old "
        + "size; sarathi-osdi has it unless told otherwise"),
  ]
}
