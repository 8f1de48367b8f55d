import Formats
import Serving
import Studies
import Workloads

extension Command {
  /// Decision logs of real schedulers against ours.
  static func conform() -> Command {
    Command(
      name: "conform",
      summary: "compare every iteration of logged real schedulers with what ours decides",
      arguments: [
        Argument(
          name: "FILE", help: "decision logs (Tests/README.md)", isRepeated: true, file: .reads)
      ],
      examples: [
        Example(
          line: "servesim conform Tests/Golden/decisions/*/*.jsonl",
          purpose: "the logs that are kept with the tests")
      ],
      run: { try conform($0.arguments("FILE")) })
  }

  private static func conform(_ files: [GivenValue]) throws {
    var differing = 0
    for file in files {
      let bytes = try InputFile.read(try file.string())
      let conformance = try Conformance(DecisionLog(bytes, source: file.text))
      try show(line(conformance))
      if let difference = conformance.difference {
        differing += 1
        try show(table(difference))
      }
    }
    if differing > 0 { throw Failure("\(differing) of \(files.count) logs differ") }
  }

  private static func line(_ conformance: Conformance) -> String {
    let verdict = conformance.difference == nil ? "agrees " : "DIFFERS"
    return "\(verdict) \(conformance.source): \(conformance.logged) as \(conformance.ours), "
      + "\(conformance.iterations) iterations\n"
  }

  private static func table(_ difference: Conformance.Difference) -> String {
    let head = "  first in iteration \(difference.iteration); before it \(difference.before)\n"
    return head
      + difference.rows.map { row in
        let mark = row.logged == row.ours ? " " : "*"
        return "  \(mark) \(row.name)\n      logged  \(row.logged)\n      ours    \(row.ours)\n"
      }.joined()
  }
}
