import Formats
import Schedulers
import Serving

/// Reads the words behind a command's name by the command's own description.
///
/// `--name value` and `--name=value` are the same; `--` ends the options. A value that starts with
/// two dashes is only taken behind `=`, so that a forgotten value is noticed.
struct Parser {
  private let command: Command
  private var rest: ArraySlice<String>
  private var arguments: [String] = []
  private var values: [String: GivenValue] = [:]
  private var flags: Set<String> = []

  private init(_ command: Command, _ words: [String]) {
    self.command = command
    rest = words[...]
  }

  /// What `words` give to `command`.
  static func parse(_ words: [String], for command: Command) throws -> Invocation {
    var parser = Parser(command, words)
    try parser.readAll()
    try parser.checkArguments()
    return Invocation(
      of: command, arguments: parser.arguments, values: parser.values, flags: parser.flags,
      words: words)
  }

  /// Whether `words` ask for help, wherever in front of `--` they do.
  static func asksForHelp(_ words: [String]) -> Bool {
    words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
  }

  private mutating func readAll() throws {
    while let word = rest.popFirst() {
      if word == "--" {
        for word in rest { try take(argument: word) }
        return
      }
      if word.hasPrefix("-") && word != "-" {
        try read(option: word)
      } else {
        try take(argument: word)
      }
    }
  }

  private mutating func read(option word: String) throws {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = command.options.first(where: { $0.isCalled(name) }) else {
      let attached = parts.count == 2 ? String(parts[1]) : nil
      throw schedulers(option: name, attached) ?? unknown(option: name)
    }
    if values[option.name] != nil || flags.contains(name) {
      throw mistake(name, "the option is given twice", "give it once")
    }
    let attached = parts.count == 2 ? String(parts[1]) : nil
    guard let placeholder = option.placeholder else {
      if attached != nil { throw mistake(name, "the option takes no value", "write \(name) alone") }
      flags.insert(name)
      return
    }
    if let value = attached ?? nextValue() {
      values[option.name] = GivenValue(source: name, text: value)
      _ = try values[option.name]?.string()
    } else {
      throw mistake(name, "the option lacks its value", "write \(name) \(placeholder)")
    }
  }

  private mutating func nextValue() -> String? {
    if let next = rest.first, !next.hasPrefix("--") { rest.popFirst() } else { nil }
  }

  private mutating func take(argument word: String) throws {
    let isRepeated = command.arguments.last?.isRepeated ?? false
    if arguments.count >= command.arguments.count && !isRepeated {
      let names = command.arguments.map(\.name)
      let taken = names.isEmpty ? "no arguments" : "only " + names.joined(separator: " ")
      throw mistake(quoted(word), "is one argument too many", "the command takes \(taken)")
    }
    let name = command.arguments[min(arguments.count, command.arguments.count - 1)].name
    if word.isEmpty { throw mistake(name, "the argument is empty", "give \(name)") }
    arguments.append(word)
  }

  private func checkArguments() throws {
    guard let missing = command.arguments.dropFirst(arguments.count).first(where: \.isRequired)
    else { return }
    throw mistake(
      missing.name, "the argument is missing", "write servesim \(command.name) \(missing.name)")
  }

  /// The mistake of giving an option of a scheduler as one of the command, as engines take it; nil
  /// where it is none.
  private func schedulers(option name: String, _ attached: String?) -> InputError? {
    let places = ["--scheduler", "--schedulers"]
    guard
      let place = places.first(where: { place in command.options.contains { $0.name == place } })
    else { return nil }
    let isDenied = name.hasPrefix("--no-")
    let word = String(name.dropFirst(isDenied ? 5 : 2))
    let own = Schedulers.aliases.flatMap { alias in
      Schedulers.all.filter { $0.name == alias.means }.map { (alias.name, $0) }
    }
    for (scheduler, entry) in own + Schedulers.entries.map({ ($0.name, $0) }) {
      guard let option = entry.options.first(where: { $0.name == word }) else { continue }
      let isFlag = option.words.contains("true")
      let value = isDenied ? "false" : attached ?? (isFlag ? "true" : given(option.words))
      return mistake(
        name, "it is an option of the scheduler",
        "write \(place) \(scheduler):\(word)=\(abridged(value))")
    }
    return nil
  }

  /// The value that follows, if it can be one of `words` or a number.
  private func given(_ words: [String]) -> String {
    if let next = rest.first, words.contains(next) || words.isEmpty && Int(next) != nil {
      return next
    }
    return words.isEmpty ? "N" : words.joined(separator: "|")
  }

  private func unknown(option name: String) -> InputError {
    let near = nearest(to: name, among: command.options.map(\.name) + ["--help"])
    let question = near.map { "did you mean \($0)?" } ?? "check the name"
    return mistake(abridged(name), "there is no such option", question)
  }

  private func mistake(_ source: String, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, problem: problem, remedy: "\(remedy) (servesim help \(command.name))")
  }
}
