import Testing

@testable import servesim

private let catalogue = Catalogue(
  schedulers: .init((1...40).map { .init(name: "scheduler-\($0)", summary: "number \($0)") }),
  models: .init([.init(name: "a-model", summary: "small"), .init(name: "b-model", summary: "big")]),
  gpus: .init([.init(name: "a-gpu", summary: "fast")]),
  formats: .init([.init(name: "a-format", summary: "of rows")]))
private let tool = Tool(catalogue)

/// What `words` show, or nil if they run a command.
private func shown(_ words: String...) throws -> String? {
  if case .show(let text) = try tool.intent(of: words) { text } else { nil }
}

@Suite struct HelpTests {
  @Test func `every option and argument appears in the help of its command`() {
    for command in tool.commands {
      let help = Help.full(command)
      for option in command.options {
        let head = ["  \(option.name)", option.placeholder].compactMap { $0 }
        #expect(help.contains("\n\(head.joined(separator: " "))"))
        #expect(help.contains("\n\(option.group):\n"))
      }
      for argument in command.arguments { #expect(help.contains("\n  \(argument.name)  ")) }
      for example in command.examples { #expect(help.contains("\n    \(example.line)\n")) }
    }
  }

  @Test func `no line of help is over 100 columns or ends in a space`() {
    let texts = [Help.short(tool.commands), Help.general(tool.commands)]
    for text in texts + tool.commands.map(Help.full) {
      #expect(text.hasSuffix("\n"))
      for line in text.split(separator: "\n") {
        #expect(line.count <= 100)
        #expect(!line.hasSuffix(" "))
      }
    }
  }

  @Test func `all forms of asking for help show the same`() throws {
    let replay = try #require(try shown("help", "replay"))
    #expect(replay.contains("Usage: servesim replay TRACE [options]\n"))
    #expect(try shown("replay", "--help") == replay)
    #expect(try shown("replay", "a.csv", "--json", "-h") == replay)
    #expect(try shown("--help", "replay") == replay)
    #expect(try shown("--help") == shown("help"))
    #expect(try shown("-h") == shown("help"))
  }

  @Test func `general help names every command`() throws {
    let help = try #require(try shown("--help"))
    for command in tool.commands { #expect(help.contains("\n  \(command.name)  ")) }
  }

  @Test func `the schedulers are in the help, and where models and GPUs are listed`() {
    // As it would be without ends of lines.
    let help = Help.full(.replay()).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(help.contains("one of request-level, orca, "))
    #expect(help.contains("(servesim list models)") && help.contains("(servesim list gpus)"))
    #expect(help.contains("(default: llama-3-8b)"))
  }

  @Test func `someone who types nothing is shown two commands to try`() throws {
    let text = try #require(try shown())
    #expect(text.contains("  servesim replay Traces/chat.csv  "))
    #expect(text.contains("  servesim compare Traces/chat.csv  "))
  }

  @Test func `no option of a command is declared twice, and groups are not torn apart`() {
    for command in tool.commands {
      let names = command.options.map(\.name)
      #expect(Set(names).count == names.count)
      let groups = command.options.map(\.group)
      let starts = groups.indices.filter { $0 == 0 || groups[$0 - 1] != groups[$0] }
      #expect(starts.count == Set(groups).count)
    }
  }

  @Test func `the version is shown`() throws {
    #expect(try shown("--version") == "servesim \(version)\n")
  }

  @Test func `a list shows one kind or all`() {
    #expect(Command.listing(catalogue, kind: "models") == "  a-model  small\n  b-model  big\n")
    let all = Command.listing(catalogue, kind: nil)
    for kind in ["schedulers", "models", "gpus", "formats"] { #expect(all.contains("\(kind):\n")) }
  }
}
