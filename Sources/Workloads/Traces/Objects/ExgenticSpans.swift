extension ObjectFormat {
  /// Spans of the agents of Exgentic, a line each.
  ///
  /// Hugging Face, Exgentic/agent-llm-traces.
  static let exgenticSpans = ObjectFormat(
    name: "exgentic", summary: "Exgentic's spans as JSON lines: seconds since 1970",
    signs: [["start_time_s"], ["input_tokens"], ["output_tokens"]],
    fields: [
      Field("start_time_s", .arrival(.seconds)),
      Field("input_tokens", .prompt),
      Field("output_tokens", .output),
      Field("session_id", .session),
      Field("is_error", .failure),
    ])
}
