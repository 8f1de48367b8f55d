import Formats
import Serving

/// Which format a linear module is stored in, by the lists and patterns of one quantiser.
struct QuantizationRule {
  /// How a quantiser says which modules it left alone, as vLLM 0.33 reads it.
  enum Exclusions {
    /// The modules of the checkpoint, by their whole names.
    case exact(Set<String>)
    /// Parts of their names.
    case within([String])
    /// ModelOpt's: whole names, parts of names, or patterns as shells have them.
    case shell([String])
    /// Those of compressed-tensors, and the groups that say what is stored how.
    case groups([Group], ignored: [ModulePattern])
    /// GPTQ's: patterns that override, in their order, and parts of the only names that are
    /// quantised, if there are any.
    case overrides([(pattern: ModulePattern, format: WeightFormat?)], only: [String])
    /// ModelOpt's mixed formats: each module of the checkpoint by its whole name, none else.
    case named([String: WeightFormat])
    /// All but routed experts.
    case allButExperts
    /// Routed experts, which are stored in a format of their own.
    case experts(WeightFormat)
  }

  /// Modules of compressed-tensors that are stored alike.
  struct Group {
    var targets: [ModulePattern]
    var format: WeightFormat
  }

  /// What modules are stored in that are not left alone.
  var format: WeightFormat
  var exclusions: Exclusions
  /// What the head is stored in.
  var head = WeightFormat(.bf16)
  /// What keys and values are cached in.
  var cache = NumberFormat.bf16
  var remarks: [String] = []

  private static let plain = WeightFormat(.bf16)

  /// What `module` is stored in; nil where its parts differ, which vLLM refuses.
  func format(of module: LinearModule) -> WeightFormat? {
    switch exclusions {
    case .exact(let names):
      if module.isOfRoutedExperts {
        let isLeft = names.contains { $0.contains("experts") && $0.contains(module.name) }
        return isLeft ? Self.plain : format
      }
      return unless(module.parts.map(names.contains))
    case .within(let texts):
      let names = module.isOfRoutedExperts ? [module.name] : module.parts
      return unless(names.map { name in texts.contains { name.contains($0) } })
    case .shell(let patterns): return shellFormat(of: module, patterns)
    case .experts(let own): return module.isOfRoutedExperts ? own : format
    case .allButExperts: return module.isOfRoutedExperts ? format : Self.plain
    case .named(let formats):
      if let own = formats[module.name] { return own }
      let found = module.parts.map { formats[$0] ?? Self.plain }
      return found.allSatisfy { $0 == found[0] } ? found[0] : nil
    case .groups(let groups, let ignored):
      guard
        let isIgnored = common(module.parts.map { name in ignored.contains { $0.matches(name) } })
      else { return nil }
      return isIgnored ? Self.plain : groupFormat(of: module, groups)
    case .overrides(let rules, let only):
      if let rule = rules.first(where: { $0.pattern.matches(module.name) }) {
        guard let format = rule.format else { return Self.plain }
        return only.isEmpty ? format : nil
      }
      if only.isEmpty || module.isOfRoutedExperts { return format }
      guard
        let isQuantized = common(module.parts.map { name in only.contains { name.contains($0) } })
      else { return nil }
      return isQuantized ? format : Self.plain
    }
  }

  private func shellFormat(of module: LinearModule, _ patterns: [String]) -> WeightFormat? {
    if module.isOfRoutedExperts, patterns.contains(where: { $0.contains(module.name) }) {
      return Self.plain
    }
    let name = module.name
    if patterns.contains(where: { name.contains($0) || ModulePattern.shell($0, matches: name) }) {
      return Self.plain
    }
    return unless(module.parts.map(patterns.contains))
  }

  private func groupFormat(of module: LinearModule, _ groups: [Group]) -> WeightFormat? {
    func found(_ name: String) -> WeightFormat {
      if let group = groups.first(where: { $0.targets.contains { $0.matches(name) } }) {
        return group.format
      }
      let all = groups.first { $0.targets.contains(where: \.isEveryLinear) }
      return all?.format ?? Self.plain
    }
    if !module.isOfRoutedExperts,
      let group = groups.first(where: { $0.targets.contains { $0.matches(module.name) } })
    {
      return group.format
    }
    let formats = module.parts.map(found)
    return formats.allSatisfy { $0 == formats[0] } ? formats[0] : nil
  }

  /// The format of a module whose parts are left alone where `areLeft` says so.
  private func unless(_ areLeft: [Bool]) -> WeightFormat? {
    common(areLeft).map { $0 ? Self.plain : format }
  }

  private func common(_ flags: [Bool]) -> Bool? {
    flags.allSatisfy { $0 == flags[0] } ? flags[0] : nil
  }
}

/// The name of a module, or a pattern of names.
enum ModulePattern {
  case name(String)
  case expression(Regex<AnyRegexOutput>)

  /// `text`, an expression where it begins with `re:`.
  init(_ text: String, of keys: JSONKeys, _ key: String) throws(InputError) {
    guard text.hasPrefix("re:") else {
      self = .name(text)
      return
    }
    try self.init(expression: String(text.dropFirst(3)), of: keys, key)
  }

  init(expression text: String, of keys: JSONKeys, _ key: String) throws(InputError) {
    guard text.utf8.count <= 1000, let expression = try? Regex(text) else {
      throw keys.mistake(
        key, "the pattern \(text.prefix(80)) is not understood",
        "use a regular expression of at most 1,000 characters")
    }
    self = .expression(expression)
  }

  /// Whether it stands for all linear layers, whatever their names.
  var isEveryLinear: Bool {
    if case .name("Linear") = self { return true }
    return false
  }

  /// Whether it is `name`, or an expression that `name` begins with.
  func matches(_ name: String) -> Bool {
    switch self {
    case .name(let own): own == name
    case .expression(let expression): name.prefixMatch(of: expression) != nil
    }
  }

  /// Whether `pattern`, in which a star is any text, is `text`.
  static func shell(_ pattern: String, matches text: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1, let first = parts.first, let last = parts.last else {
      return pattern == text
    }
    guard text.hasPrefix(first), text.count >= first.count + last.count, text.hasSuffix(last)
    else { return false }
    var rest = text.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
