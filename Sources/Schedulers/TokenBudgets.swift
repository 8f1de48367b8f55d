import Formats

extension Schedulers {
  /// The scheduler that `specification` names under each of `budgets`, by the engine's own name for
  /// its token budget; as it is for nil, where it has none, and where it names one.
  public static func budgeted(
    _ specification: String, _ budgets: [Int?]
  ) throws(InputError) -> [String] {
    let name = specification.prefix { $0 != ":" }
    guard let budget = try named(String(name)).tokenBudget,
      !specification.contains(":\(budget)="), !specification.contains(",\(budget)=")
    else { return [specification] }
    return budgets.map { tokens in
      tokens.map { "\(specification)\(name == specification ? ":" : ",")\(budget)=\($0)" }
        ?? specification
    }
  }
}
