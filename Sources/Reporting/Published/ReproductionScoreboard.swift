import Studies

/// How near published figures come out again: a row a study, and one for all.
///
/// A figure that was published as zero has no distance as a share, and is not counted.
public enum ReproductionScoreboard {
  /// The table for a terminal, and what it says in a sentence.
  public static func text(_ studies: [Reproduction]) -> String {
    TextTable.text(table(studies)) + "\n\(sentence(studies))\n"
  }

  /// The table in Markdown.
  public static func markdown(_ studies: [Reproduction]) -> String {
    MarkdownTable.text(table(studies))
  }

  /// How many figures of all studies are within each share, and how many beyond the last.
  public static func sentence(_ studies: [Reproduction]) -> String {
    let figures = studies.flatMap(\.rows)
    let within = shares.map { "\(count(figures, within: $0)) within \(percent($0))" }
    let (all, last) = (count(figures), count(figures, within: shares[shares.count - 1]))
    return "Of \(all) published figures, ours are \(within.joined(separator: ", ")), "
      + "and \(all - last) beyond."
  }

  /// The counts of each study and of all.
  public static func table(_ studies: [Reproduction]) -> Table {
    let columns = shares.map { Table.Column("within \(percent($0))", group: "figures") }
    let rows =
      studies.map { ($0.study, $0.rows) } + [("all", studies.flatMap(\.rows))]
    return Table(
      [Table.Column("study", isNumeric: false), Table.Column("published", group: "figures")]
        + columns + [Table.Column("beyond", group: "figures")],
      rows: rows.map { name, figures in
        let within = shares.map { count(figures, within: $0) }
        let counts = [count(figures)] + within + [count(figures) - (within.last ?? 0)]
        return [Table.Cell(name)] + counts.map { Table.Cell("\($0)", value: Double($0)) }
      })
  }

  /// Distances that figures are counted by, as shares of what was published.
  private static let shares = [0.1, 0.2, 0.5]

  private static func percent(_ share: Double) -> String { "\(Int(share * 100)) %" }

  private static func count(
    _ rows: [Reproduction.Row], within share: Double = .infinity
  ) -> Int {
    rows.count { $0.published != 0 && abs($0.difference) <= share }
  }
}
