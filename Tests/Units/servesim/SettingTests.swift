import Formats
import Foundation
import Support
import Testing

@testable import Studies
@testable import servesim

/// The names of the table that stand as literals in other places too, and why.
private let elsewhere: Set<String> = [
  // Engines have options of their own by these names.
  "max-num-seqs", "max-num-batched-tokens", "block-size", "async-scheduling",
]

/// One thing more that can be set than there is.
private struct More {
  var base: Int?
  static let setting = Setting<More>.count(
    "one-more", \.base, in: 3...9, "what there was not", printed: "another")
}

@Suite struct `A setting` {
  @Test func `is declared once`() throws {
    let names = FileManager.default.enumerator(atPath: Repository.path("Sources"))
    let sources = try #require(names).compactMap { $0 as? String }
      .filter { $0.hasSuffix(".swift") }.map { try Repository.text(of: "Sources/\($0)") }.joined()
    // What stands between two quotes, within a text or between two.
    let counts = Dictionary(
      sources.utf8.split(separator: UInt8(ascii: "\"")).map { (Substring($0), 1) },
      uniquingKeysWith: +)
    for setting in Scenario.settings() where setting.name.contains("-") {
      let count = counts[Substring(setting.name), default: 0]
      #expect(count == 1 || elsewhere.contains(setting.name), "\(setting.name): \(count)")
    }
  }

  @Test func `takes what it says that it takes, and no more`() throws {
    var random = SeededNumbers(state: 5)
    for setting in Scenario.settings() {
      var scenario = try Scenario { _ in nil }
      for _ in 0..<20 {
        guard let text = setting.value({ Int.random(in: $0, using: &random) }) else { break }
        try setting.set(&scenario, GivenValue(source: setting.option, text: text))
      }
      let beyond: [String] =
        switch setting.takes {
        case .count(let range): [range.lowerBound - 1, range.upperBound &+ 1].map(String.init)
        case .number(let range, _): ["-1", "1e999", "\(range.upperBound)x"]
        case .words: ["no such word"]
        case .flag, .name, .text: []
        }
      for text in beyond {
        let error = #expect(throws: InputError.self) {
          try setting.set(&scenario, GivenValue(source: setting.option, text: text))
        }
        #expect(error?.source == setting.option, "\(setting.name) \(text)")
      }
    }
  }

  @Test func `of the table is an option of every command that serves, and an axis of a sweep`() {
    let names = Set(Scenario.settings().map(\.option))
    let others: Set = [Scenario.Settings.scheduler.option]
    for command in [Command.replay(), .compare(), .sweep()] {
      #expect(names.subtracting(others).isSubset(of: Set(command.options.map(\.name))))
    }
  }

  @Test func `more in a table is in help, among axes, in reports and drawn, without another edit`()
    throws
  {
    let table = [More.setting].under("Group")
    let options = table.map(Option.init)
    let command = Command(
      name: "c", summary: "s", options: options + Option.load, run: { _ in })
    #expect(Help.full(command).contains("Group:\n  --one-more N  what there was not\n"))
    let given = try Parser.parse(["--one-more=4,5"], for: command)
    let grid = try SweepGrid(of: table.map(\.name), schedulers: [], given.value)
    #expect(grid.combinations.map { $0.value(of: "one-more") } == ["4", "5"])
    var root = More()
    try table.set(in: &root) { grid.combinations[1].given($0) }
    #expect(root.base == 5 && table.shown(of: root).map(\.value) == ["5"])
    #expect(table.shown(of: root).map(\.name) == ["another"])
    #expect(table[0].value { $0.upperBound } == "9")
  }
}
