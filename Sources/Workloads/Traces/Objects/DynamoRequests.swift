extension ObjectFormat {
  /// The request traces of Dynamo, `dynamo.request.trace.v1`.
  ///
  /// github.com/ai-dynamo/dynamo.
  static let dynamoRequests = ObjectFormat(
    name: "dynamo", summary: "Dynamo's request trace (request_end): milliseconds, hashes of blocks",
    signs: [["event_type"], ["request"]],
    fields: [
      Field("request", .inside),
      Field("request_id", .label),
      Field("request_received_ms", .arrival(.milliseconds)),
      Field("output_tokens", .output),
      Field("replay", .inside),
      Field("trace_block_size", .blockTokens),
      Field("input_length", .prompt),
      Field("input_sequence_hashes", .hashes),
    ], passesOthers: true)
}
