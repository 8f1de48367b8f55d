import Formats

/// One verb of the tool: what it is called, what it takes, and what it does.
struct Command: Sendable {
  /// The word after `servesim`.
  var name: String
  /// What it is for, as one clause.
  var summary: String
  /// What stands behind the name, in order; those that may be left out come last.
  var arguments: [Argument] = []
  /// In the order in which help shows them, those of one group together.
  var options: [Option] = []
  /// Whole command lines to copy.
  var examples: [Example] = []
  /// Does the work; throws `InputError` for a user's mistake.
  var run: @Sendable (Invocation) throws -> Void
}

/// A value that is told by its place and not by a name.
struct Argument: Sendable {
  /// The placeholder that stands for it in help, in capitals.
  var name: String
  /// What it is, as a clause.
  var help: String
  /// Whether the command needs it.
  var isRequired = true
  /// Whether more of the same may follow; the last argument alone may.
  var isRepeated = false
  /// What is done with the file that it names, if it names one.
  var file = FileUse.none
}

/// A value or a flag that is told by its name.
struct Option: Sendable {
  /// With its dashes, such as `--max-num-seqs`.
  var name: String
  /// What stands for the value in help, in capitals; nil for a flag.
  var placeholder: String?
  /// What holds when the option is left out, in words; nil where nothing does.
  var standard: String?
  /// What it sets, as a clause.
  var help: String
  /// The heading that help shows it under.
  var group: String
  /// What is done with the file that the value names, if it names one.
  var file = FileUse.none
  /// Other names for it, with their dashes.
  var aliases: [String] = []

  /// Whether `word` is one of its names.
  func isCalled(_ word: String) -> Bool { name == word || aliases.contains(word) }
}

extension Option {
  /// What sets `setting`.
  init<Root>(_ setting: Setting<Root>) {
    self.init(
      name: setting.option, placeholder: setting.takes.placeholder, standard: setting.standard,
      help: setting.help, group: setting.group,
      file: setting.takes == .name ? .readsUnlessNamed : .none,
      aliases: setting.aliases.map { "--\($0)" })
  }
}

/// A command line that works, and what it shows.
struct Example: Sendable {
  /// The command line from `servesim` on.
  var line: String
  /// What a reader learns from it, as a clause.
  var purpose: String
}
