/// How waiting requests are admitted: from the head of the queue, where one that does not fit holds
/// up all behind it.
extension Replica {
  /// Admits `id`, which waits, and computes `tokens` of its prompt, if the cap on sequences and the
  /// memory that its admission takes allow it; says whether they did.
  @inline(__always)
  public mutating func admit(_ id: SequenceID, computing tokens: Int) -> Bool {
    guard let held = tokensToHold(id, computing: tokens) else { return false }
    waiting.remove(id)
    running.append(id)
    prefilling.append(id)
    sequences[id].phase = .prefilling
    cache.grow(id, sequences[id], at: computedTokens(of: id), to: held)
    cachedTokens += sequences[id].context
    admissions += 1
    if sequences[id].context > 0 { cacheHits += 1 }
    if hasTiers { loadFetched(for: id) }
    compute(id, tokens: tokens)
    return true
  }

  /// Whether the cap on sequences and memory would let `id`, which waits, in to compute `tokens` of
  /// its prompt.
  public mutating func hasRoom(for id: SequenceID, computing tokens: Int) -> Bool {
    tokensToHold(id, computing: tokens) != nil
  }

  /// Tokens that `id` has blocks for once it is admitted, or nil if the cap on sequences or memory
  /// forbids it.
  @inline(__always)
  mutating func tokensToHold(_ id: SequenceID, computing tokens: Int) -> Int? {
    guard running.count + pastEnd.count < rules.limits.mostRunning else { return nil }
    let held =
      switch rules.memory.reservation {
      case .maxModelLen, .ownLength, .powerOfTwo:
        rules.reservedTokens(
          prompt: sequences[id].promptTokens, answer: sequences[id].answerTokens)
      case .prompt: sequences[id].target
      case .chunk: sequences[id].context + tokens
      }
    let need = cache.lacking(id, at: computedTokens(of: id), to: held)
    guard cache.freeBlocks - need >= blocksToSpare else { return nil }
    switch rules.memory.admission {
    case .whatItTakes: return held
    case .wholePrompt:
      let most = min(rules.tokenLimit, rules.limits.maxModelLen) * (schedulesAhead ? 2 : 1)
      let whole = cache.lacking(id, toWhole: sequences[id].target, most: most)
      let spare = rules.memory.watermarkSparesFirst ? blocksToSpare : 0
      return whole + spare > cache.freeBlocks ? nil : held
    case .predictedPeak: return hasRoomAtPeak() ? held : nil
    }
  }

  /// Blocks that an admission leaves free now.
  @inline(__always)
  var blocksToSpare: Int {
    rules.memory.watermarkSparesFirst && running.isEmpty ? 0 : rules.memory.watermarkBlocks
  }

  /// Admits waiting requests, each with its whole prompt, while the token budget, the cap on
  /// sequences and memory allow it.
  public mutating func admitWholePrompts() {
    while let head = waiting.first {
      let tokens = tokensLeft(head)
      guard tokens <= tokensLeftInBudget, admit(head, computing: tokens) else { return }
    }
  }

  /// Admits waiting requests, each with as much of its prompt as the token budget has left, while
  /// budget, the cap on sequences and memory allow it. Where prompts stay whole, one that is too
  /// long for the budget ends it. One for whose LoRA adapter there is no room is passed over. Says
  /// whether anyone waits who was not passed over.
  ///
  /// - Parameters:
  ///   - passingPreempted: whether those who lost their cache in this plan, who head the queue, are
  ///     passed over; they are not back in the queue yet then.
  ///   - passingLong: whether a prompt that stays whole and is too long for the budget is.
  ///   - resuming: whether those who lost a half-computed prompt in this plan compute as much as
  ///     they lacked then.
  ///   - holding: whether one that lacks more than a token ends it.
  @discardableResult
  public mutating func admitChunks(
    passingPreempted: Bool = false, passingLong: Bool = false, resuming: Bool = false,
    holding: Bool = false
  ) -> Bool {
    var adapters = rules.limits.maxLoras == nil ? nil : runningAdapters
    var cursor = waiting.first
    while passingPreempted, let id = cursor, wasJustPreempted(id) {
      cursor = waiting.next(after: id)
    }
    while let id = cursor, tokensLeftInBudget > 0, running.count < rules.limits.mostRunning {
      let next = waiting.next(after: id)
      if adapters != nil && !takeAdapter(of: id, &adapters!) {
        cursor = next
        continue
      }
      if cache.sharesPrefixes { sequences[id].context = cache.find(id, sequences[id]) }
      defer { if cache.sharesPrefixes && !isRunning(id) { forgetPrefix(of: id) } }
      if hasTiers, let goesOn = fetch(id) {
        guard goesOn else { return true }
        cursor = next
        continue
      }
      if isToBeRead(id) {
        guard beginLoad(of: id) else { return true }
        cursor = next
        continue
      }
      let resumes = resuming && wasJustPreempted(id)
      let wanted = resumes ? sequences[id].tokensLeftAtPreemption : wantedTokens(id)
      if holding && tokensLeft(id) > 1 { return true }
      if !rules.prompts.areChunked && wanted > tokensLeftInBudget {
        guard passingLong else { return true }
      } else {
        var tokens = min(wanted, tokensLeftInBudget(after: sequences[id].target - wanted))
        guard tokens > 0 else { return true }
        let images = cutToImages(id, &tokens)
        if tokens > 0 {
          guard admit(id, computing: tokens) else {
            encoder?.letGo(row: sequences[id].request.index)
            return true
          }
          encoder?.compute(images, row: sequences[id].request.index)
        }
      }
      cursor = next
    }
    return cursor != nil
  }

  /// Computes chunks of the prompts of running sequences, in order, as far as the budget goes.
  public mutating func computeChunks() {
    for sequence in prefilling {
      let tokens = min(tokensLeft(sequence), tokensLeftInBudget(after: sequences[sequence].context))
      if tokens > 0 { compute(sequence, tokens: tokens) }
    }
  }

  /// Tokens that `sequence` would have computed in one iteration if it were up to it alone: what it
  /// has left, cut to the engine's threshold for long prompts.
  @inline(__always)
  public func wantedTokens(_ sequence: SequenceID) -> Int {
    cutToThreshold(tokensLeft(sequence))
  }

  /// What of the `left` tokens of a sequence one iteration computes at most.
  @inline(__always)
  func cutToThreshold(_ left: Int) -> Int {
    let threshold = rules.prompts.longPrefillTokenThreshold
    guard threshold > 0, left > threshold else { return left }
    let count = running.count + waiting.count + loads
    if count == 1 && !rules.prompts.thresholdHoldsAlone { return left }
    if !rules.prompts.thresholdAdapts { return threshold }
    return min(left, max(threshold, rules.tokenLimit / count))
  }

  /// Tokens that the batch can still take, if the next of them are of a prompt of which `processed`
  /// are computed.
  @inline(__always)
  private func tokensLeftInBudget(after processed: Int) -> Int {
    if rules.prompts.chunkSchedule.stages == 0 { return tokensLeftInBudget }
    let chunk = rules.prompts.chunkSchedule.chunk(after: processed)
    return min(tokensLeftInBudget, chunk - batch.chunkTokens - plannedDecodes)
  }

  /// Whether this plan took the cache from `sequence`.
  @inline(__always)
  public func wasJustPreempted(_ sequence: SequenceID) -> Bool {
    sequences[sequence].preemptedIn == planNumber
  }
}

/// LoRA adapters, of which only so many are used at once.
extension Replica {
  /// The adapters of those that run.
  var runningAdapters: Set<Int> {
    Set(running.all.lazy.map(adapter).filter { $0 > 0 })
  }

  /// Whether `id`, which waits, may be served beside those with `adapters`; adds its own to them.
  ///
  /// One that is then held up by something else ends an admission, so that its own does not matter.
  func takeAdapter(of id: SequenceID, _ adapters: inout Set<Int>) -> Bool {
    let own = adapter(of: id)
    guard own > 0, !adapters.contains(own) else { return true }
    guard let most = rules.limits.maxLoras, adapters.count < most else { return false }
    adapters.insert(own)
    return true
  }
}
