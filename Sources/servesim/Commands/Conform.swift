import Foundation
import Serving
import Studies

extension Command {
  /// Decision logs of real schedulers against ours.
  static func conform() -> Command {
    Command(
      name: "conform",
      summary: "compare every iteration of logged real schedulers with what ours decides",
      arguments: [
        Argument(name: "FILE", help: "decision logs (Tests/README.md)", isRepeated: true)
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
      let conformance = try Conformance(DecisionLog(read(file), source: file.text))
      try show(line(conformance))
      if let difference = conformance.difference {
        differing += 1
        try show(table(difference))
      }
    }
    if differing > 0 { throw Failure("\(differing) of \(files.count) logs differ") }
  }

  private static func read(_ file: GivenValue) throws -> Data {
    do {
      return try Data(contentsOf: URL(filePath: try file.string()))
    } catch is CocoaError {
      throw InputError(
        file.text, problem: "the file cannot be read", remedy: "give the path of a decision log")
    }
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
