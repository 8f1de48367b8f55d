extension TableFormat {
  /// The traces that splitwise-sim makes and serves.
  ///
  /// Patel et al., Splitwise, ISCA 2024; github.com/Mutinifni/splitwise-sim.
  static let splitwise = TableFormat(
    name: "splitwise", summary: "splitwise-sim's CSV: seconds",
    fields: [
      Field("request_id", .label), Field("arrival_timestamp", .arrival(.seconds)),
      Field("prompt_size", .prompt), Field("token_size", .output),
    ])
}
