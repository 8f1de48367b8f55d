import Formats
import Serving

/// One thing of an engine that its user can set.
public struct EngineOption: Sendable {
  /// The name, as the users of the original system know it.
  public let name: String
  /// What it is, as a clause.
  public let help: String
  let kind: Kind

  enum Kind: Sendable {
    /// A whole number in a range.
    case number(WritableKeyPath<EngineRules, Int> & Sendable, ClosedRange<Int>)
    /// A token budget, or `auto` for the best of some.
    case budget([Int])
    /// One of some words, each of which changes the rules; the first is the default.
    case choice([(word: String, apply: @Sendable (inout EngineRules) -> Void)])
  }

  init(
    _ name: String, _ rule: WritableKeyPath<EngineRules, Int> & Sendable, _ help: String,
    least: Int = 1, most: Int = EngineRange.tokens.upperBound
  ) {
    self.name = name
    self.help = help
    kind = .number(rule, least...most)
  }

  init(
    _ name: String, _ rule: WritableKeyPath<EngineRules, Bool> & Sendable, _ help: String
  ) {
    self.init(
      name, help,
      choices: [("false", { $0[keyPath: rule] = false }), ("true", { $0[keyPath: rule] = true })])
  }

  init(
    _ name: String, _ help: String,
    choices: [(word: String, apply: @Sendable (inout EngineRules) -> Void)]
  ) {
    self.name = name
    self.help = help
    kind = .choice(choices)
  }

  /// A token budget called `name`, for which `auto` stands for the best of `budgets`.
  init(budget name: String, bestOf budgets: [Int], _ help: String) {
    let list = budgets.map(String.init).joined(separator: ", ")
    self.name = name
    self.help = help + "; auto for the best of \(list) for the load"
    kind = .budget(budgets)
  }

  /// The words that it may be; empty where it is a number.
  public var words: [String] {
    if case .choice(let choices) = kind { choices.map(\.word) } else { [] }
  }

  /// Whether it is a word that may change the defaults of the numbers.
  var isChoice: Bool { if case .choice = kind { true } else { false } }

  /// Sets what `text` says in `rules`; `source` is what the user wrote.
  func set(_ text: String, in rules: inout EngineRules, source: String) throws(InputError) {
    switch kind {
    case .number(let rule, let range):
      rules[keyPath: rule] = try number(text, in: range, or: "", source: source)
    case .budget(let budgets) where text == "auto":
      rules.tokenBudgets = budgets
      rules.maxNumBatchedTokens = budgets.max()
    case .budget:
      rules.maxNumBatchedTokens = try number(
        text, in: EngineRange.tokens, or: ", or auto", source: source)
    case .choice(let choices):
      guard let choice = choices.first(where: { $0.word == text }) else {
        throw InputError(
          source, problem: "\(name) is \"\(text)\"",
          remedy: "give one of \(choices.map(\.word).joined(separator: ", "))")
      }
      choice.apply(&rules)
    }
  }

  private func number(
    _ text: String, in range: ClosedRange<Int>, or other: String, source: String
  ) throws(InputError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw InputError(
        source, problem: "\(name) is \"\(text)\"",
        remedy: "give a whole number from \(range.lowerBound) to \(range.upperBound)\(other)")
    }
    return value
  }
}

extension EngineOption {
  /// vLLM's `--scheduling-policy`.
  static func schedulingPolicy(_ priority: EngineRules.Order) -> EngineOption {
    EngineOption(
      "scheduling-policy", "who goes first: who came first, or who has the smaller priority",
      choices: [("fcfs", { $0.order = .arrival }), ("priority", { $0.order = priority })])
  }
}
