/// How waiting requests are admitted, always from the head of the queue: one that does not fit
/// holds up all behind it.
extension Replica {
  /// Admits the head of the queue and computes `tokens` of its prompt, if the cap on sequences and
  /// the memory that its admission takes allow it; says whether they did.
  @inline(__always)
  public mutating func admit(computing tokens: Int) -> Bool {
    guard let id = waiting.first, running.count < rules.maxNumSeqs else { return false }
    let need =
      switch rules.reservation {
      case .maxModelLen: rules.blocks(for: rules.maxModelLen)
      case .prompt: rules.blocks(for: sequences[id.index].target)
      case .chunk: rules.blocks(for: tokens)
      }
    guard cache.freeBlocks - need >= rules.watermarkBlocks else { return false }
    waiting.remove(id)
    running.append(id)
    prefilling.append(id)
    sequences[id.index].phase = .prefilling
    cache.take(need)
    sequences[id.index].blocks = need
    compute(id, tokens: tokens)
    return true
  }

  /// Admits waiting requests, each with its whole prompt, while the token budget, the cap on
  /// sequences and memory allow it.
  public mutating func admitWholePrompts() {
    while let head = waiting.first {
      let tokens = tokensLeft(head)
      guard tokens <= tokensLeftInBudget, admit(computing: tokens) else { return }
    }
  }

  /// Admits waiting requests, each with as much of its prompt as the token budget has left, while
  /// budget, the cap on sequences and memory allow it.
  public mutating func admitChunks() {
    while let head = waiting.first {
      let tokens = min(tokensLeft(head), tokensLeftInBudget)
      guard tokens > 0, admit(computing: tokens) else { return }
    }
  }
}
