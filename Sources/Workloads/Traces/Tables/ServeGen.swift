extension TableFormat {
  /// What ServeGen's generator writes.
  ///
  /// ServeGen, arXiv 2505.09999; github.com/alibaba/ServeGen.
  static let serveGen = TableFormat(
    name: "servegen", summary: "the CSV that ServeGen generates: seconds",
    fields: [
      Field("request_id", .label), Field("timestamp", .arrival(.seconds)),
      Field("input_tokens", .prompt), Field("output_tokens", .output),
    ])
}
