extension ObjectFormat {
  /// The online logs of RTP-LLM's FlexLB; an output of no tokens is one that is not known.
  ///
  /// github.com/alibaba/rtp-llm, rtp_llm/flexlb/tools/online_eval.
  static let flexLB = ObjectFormat(
    name: "flexlb",
    summary: "RTP-LLM's online logs: milliseconds, hashes of 1024-token blocks in quotes",
    signs: [["ts"], ["il"], ["ol"]],
    fields: [
      Field("ts", .arrival(.milliseconds)),
      Field("il", .prompt),
      Field("ol", .output),
      Field("bh", .hashes),
    ], blockTokens: 1024)
}
