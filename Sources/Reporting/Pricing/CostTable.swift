import Formats
import Serving
import Studies

/// What one batch costs, as tables for a person: its operations, then the parts of its time.
public enum CostTable {
  /// The tables as text, under what was set and above how to read them.
  public static func text(_ report: CostReport) -> String {
    let settings = report.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    return "\(settings)\n\(words(for: report.batch))\n\n"
      + TextTable.text(operations(report), limit: widest) + "\n"
      + TextTable.text(parts(report), limit: widest)
        + """

        FLOPs and bytes are those of all runs on one GPU of each stage; peaks are the data sheet's.

        """ + balance(report) + bases(report)
  }

  /// How much more the busiest rank has to do than others.
  private static func balance(_ report: CostReport) -> String {
    guard let balance = report.balance else { return "" }
    return "Experts are priced on the busiest of \(balance.ranks) ranks, which has "
      + "\(Numbers.fixed(1 / balance.balancedness, decimals: 2)) times the mean of "
      + "\(Numbers.grouped(balance.tokens)) tokens (balancedness "
      + "\(Numbers.fixed(balance.balancedness, decimals: 2))).\n"
  }

  /// Which operations' times rest on something else than measured kernels of this GPU.
  private static func bases(_ report: CostReport) -> String {
    func words(for row: CostReport.Row) -> String? {
      switch row.basis {
      case "extrapolated": "Beyond the sizes measured"
      case "borrowed": row.owner.map { "By kernels of \($0)" } ?? "By kernels of another grouping"
      case "roofline": "By the roofline, no kernel measured"
      default: nil
      }
    }
    var lines: [(words: String, names: [String])] = []
    for row in report.operations {
      guard let words = words(for: row) else { continue }
      let place = lines.firstIndex { $0.words == words } ?? lines.endIndex
      if place == lines.endIndex { lines.append((words, [])) }
      if !lines[place].names.contains(row.name) { lines[place].names.append(row.name) }
    }
    return lines.map { "\($0.words): \($0.names.joined(separator: ", ")).\n" }.joined()
      + (report.lent.map { "Besides, \($0).\n" } ?? "")
  }

  /// The tables as Markdown, with an empty line between them.
  public static func markdown(_ report: CostReport) -> String {
    MarkdownTable.text(operations(report)) + "\n" + MarkdownTable.text(parts(report))
  }

  /// The letters of a line, at most: what an operation on several GPUs has to tell.
  private static let widest = 140

  private static func words(for batch: Batch) -> String {
    func count(_ number: Int, _ thing: String) -> String {
      "\(Numbers.grouped(number)) \(thing)\(number == 1 ? "" : "s")"
    }
    var words: [String] = []
    if !batch.chunks.isEmpty {
      let cached = batch.chunks.reduce(0) { $0 + $1.context }
      words.append(
        "\(count(batch.chunkTokens, "token")) of \(count(batch.chunks.count, "prompt")) "
          + "after \(Numbers.grouped(cached)) cached")
    }
    if batch.decodes > 0 {
      words.append(
        "\(count(batch.decodes, "decode")) with \(count(batch.decodeContext, "cached token"))")
    }
    return words.joined(separator: ", ")
  }

  /// One row an operation, one for the host, and the total.
  public static func operations(_ report: CostReport) -> Table {
    let work = Work(isSending: report.total.sentBytes > 0)
    let columns =
      [
        Table.Column("operation", isNumeric: false), Table.Column("size", isNumeric: false),
        Table.Column("runs"), Table.Column("per run", group: "time"),
        Table.Column("in all", group: "time"), Table.Column("share", group: "time"),
        Table.Column("bound by", isNumeric: false),
      ] + work.columns
    let rows = (report.operations + [report.total]).map { row in
      let start = [
        row.name, row.size, row.runs.map(Numbers.grouped) ?? "",
        row.secondsPerRun.map(Numbers.duration) ?? "", Numbers.duration(row.seconds),
        Numbers.percent(row.share), row.limit ?? "",
      ]
      return (start + work.cells(of: row)).map { Table.Cell($0) }
    }
    return Table(columns, rows: rows)
  }

  /// One row a part of the time, and the total.
  public static func parts(_ report: CostReport) -> Table {
    let work = Work(isSending: report.total.sentBytes > 0)
    let columns =
      [
        Table.Column("part", isNumeric: false), Table.Column("in all", group: "time"),
        Table.Column("share", group: "time"),
      ] + work.columns
    let rows = (report.parts + [report.total]).map { row in
      let start = [row.name, Numbers.duration(row.seconds), Numbers.percent(row.share)]
      return (start + work.cells(of: row)).map { Table.Cell($0) }
    }
    return Table(columns, rows: rows)
  }
}

/// The columns that tell what was done in the time.
private struct Work {
  /// Whether what is sent to other GPUs has columns too.
  var isSending: Bool

  var columns: [Table.Column] {
    let amounts = ["FLOPs", "bytes"] + (isSending ? ["sent"] : [])
    let shares = ["MFU", "memory"] + (isSending ? ["link"] : [])
    return amounts.map { Table.Column($0, group: "work") }
      + shares.map { Table.Column($0, group: "share of peak") }
  }

  func cells(of row: CostReport.Row) -> [String] {
    let amounts =
      [Numbers.prefixed(row.flops, ""), Numbers.prefixed(row.memoryBytes, "B")]
      + (isSending ? [Numbers.prefixed(row.sentBytes, "B")] : [])
    let shares = [row.computeUse, row.memoryUse] + (isSending ? [row.linkUse] : [])
    return amounts + shares.map { $0 > 0 ? Numbers.percent($0) : "" }
  }
}
