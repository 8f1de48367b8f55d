import Testing

@Suite struct ToolTests {
  @Test(arguments: [
    "", "--help", "help replay", "compare --help", "--version", "list models",
    "cost --batch prefill=5@6,decode=1x2", "cost --batch decode=1x2 --csv -",
  ])
  func `what can be shown is shown, and nothing else`(words: String) throws {
    let run = try Run("servesim \(words)")
    #expect(run.code == 0)
    #expect(!run.output.isEmpty)
    #expect(run.errors == "")
  }

  @Test(arguments: [
    "replya", "--model", "replay", "replay a --zzz", "replay a --limit=0", "list things",
    "compare a --json - --csv -", "replay a --json /nowhere/b", "help replya",
    "cost", "cost --batch decode=1", "cost --batches /nowhere/b", "$'re\\nplay\\e[31m'",
  ])
  func `a mistake costs one line and code 2`(words: String) throws {
    let run = try Run("servesim \(words)")
    #expect(run.code == 2)
    #expect(run.output == "")
    #expect(run.errors.hasPrefix("servesim: "))
    #expect(run.errors.count { $0.isNewline } == 1)
    #expect(run.errors.hasSuffix("\n"))
    #expect(!run.errors.contains("\u{1b}"))
  }

  @Test func `lines fit a terminal, and files have the same bytes on any`() throws {
    for words in ["help replay", "cost --batch decode=1x2"] {
      let file = try Run("servesim \(words)").output
      #expect(try Run("COLUMNS=60 servesim \(words)").output == file)
      let terminal = try Run("script -qec \"COLUMNS=60 '$0' \(words)\" /dev/null")
      let tables = terminal.output.split(whereSeparator: \.isNewline).drop { !$0.hasPrefix("  ") }
      #expect(terminal.code == 0 && tables.count > 10)
      #expect(tables.allSatisfy { $0.count <= 60 || !$0.contains("---") }, "\(words)")
    }
  }

  @Test func `a reader who leaves early is no failure`() throws {
    let run = try Run("(sleep 0.2; servesim help replay) | true")
    #expect((run.code, run.output, run.errors) == (0, "", ""))
  }

  @Test(arguments: [">/dev/full", ">&-"])
  func `output that cannot be written is a failure with one line`(after: String) throws {
    let run = try Run("servesim --help \(after)")
    #expect(run.code == 1)
    #expect(run.errors.hasPrefix("servesim: standard output: "))
    #expect(run.errors.count { $0.isNewline } == 1)
  }
}
