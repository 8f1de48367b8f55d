import Formats

/// Files that people take for traces and that hold no requests, and misspelt ones.
enum TraceRefusals {
  /// The error for a file of no known format that begins with `firstLine`.
  static func error(_ firstLine: FirstLine, source: String, line: Int) -> InputError {
    func error(_ problem: String, _ remedy: String, column: String? = nil) -> InputError {
      InputError(source, line: line, column: column, problem: problem, remedy: remedy)
    }
    if let separator = firstLine.otherSeparator {
      return error(
        "\(firstLine.excerpt), parted by \(separator)",
        "save the table with commas between its columns")
    }
    if let slip = slip(in: firstLine) {
      return error(
        "the \(slip.kind) is not one that is read", "did you mean \(slip.meant)? rename it",
        column: shortened(slip.name))
    }
    let names = firstLine.names
    if names.contains("Metric") && names.contains("avg") {
      return error(
        "these are figures over all requests, and none is told by itself",
        "give AIPerf's profile_export.jsonl, which has each request")
    }
    if !names.isEmpty && names.allSatisfy({ $0.isEmpty || Double($0) != nil }) {
      return error(
        "numbers stand where the names of \(firstLine.kind)s should",
        "name them in the first line; ServeGen's tables of clients are rates and not requests: "
          + "give what its generator makes of them")
    }
    return error(
      "\(firstLine.excerpt) of no known format",
      "the formats are \(TraceFormats.names) (servesim list formats); of another, say what each "
        + "\(firstLine.kind) means, as in --columns arrival=sent_at,prompt=in,output=out,unit=ms")
  }

  /// A name that stands where a format that the others belong to has one that is like it.
  private static func slip(
    in firstLine: FirstLine
  ) -> (kind: String, name: String, meant: String)? {
    let names = firstLine.names
    for format in TraceFormats.all
    where format.header.hasPrefix("{") == (firstLine.kind == "key") && format.required.count > 1 {
      let missing = format.required.filter { !names.contains($0) }
      guard missing.count < format.required.count, !missing.isEmpty else { continue }
      let found = missing.compactMap { wanted in
        names.first {
          $0.count > 2 && !format.required.contains($0)
            && nearest(to: $0, among: [wanted]) != nil
        }.map { ($0, wanted) }
      }
      if found.count == missing.count { return (firstLine.kind, found[0].0, found[0].1) }
    }
    return nil
  }
}

extension FirstLine {
  /// The columns or keys.
  var names: [String] {
    switch self {
    case .columns(let names), .keys(let names): names
    }
  }

  /// What a name is: `column` or `key`.
  var kind: String { if case .columns = self { "column" } else { "key" } }
}
