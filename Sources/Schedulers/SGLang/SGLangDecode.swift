import Serving

/// Batches of decodes, and who loses its cache for others.
extension SGLang {
  /// Decodes all whose last token is not in flight; where memory is short, some lose their caches.
  mutating func decode(_ replica: inout Replica) {
    let leaves = replica.running.count > replica.prefilling.count + replica.decoding
    if leaves { isFull = false }
    if replica.decoding == 0 { return }
    let page = replica.rules.memory.blockSize
    if replica.canDecodeAll {
      ratio.decay()
    } else {
      replica.makeRoom(tokens: replica.blocksToDecode * page)
      if leaves { return }
      retract(&replica)
      isFull = false
    }
    guard replica.decoding > 0, replica.canDecodeAll else { return }
    replica.makeRoom(tokens: replica.decoding * page)
    replica.decodeAll()
  }

  /// Takes the caches from those who have emitted the least, of equal ones from the longest
  /// prompts, until the rest have room for a token, but at least from one and never from all.
  private mutating func retract(_ replica: inout Replica) {
    var order = replica.running.all.filter { replica.isDecoding($0) }
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    order.sort { a, b in
      let (first, second) = (replica.emittedTokens(of: a), replica.emittedTokens(of: b))
      if first != second { return first > second }
      let (left, right) = (replica.promptTokens(of: a), replica.promptTokens(of: b))
      return left != right ? left < right : places[a]! < places[b]!
    }
    // A prompt that is cut holds memory too; the original fails where one decode is left beside it.
    let least = replica.prefilling.isEmpty ? 1 : 0
    var isFirst = true
    while isFirst || !replica.canDecodeAll, order.count > least, let victim = order.popLast() {
      isFirst = false
      replica.preemptToEnd(victim)
      replica.makeRoom(tokens: 20 * order.count)
    }
    if order.isEmpty { return }
    let emitted = order.reduce(0) { $0 + replica.emittedTokens(of: $1) }
    let requested = order.reduce(0) { $0 + replica.requestedTokens(of: $1) }
    ratio.guess(emitted: emitted, requested: requested, count: order.count)
  }

  /// Takes the caches from running requests that are less urgent than `id` by more than the
  /// threshold, the least urgent and latest first, if that makes room for it.
  mutating func preempt(
    for id: SequenceID, _ budget: inout PrefillBudget, _ replica: inout Replica
  ) -> Bool {
    let priority = Double(replica.priority(of: id))
    let planned = Set(replica.batch.chunks.map(\.sequence))
    let running = replica.running.all.filter { !planned.contains($0) && replica.isRunning($0) }
    let order = running.filter { !replica.isLeaving($0) }.sorted {
      (replica.priority(of: $0), replica.turn(of: $0))
        > (replica.priority(of: $1), replica.turn(of: $1))
    }
    // The engine knows no length of one that it never looked at before.
    let (length, prefix) = seen[replica.request(of: id)] ?? (0, 0)
    let answer = min(replica.requestedTokens(of: id), Self.clip)
    var need = Double(length - prefix + answer) - budget.memory(replica)
    var victims: Set<SequenceID> = []
    for other in order {
      let gap = Double(replica.priority(of: other)) - priority
      guard gap > Double(preemptionThreshold) else { break }
      victims.insert(other)
      need -= charge(for: other, replica)
      if need <= 0 { break }
    }
    if victims.isEmpty || need > 0 { return false }
    var left = running.count
    for other in running where victims.contains(other) {
      budget.refund(charge(for: other, replica))
      left -= 1
      seen[replica.request(of: other)]?.prefix = 0
      replica.preemptToEnd(other)
      replica.makeRoom(tokens: 20 * left)
    }
    return true
  }
}
