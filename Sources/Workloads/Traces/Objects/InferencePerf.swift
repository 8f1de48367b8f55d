extension ObjectFormat {
  /// The lifecycle metrics of each request that inference-perf writes.
  ///
  /// github.com/kubernetes-sigs/inference-perf.
  static let inferencePerf = ObjectFormat(
    name: "inference-perf", summary: "inference-perf's JSON of single requests: seconds",
    signs: [["start_time"], ["info"]],
    fields: [
      Field("start_time", .arrival(.seconds)),
      Field("info", .inside),
      Field("input_tokens", .prompt),
      Field("output_tokens", .output),
      Field("error", .failure),
    ])
}
