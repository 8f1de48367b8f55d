import Formats
import Serving

/// What the users of an engine can set of it, under the names that they know.
extension Setting where Root == Engine {
  /// A whole number of the rules.
  static func number(
    _ name: String, _ rule: WritableKeyPath<Engine, Int> & Sendable, _ help: String,
    least: Int = 1, most: Int = EngineRange.tokens.upperBound
  ) -> Setting {
    .count(name, rule, in: least...most, help)
  }

  /// A token budget called `name`, for which `auto` stands for the best of `budgets`, where there
  /// are some.
  ///
  /// - Parameter uncut: what is given where prompts are never cut, if they may not be.
  static func tokenBudget(_ name: String, bestOf budgets: [Int], uncut: Int? = nil) -> Setting {
    let help = "tokens computed in one iteration"
    if let uncut {
      return Setting(
        name, .count(uncut...EngineRange.tokens.upperBound),
        "tokens of prompts computed in one iteration; \(uncut) for whole prompts"
      ) { (engine, given) throws(InputError) in
        let isUncut = given.text == "\(uncut)"
        engine.rules.prompts.areChunked = !isUncut
        engine.rules.limits.maxNumBatchedTokens =
          isUncut ? nil : try given.int(in: EngineRange.tokens, or: "\(uncut)")
      }
    }
    if budgets.isEmpty { return .number(name, \.rules.tokenBudget, help) }
    let list = budgets.map(String.init).joined(separator: ", ")
    return Setting(
      name, .count(EngineRange.tokens), help + "; auto for the best of \(list) for the load"
    ) { (engine, given) throws(InputError) in
      if given.text == "auto" {
        engine.tokenBudgets = budgets
        engine.rules.limits.maxNumBatchedTokens = budgets.max()
      } else {
        engine.rules.limits.maxNumBatchedTokens = try given.int(in: EngineRange.tokens, or: "auto")
      }
    }
  }

  /// A time in seconds, above 0 and up to an hour.
  static func time(
    _ name: String, _ path: WritableKeyPath<Engine, Nanoseconds> & Sendable, _ help: String
  ) -> Setting {
    Setting(name, .number(0...3600, "SECONDS"), help) { (engine, given) throws(InputError) in
      let seconds = try given.double(min: 0, max: 3600, exclusive: true)
      engine[keyPath: path] = max(1, Nanoseconds(seconds: seconds))
    }
  }

  /// Room for caches in the host's memory.
  static var swapBlocks: Setting {
    .number(
      "swap-blocks", \.rules.memory.swapBlocks,
      "blocks of host memory for the caches of preempted sequences; 0 to compute anew", least: 0)
  }

  /// vLLM's `--scheduling-policy`.
  static func schedulingPolicy(_ priority: EngineRules.Order) -> Setting {
    .choice(
      "scheduling-policy", "who goes first: who came first, or who has the smaller priority",
      ["fcfs": { $0.rules.order = .arrival }, "priority": { $0.rules.order = priority }])
  }
}
