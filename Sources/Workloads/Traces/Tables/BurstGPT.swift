extension TableFormat {
  /// The traces of BurstGPT, files 1 to 3; a response of no tokens is a failure.
  ///
  /// Wang et al., BurstGPT, KDD 2025; github.com/HPMLL/BurstGPT.
  static let burstGPT = TableFormat(
    name: "burstgpt", summary: "BurstGPT's CSV: seconds; rows without a response failed",
    fields: [
      Field("Timestamp", .arrival(.seconds)), Field("Request tokens", .prompt),
      Field("Response tokens", .output), Field("Session ID", .session, isRequired: false),
    ])
}
