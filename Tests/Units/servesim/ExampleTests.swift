import Foundation
import Support
import Testing

@testable import servesim

private let root = Repository.root
private let tool = Tool(.standard)

/// The command lines below `Examples:` in the help of every command, as they are printed.
private let helped = tool.commands.flatMap { command -> [String] in
  Help.full(command).components(separatedBy: "\nExamples:\n").dropFirst().joined()
    .split(separator: "\n").filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
}

/// The README's command lines: those that stand alone, and those inside its sentences.
private func readme() throws -> [String] {
  let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
  let alone = text.replacing("    swift run -c release servesim ", with: "    servesim ")
    .split(separator: "\n").filter { $0.hasPrefix("    servesim ") }.map { String($0.dropFirst(4)) }
  let spans = text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map {
    $0.element.replacing("\n", with: " ")
  }
  return alone + spans.filter { $0.hasPrefix("servesim ") }
}

/// Lays out, where a shell stands, what examples read, less of each: thirty requests of the
/// trace and the smallest log of every folder.
private let repository = """
  root='\(root.path)'; mkdir -p Traces Reports
  head -n 34 "$root/Traces/chat.csv" > Traces/chat.csv
  cp -r "$root/Reports/calibration" Reports
  mkdir -p Tests/Golden && cp -r "$root/Tests/Golden/runs" Tests/Golden
  for folder in "$root"/Tests/Golden/decisions/*; do
    to=Tests/Golden/decisions/${folder##*/}; mkdir -p "$to"
    cp "$(ls -S "$folder"/* | tail -n 1)" "$to"
  done
  """

/// What shards are left of, for the example that merges them.
private let shards = """
  servesim sweep Traces/chat.csv --schedulers vllm --shard 1/1 --shard-folder shards > said
  """

private func check(_ line: String) throws {
  let folder = try TemporaryFolder()
  let before = repository + (line.hasPrefix("servesim merge ") ? "\n\(shards)" : "")
  let run = try Run("cd '\(folder.path)'; \(before)\n\(line)")
  #expect(run.code == 0, "\(line): \(run.errors)")
}

@Suite struct `An example` {
  @Test(arguments: helped) func `of a command's help runs as it is printed`(line: String) throws {
    try check(line)
  }

  @Test func `is shown by every command, on a line of its own`() {
    for command in tool.commands {
      #expect(helped.contains { $0.hasPrefix("servesim \(command.name) ") }, "\(command.name)")
    }
    #expect(helped.count == tool.commands.flatMap(\.examples).count)
  }

  @Test func `of the README runs as it stands there`() throws {
    let lines = try readme()
    #expect(lines.count > 5)
    for line in lines where !helped.contains(line) {
      let words = line.split(separator: " ").dropFirst().map(String.init)
      // A command that is only named, and what takes minutes, are looked up.
      if words.count == 1 || words == ["reproduce", "all"] {
        #expect(tool.commands.contains { $0.name == words[0] }, "\(line)")
      } else {
        try check(line)
      }
    }
  }
}
