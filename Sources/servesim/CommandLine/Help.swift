/// The texts that tell how to use the tool, made from the descriptions of its commands.
enum Help {
  /// What is shown to someone who typed nothing: what it is for, and what to try first.
  static func short(_ commands: [Command]) -> String {
    let first = commands.prefix(2).compactMap(\.examples.first)
    return "servesim: how would an LLM serve this traffic under that scheduler?\n\nTry first:\n"
      + Layout.rows(first.map { ($0.line, $0.purpose) })
      + "\nservesim --help shows all commands.\n"
  }

  /// What `servesim --help` shows.
  static func general(_ commands: [Command]) -> String {
    let globals = [
      ("help COMMAND", "show what a command takes, as servesim COMMAND --help does"),
      ("--version", "show the version"),
    ]
    return "Usage: servesim COMMAND [arguments] [options]\n\nCommands:\n"
      + Layout.rows(commands.map { ($0.name, $0.summary) } + globals)
      + examples(commands.compactMap(\.examples.first))
  }

  /// What `servesim help` shows of one command.
  static func full(_ command: Command) -> String {
    let arguments = command.arguments.map { argument in
      (argument.isRequired ? argument.name : "[\(argument.name)]")
        + (argument.isRepeated ? "…" : "")
    }
    let usage =
      ["servesim", command.name] + arguments + (command.options.isEmpty ? [] : ["[options]"])
    return Layout.wrapped(command.summary, indent: 0)
      + "\nUsage: \(usage.joined(separator: " "))\n"
      + section("Arguments", command.arguments.map { ($0.name, $0.help) })
      + groups(command.options).map { section($0, of: command) }.joined()
      + examples(command.examples)
  }

  private static func section(_ group: String, of command: Command) -> String {
    section(group, command.options.filter { $0.group == group }.map { (head($0), text($0)) })
  }

  private static func head(_ option: Option) -> String {
    [option.name, option.placeholder].compactMap { $0 }.joined(separator: " ")
  }

  private static func text(_ option: Option) -> String {
    option.help + option.aliases.map { "; also \($0)" }.joined()
      + (option.standard.map { " (default: \($0))" } ?? "")
  }

  /// The groups in the order in which they first appear.
  private static func groups(_ options: [Option]) -> [String] {
    options.reduce(into: []) { groups, option in
      if !groups.contains(option.group) { groups.append(option.group) }
    }
  }

  private static func examples(_ examples: [Example]) -> String {
    if examples.isEmpty { return "" }
    let lines = examples.map {
      Layout.wrapped($0.purpose, indent: 2) + "    \($0.line)\n"
    }
    return "\nExamples:\n" + lines.joined()
  }

  private static func section(_ title: String, _ pairs: [(String, String)]) -> String {
    pairs.isEmpty ? "" : "\n\(title):\n" + Layout.rows(pairs)
  }
}
