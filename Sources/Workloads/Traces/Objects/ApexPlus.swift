extension ObjectFormat {
  /// The traces of APEX+, without their texts.
  ///
  /// github.com/microsoft/apex_plus, traces.
  static let apexPlus = ObjectFormat(
    name: "apex", summary: "APEX+'s JSON lines: nanoseconds",
    signs: [["StartTimeOffset"], ["ContextTokens"], ["GeneratedTokens"]],
    fields: [
      Field("RequestID", .label),
      Field("StartTimeOffset", .arrival(.nanoseconds)),
      Field("ContextTokens", .prompt),
      Field("GeneratedTokens", .output),
    ])
}
