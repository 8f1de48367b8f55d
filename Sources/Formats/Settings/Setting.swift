/// What a user gives for a setting.
public enum SettingValues: Sendable, Equatable {
  /// A whole number.
  case count(ClosedRange<Int>)
  /// A number, and what stands for it in help, in capitals; the lower bound may be excluded.
  case number(ClosedRange<Double>, String)
  /// One of some words, and what stands for them in help.
  case words([String], String = "NAME")
  /// Nothing but the setting's own name.
  case flag
  /// The name of something built in, or the path of a file that describes it.
  case name
  /// A text of its own kind, and what stands for it in help.
  case text(String)

  /// What stands for the value in help; nil for a flag.
  public var placeholder: String? {
    switch self {
    case .count: "N"
    case .number(_, let placeholder), .words(_, let placeholder), .text(let placeholder):
      placeholder
    case .flag: nil
    case .name: "NAME"
    }
  }
}

/// One thing of a `Root` that a user can set: an option of the command line, an axis of a sweep, an
/// option behind a scheduler's name, a line of a report, and a choice of random tests.
public struct Setting<Root>: Sendable {
  /// What sets the `Root` as the user has it.
  public typealias Change = @Sendable (inout Root, GivenValue) throws(InputError) -> Void

  /// Its name, without dashes in front.
  public let name: String
  /// Other names that a command line has for it, without dashes.
  public private(set) var aliases: [String] = []
  /// The heading that help shows it under.
  public private(set) var group = ""
  /// What it takes.
  public let takes: SettingValues
  /// What holds where it is left out, in words; nil where nothing does.
  public let standard: String?
  /// What it is, as a clause.
  public let help: String
  /// What reports call it.
  public let printed: String
  /// What a report says of it; nil where it goes without saying.
  public let shown: @Sendable (Root) -> String?
  /// Sets it.
  public let set: Change

  /// - Parameters:
  ///   - printed: what reports call it, if not its name with underscores.
  ///   - shown: what a report says of it; nothing unless it is given.
  public init(
    _ name: String, _ takes: SettingValues, standard: String? = nil, _ help: String,
    printed: String? = nil, shown: @escaping @Sendable (Root) -> String? = { _ in nil },
    set: @escaping Change
  ) {
    self.name = name
    self.takes = takes
    self.standard = standard
    self.help = help
    self.printed = printed ?? name.replacing("-", with: "_")
    self.shown = shown
    self.set = set
  }

  /// What it is called on the command line.
  public var option: String { "--\(name)" }
  /// The words that it may be; empty where it is none.
  public var words: [String] { if case .words(let words, _) = takes { words } else { [] } }

  /// The same setting, which a command line knows as `alias` too.
  public func known(as alias: String) -> Setting {
    var setting = self
    setting.aliases.append(alias)
    return setting
  }

  /// The same setting with `prefix` before its name.
  public func named(after prefix: String) -> Setting {
    var setting = Setting(
      prefix + name, takes, standard: standard, help, printed: printed, shown: shown, set: set)
    setting.group = group
    return setting
  }

  /// The same setting under the heading `group`.
  public func under(_ group: String) -> Setting {
    var setting = self
    setting.group = group
    return setting
  }

  /// The same setting of a part of `Whole`.
  public func on<Whole>(_ part: WritableKeyPath<Whole, Root> & Sendable) -> Setting<Whole> {
    var setting = Setting<Whole>(
      name, takes, standard: standard, help, printed: printed,
      shown: { [shown] in shown($0[keyPath: part]) },
      set: { [set] (whole, given) throws(InputError) in try set(&whole[keyPath: part], given) })
    (setting.aliases, setting.group) = (aliases, group)
    return setting
  }
}

extension Setting {
  /// A whole number in `range`.
  public static func count(
    _ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, in range: ClosedRange<Int>,
    standard: String? = nil, _ help: String
  ) -> Setting {
    Setting(
      name, .count(range), standard: standard, help, shown: { String($0[keyPath: path]) },
      set: { (root, given) throws(InputError) in root[keyPath: path] = try given.int(in: range) })
  }

  /// A whole number in `range`, or nothing where it is left to others; reports call it `printed`.
  public static func count(
    _ name: String, _ path: WritableKeyPath<Root, Int?> & Sendable, in range: ClosedRange<Int>,
    standard: String? = nil, _ help: String, printed: String? = nil, none: String? = nil
  ) -> Setting {
    Setting(
      name, .count(range), standard: standard, help, printed: printed,
      shown: { $0[keyPath: path].map(String.init) ?? none },
      set: { (root, given) throws(InputError) in root[keyPath: path] = try given.int(in: range) })
  }

  /// Yes or no, as `true` and `false`.
  public static func truth(
    _ name: String, _ path: WritableKeyPath<Root, Bool> & Sendable, _ help: String
  ) -> Setting {
    choice(
      name, help, ["false": { $0[keyPath: path] = false }, "true": { $0[keyPath: path] = true }])
  }

  /// One of some words, each of which does something to the root; the first is the default.
  public static func choice(
    _ name: String, standard: String? = nil, _ help: String,
    _ choices: KeyValuePairs<String, @Sendable (inout Root) -> Void>
  ) -> Setting {
    let words = choices.map(\.key)
    return Setting(name, .words(words), standard: standard, help) {
      (root, given) throws(InputError) in
      let word = try given.choice(of: words)
      choices.first { $0.key == word }?.value(&root)
    }
  }
}

extension Sequence {
  /// The same settings under the heading `group`.
  public func under<Root>(_ group: String) -> [Setting<Root>] where Element == Setting<Root> {
    map { setting in setting.under(group) }
  }

  /// Sets in `root` what `given` has of these settings, by name.
  public func set<Root>(
    in root: inout Root, from given: (String) -> GivenValue?
  ) throws(InputError) where Element == Setting<Root> {
    for setting in self {
      if let value = given(setting.name) { try setting.set(&root, value) }
    }
  }
}
