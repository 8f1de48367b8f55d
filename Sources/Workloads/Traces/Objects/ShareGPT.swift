extension ObjectFormat {
  /// Conversations of ShareGPT and of LMSYS-Chat-1M, of which a prompt and its output are the first
  /// two turns, as in the benchmarks of servers.
  static let shareGPT = ObjectFormat(
    name: "sharegpt",
    summary: "conversations of ShareGPT or LMSYS: lengths from the characters of two turns",
    signs: [["conversations", "conversation"]],
    fields: [
      Field("conversations", .conversation),
      Field("conversation", .conversation),
    ])
}
