extension ObjectFormat {
  /// The workloads of LLMServingSim, of single requests and of sessions; prompts that begin with
  /// the same tokens share their blocks.
  ///
  /// github.com/casys-kaist/LLMServingSim, workloads.
  static let llmServingSim = ObjectFormat(
    name: "llmservingsim",
    summary: "LLMServingSim's JSON lines: nanoseconds, prefixes from the numbers of tokens",
    signs: [["arrival_time_ns"], ["input_toks", "sub_requests"]],
    fields: [
      Field("arrival_time_ns", .arrival(.nanoseconds)),
      Field("input_toks", .prompt),
      Field("output_toks", .output),
      Field("input_tok_ids", .tokens),
      Field("session_id", .session),
      Field("sub_requests", .rows),
      Field("tool_duration_ns", .pause(.nanoseconds)),
    ], isChain: true)
}
