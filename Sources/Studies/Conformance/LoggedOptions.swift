import Formats
import Schedulers
import Serving

/// What headers of decision logs say of options.
extension JSONKeys {
  /// The keys that are options of our scheduler, with their values.
  func options(
    of log: EngineLog
  ) throws(InputError) -> [(name: String, value: String)] {
    var options: [(name: String, value: String)] = []
    for key in log.optionKeys {
      guard let value = value(key) else { continue }
      let text: String
      switch value {
      case .string(let word): text = word
      case .null: continue
      default: text = value.line()
      }
      options.append((key.replacing("_", with: "-"), text))
    }
    return options
  }

  /// What the encoder may compute and keep.
  func encoder() throws(InputError) -> EngineRules.Encoder? {
    let counts = 0...EngineRange.tokens.upperBound
    let budget = try optionalCount("encoder_compute_budget", in: counts, "tokens of images")
    guard let budget else { return nil }
    return EngineRules.Encoder(
      budgetTokens: budget,
      cacheTokens: try count("encoder_cache_size", in: counts, "tokens of images"),
      keepsWhole: try flag("disable_chunked_mm_input") ?? false)
  }

  /// The weights of `users`, as our scheduler takes them.
  func weights() throws(InputError) -> [(name: String, value: String)] {
    let users = try texts("users") ?? []
    guard let weights = try list("fair_weights", "a weight for each of the users") else {
      return []
    }
    if weights.count != users.count {
      throw mistake(
        "fair_weights", "there are \(weights.count) for \(users.count) users", "give one for each")
    }
    let pairs = zip(users, weights).map { "\($0):\($1.line())" }
    return [("fair-weights", pairs.joined(separator: "/"))]
  }
}
