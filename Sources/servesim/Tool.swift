import Formats
import Foundation
import Reporting
import Serving

/// The whole command line: the commands there are and the words that choose one.
struct Tool: Sendable {
  /// In the order in which help shows them.
  var commands: [Command]

  /// The tool with the commands of this package, which offer what `catalogue` lists.
  init(_ catalogue: Catalogue) {
    let studies: [Command] = [.sweep(), .capacity(), .plan()]
    commands =
      [.replay(), .compare()] + studies + [
        .merge(studies), .slurm(studies), .describe(),
        .cost(), .memory(), .pipeline(), .calibrate(catalogue), .reproduce(),
        .list(catalogue), .conform(), .validate(), .synthesize(), .convert(), .bench(catalogue),
      ]
  }

  /// Does what `words`, the command line without the tool's own name, ask for.
  func run(_ words: () throws -> [String]) -> ExitCode {
    do {
      switch try intent(of: words()) {
      case .show(let text): try show(text)
      case .run(let command, let invocation): try command.run(invocation)
      }
      return .fine
    } catch {
      if let line = errorLine(for: error) {
        var writer = ByteWriter(to: STDERR_FILENO, named: "standard error")
        writer.write(line)
        try? writer.finish()
      }
      return ExitCode(after: error)
    }
  }

  /// What `words` ask for.
  func intent(of words: [String]) throws -> Intent {
    guard let first = words.first else { return .show(Help.short(commands)) }
    switch first {
    case "--version": return .show("servesim \(version)\n")
    case "help", "--help", "-h": return .show(try help(Array(words.dropFirst())))
    default:
      let command = try self.command(named: first)
      let rest = Array(words.dropFirst())
      if Parser.asksForHelp(rest) { return .show(Help.full(command)) }
      return .run(command, try Parser.parse(rest, for: command))
    }
  }

  private func help(_ words: [String]) throws -> String {
    guard let name = words.first(where: { !$0.hasPrefix("-") }) else {
      return Help.general(commands)
    }
    return Help.full(try command(named: name))
  }

  private func command(named name: String) throws -> Command {
    if let command = commands.first(where: { $0.name == name }) { return command }
    if name.hasPrefix("-") {
      throw InputError(
        abridged(name), problem: "an option stands in front of the command",
        remedy: "write servesim COMMAND and then its options (servesim --help)")
    }
    let near = nearest(to: name, among: commands.map(\.name) + ["help"])
    throw InputError(
      quoted(name), problem: "there is no such command",
      remedy: (near.map { "did you mean \($0)?" } ?? "choose one") + " (servesim --help)")
  }
}

/// What a command line asks for.
enum Intent: Sendable {
  case show(String)
  case run(Command, Invocation)
}

/// Prints `text`, of which nothing but its lines moves, hides or colours what is on a terminal.
func show(_ text: String) throws {
  var writer = ByteWriter.standardOutput
  writer.write(Plain.text(text, keepsLines: true))
  try writer.finish()
}

/// The version of the tool and of what it writes.
let version = "0.1.0"
