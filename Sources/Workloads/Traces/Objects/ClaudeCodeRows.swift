extension ObjectFormat {
  /// Requests of Claude Code sessions, a line each; prefixes are gone.
  ///
  /// Hugging Face, semianalysisai/cc-traces-weka-no-subagents-051226.
  static let claudeCodeRows = ObjectFormat(
    name: "cc-traces",
    summary: "Claude Code sessions as JSON lines: seconds since each session's start",
    signs: [["request_arrival_delta_s"], ["input_tokens"], ["output_tokens"]],
    fields: [
      Field("request_arrival_delta_s", .arrival(.seconds)),
      Field("input_tokens", .prompt),
      Field("output_tokens", .output),
      Field("session_id", .session),
      Field("api_time_s", .duration(.seconds)),
    ], assumption: ObjectFormat.startTogether)
}
