extension TableFormat {
  /// The requests of a TraceV2 of BLIS, the table beside its YAML.
  ///
  /// github.com/inference-sim/inference-sim.
  static let blis = TableFormat(
    name: "blis", summary: "the CSV of a TraceV2 of BLIS (inference-sim): microseconds",
    fields: [
      Field("request_id", .label), Field("arrival_time_us", .arrival(.microseconds)),
      Field("input_tokens", .prompt), Field("output_tokens", .output),
      Field("session_id", .session, isRequired: false),
    ])
}
