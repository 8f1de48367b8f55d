extension ObjectFormat {
  /// The `custom` data set of vLLM's benchmark.
  static let customDataset = ObjectFormat(
    name: "vllm-custom",
    summary: "the custom data set of vllm bench serve: lengths, prompts' from characters",
    signs: [["prompt"], ["output_tokens"]],
    fields: [
      Field("prompt", .promptText),
      Field("output_tokens", .output),
    ])
}
