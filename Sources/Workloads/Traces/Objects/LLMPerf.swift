extension ObjectFormat {
  /// The individual responses of LLMPerf, which have no times.
  ///
  /// github.com/ray-project/llmperf.
  static let llmPerf = ObjectFormat(
    name: "llmperf", summary: "LLMPerf's individual responses: lengths",
    signs: [["number_input_tokens"], ["number_output_tokens"]],
    fields: [
      Field("number_input_tokens", .prompt),
      Field("number_output_tokens", .output),
      Field("error_code", .failure),
    ])
}
