extension ObjectFormat {
  /// The traces of Qwen-Bailian: a chat goes on from its parent, and blocks have 16 tokens.
  ///
  /// github.com/alibaba-edu/qwen-bailian-usagetraces-anon.
  static let bailian = ObjectFormat(
    name: "bailian", summary: "Qwen-Bailian's JSON lines: seconds, hashes of 16-token blocks",
    signs: [["chat_id"], ["timestamp"], ["input_length"], ["output_length"]],
    fields: [
      Field("chat_id", .label),
      Field("parent_chat_id", .parent),
      Field("timestamp", .arrival(.seconds)),
      Field("input_length", .prompt),
      Field("output_length", .output),
      Field("hash_ids", .hashes),
    ])
}
