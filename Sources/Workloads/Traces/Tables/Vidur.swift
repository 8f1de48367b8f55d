extension TableFormat {
  /// The lengths that Vidur, Sarathi-Serve and vAttention read, with or without arrivals.
  ///
  /// github.com/microsoft/vidur, data/processed_traces.
  static let vidur = TableFormat(
    name: "vidur", summary: "lengths of Vidur, Sarathi-Serve and vAttention, seconds if any",
    fields: [
      Field("arrived_at", .arrival(.seconds), isRequired: false),
      Field("num_prefill_tokens", .prompt), Field("num_decode_tokens", .output),
    ])
}
