extension ObjectFormat {
  /// The workloads of AIBrix: an instant a line, with the requests that arrive then.
  ///
  /// github.com/vllm-project/aibrix, benchmarks.
  static let aiBrix = ObjectFormat(
    name: "aibrix", summary: "AIBrix's JSON lines of instants and their requests: milliseconds",
    signs: [["timestamp"], ["requests"]],
    fields: [
      Field("timestamp", .arrival(.milliseconds)),
      Field("requests", .rows),
      Field("Prompt Length", .prompt),
      Field("prompt_length", .prompt),
      Field("Output Length", .output),
      Field("output_length", .output),
      Field("session_id", .session),
    ])
}
