extension ObjectFormat {
  /// Sessions of Claude Code as WEKA captured them, a JSON object each, with those of sub-agents;
  /// AIPerf, GuideLLM and inference-perf read them too.
  ///
  /// github.com/callanjfox/kv-cache-tester, traces.
  static let weka = ObjectFormat(
    name: "weka",
    summary: "WEKA's sessions (kv-cache-tester): seconds since each one's start, hashes of its own",
    signs: [["requests"], ["block_size"]],
    fields: [
      Field("id", .session),
      Field("block_size", .blockTokens),
      Field("requests", .rows),
      Field("t", .arrival(.seconds)),
      Field("in", .prompt),
      Field("out", .output),
      Field("api_time", .duration(.seconds)),
      Field("think_time", .delay(.seconds)),
      Field("hash_ids", .hashes),
    ], blockTokens: 64, hashesAreLocal: true, hasSubAgents: true,
    assumption: ObjectFormat.startTogether)
}
