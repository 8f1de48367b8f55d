import Formats

/// A report as Markdown, its pictures beside it.
enum ReportReadme {
  static func text(_ report: Report) -> String {
    var parts = ["# \(report.question)\n", "**\(report.answer)**\n"]
    parts += report.lead.map(picture) ?? []
    parts += report.remarks.map { "\($0)\n" }
    for section in report.sections {
      parts.append("## \(section.heading)\n")
      parts.append(MarkdownTable.text(section.table))
      if !section.note.isEmpty { parts.append("\(section.note.replacing("*", with: "\\*"))\n") }
      if !section.points.isEmpty { parts.append(section.points.map { "- \($0)\n" }.joined()) }
    }
    parts.append("## Pictures\n")
    parts += report.figures.filter { $0 != report.lead }.flatMap(picture)
    parts.append(
      "`index.html` shows them with every point's values; `data.csv` has all figures.\n")
    parts.append("## What the words mean\n")
    parts.append(report.definitions.map { "- **\($0.name)**: \($0.meaning)\n" }.joined())
    parts.append("## Make it again\n")
    parts.append("    \(report.source.command)\n")
    parts.append(facts(report).map { "- \($0.name): \($0.value)\n" }.joined())
    return Plain.text(parts.joined(separator: "\n"), keepsLines: true)
  }

  private static func picture(_ figure: Report.Figure) -> [String] {
    ["![\(figure.title)](\(figure.file))\n"]
      + (figure.caption.isEmpty ? [] : ["*\(figure.caption)*\n"])
  }

  /// What the report was made from.
  static func facts(_ report: Report) -> [(name: String, value: String)] {
    let source = report.source
    return [
      ("trace", source.trace), ("SHA-256 of the trace", source.checksum),
      ("seed", String(source.seed)), ("servesim", source.version),
    ] + report.settings.filter { $0.name != "seed" }.map { ($0.name, $0.value) }
  }
}
