import Formats

/// What the user gave to a command, checked against the command's description.
struct Invocation: Sendable {
  let command: Command
  private let arguments: [String]
  /// By the option's own name, whatever alias stands in the source.
  private let values: [String: GivenValue]
  private let flags: Set<String>
  /// The words behind the command's name, as they were typed.
  let words: [String]
  /// The shards whose results are merged; nil where the work is to be done.
  var shards: Shards?

  init(
    of command: Command, arguments: [String], values: [String: GivenValue], flags: Set<String>,
    words: [String] = []
  ) {
    self.words = words
    self.command = command
    self.arguments = arguments
    self.values = values
    self.flags = flags
  }

  /// What was given for the option `name`, or nil where it was left out.
  subscript(name: String) -> GivenValue? {
    precondition(declares(name, flag: false), "a command reads the options that it declares")
    return values[name]
  }

  /// What was given for the setting `name`; nil where it was left out, or the command lacks it.
  func value(of name: String) -> GivenValue? {
    let option = "--\(name)"
    return flags.contains(option) ? GivenValue(source: option, text: "true") : values[option]
  }

  /// The same with other values: that of each name, or none where it is nil.
  func with(_ changes: [String: String?]) -> Invocation {
    var values = values
    for (name, value) in changes {
      values[name] = value.map { GivenValue(source: name, text: $0) }
    }
    return Invocation(of: command, arguments: arguments, values: values, flags: flags)
  }

  /// Whether the flag `name` was given.
  func has(_ name: String) -> Bool {
    precondition(declares(name, flag: true), "a command reads the flags that it declares")
    return flags.contains(name)
  }

  /// The command line, to be pasted into a shell.
  var commandLine: String {
    (["servesim", command.name] + words.map(shellQuoted)).joined(separator: " ")
  }

  /// What was given for the argument `name`, which the command needs.
  func argument(_ name: String) -> GivenValue {
    guard let value = argumentIfGiven(name) else {
      preconditionFailure("only a required argument is always there")
    }
    return value
  }

  /// What was given for the argument `name`, which may be repeated, in order.
  func arguments(_ name: String) -> [GivenValue] {
    guard let place = command.arguments.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("a command reads the arguments that it declares")
    }
    return arguments.dropFirst(place).map { GivenValue(source: name, text: $0) }
  }

  /// What was given for the argument `name`, or nil where it was left out.
  func argumentIfGiven(_ name: String) -> GivenValue? {
    guard let place = command.arguments.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("a command reads the arguments that it declares")
    }
    return place < arguments.count ? GivenValue(source: name, text: arguments[place]) : nil
  }

  private func declares(_ name: String, flag: Bool) -> Bool {
    command.options.contains { $0.name == name && ($0.placeholder == nil) == flag }
  }
}

/// `word` as a shell takes it for one word.
func shellQuoted(_ word: String) -> String {
  let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=+@%"
  if !word.isEmpty && word.allSatisfy(plain.contains) { return word }
  if word.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
    return "$'" + word.unicodeScalars.map(escaped).joined() + "'"
  }
  return "'" + word.replacing("'", with: "'\\''") + "'"
}

/// `scalar` as it stands between `$'` and `'` in a shell.
private func escaped(_ scalar: Unicode.Scalar) -> String {
  switch scalar {
  case "'", "\\": return "\\" + String(scalar)
  case _ where scalar.properties.generalCategory == .control:
    return String(scalar).utf8.map { byte in
      let digits = String(byte, radix: 8)
      return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }.joined()
  default: return String(scalar)
  }
}
