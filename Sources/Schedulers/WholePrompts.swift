import Serving

extension Replica {
  /// Admits waiting requests in order, each with its whole prompt, while the token budget, the cap
  /// on sequences and memory allow it; one that does not fit holds up all behind it.
  mutating func admitWholePrompts() {
    while let head = waiting.first {
      let tokens = tokensLeft(head)
      guard tokens <= tokensLeftInBudget, admit(computing: tokens) else { return }
    }
  }
}
