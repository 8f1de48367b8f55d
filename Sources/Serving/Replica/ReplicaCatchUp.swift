/// Running sequences that catch up with their known tokens, decodes and prompts alike.
extension Replica {
  /// Computes what each running sequence lacks, in order, within the token budget; where memory is
  /// short by the engine's gate, a victim loses its cache, until there is enough or it was the
  /// sequence itself. Says whether it walked over the sequences one by one.
  ///
  /// - Parameters:
  ///   - passingEvicted: whether those behind one that lost its own cache go on.
  ///   - holding: whether prompts are passed over.
  @discardableResult
  public mutating func catchUp(passingEvicted: Bool = false, holding: Bool = false) -> Bool {
    let victimsComeLast = rules.order != .priority
    let onlyDecodes = prefilling.isEmpty && canDecodeAll && !cache.slidesByName
    let fences = schedulesAhead && connector != nil
    let areAlike =
      victimsComeLast && (!cache.slides && !fences || canDecodeAll)
      && !cache.slidesByName
    if decodesComeFirst && (areAlike || onlyDecodes) {
      decodeAll()
      if !holding { catchUp(prefilling, passingEvicted, holding) }
      return false
    }
    catchUp(running.all, passingEvicted, holding)
    return true
  }

  /// Whether all that can decode come before all that cannot in `running`, and fit the budget.
  ///
  /// `mutating` only to avoid a copy of `self`.
  private var decodesComeFirst: Bool {
    mutating get {
      guard decoding <= tokensLeftInBudget, !isPipelined else { return false }
      var cursor = running.last
      for _ in prefilling {
        while let id = cursor, sequences[id].phase == .leaving {
          cursor = running.previous(before: id)
        }
        guard let sequence = cursor, !isDecoding(sequence) else { return false }
        cursor = running.previous(before: sequence)
      }
      return true
    }
  }

  private mutating func catchUp(
    _ ids: [SequenceID], _ passingEvicted: Bool, _ holding: Bool
  ) {
    for sequence in ids where isRunning(sequence) {
      if holding && sequences[sequence].phase == .prefilling { continue }
      let wanted = wantedTokens(sequence)
      if wanted == 0 { continue }  // In flight.
      var tokens = min(wanted, tokensLeftInBudget)
      guard tokens > 0 else { return }
      let images = cutToImages(sequence, &tokens)
      if tokens == 0 { continue }
      cache.passOut(sequence, at: context(of: sequence))
      switch makeRoom(for: sequence, computing: tokens) {
      case .made: break
      case .ownIsTaken where passingEvicted: continue
      case .ownIsTaken, .fenced: return
      }
      if isDecoding(sequence) { decode(sequence) } else { compute(sequence, tokens: tokens) }
      encoder?.compute(images, row: sequences[sequence].request.index)
    }
  }

  /// Cuts `tokens` of the prompt of `id` before the first image for which there is no room now, and
  /// returns those of its images that have to be computed for the rest.
  mutating func cutToImages(_ id: SequenceID, _ tokens: inout Int) -> [Int] {
    if encoder == nil || isDecoding(id) { return [] }
    let cut = encoder!.cut(
      row: sequences[id].request.index, at: sequences[id].context, tokens: tokens)
    tokens = cut.tokens
    return cut.images
  }

  private enum Room { case made, ownIsTaken, fenced }

  /// Takes the cache from one victim after another until `sequence` can compute `tokens` tokens, it
  /// has lost its own, or the next victim's may not be taken.
  private mutating func makeRoom(for sequence: SequenceID, computing tokens: Int) -> Room {
    while !gateIsOpen(for: sequence, computing: tokens) {
      guard let victim, connector == nil || !isFenced(victim) else { return .fenced }
      preempt(victim)
      if victim == sequence { return .ownIsTaken }
    }
    return .made
  }
}
