/// What is written.
extension TierStack {
  /// Copies those of `names`, the units of the sequence in `slot` that are full, to the tiers that
  /// lack them from `start` on. Where too little can make way for what a batch has filled, none of
  /// that is copied, then or later.
  mutating func store(_ names: [UInt64], slot: Int, from start: Nanoseconds) {
    let range = given[slot]..<names.count
    guard !range.isEmpty else { return }
    given[slot] = range.upperBound
    for tier in stores.indices { stores[tier].shield(names) }
    if case .through(let least) = rules.tiers[0].write {
      let missing = names[range].filter {
        stores[0].place(of: $0) == nil && isAskedFor($0, least)
      }
      guard makeRoom(for: missing.count, in: 0, at: start) else {
        use[0].skippedBytes += unitBytes * Double(missing.count)
        return
      }
      for name in missing {
        let end = write(unitBytes, to: 0, at: start)
        stores[0].insert(name, readyAt: end, from: 0)
        writtenAt[slot] = max(writtenAt[slot], end)
      }
    }
    for name in names[range] { pass(down: name) }
    for tier in stores.indices { stores[tier].ask(for: names, at: heard) }
  }

  /// Whether as many requests as `least` have asked for the unit called `name`, of which one wrote
  /// it.
  private func isAskedFor(_ name: UInt64, _ least: Int) -> Bool {
    least <= 1 || requests[name, default: 0] >= least
  }

  /// Copies the unit called `name`, if the first tier has it, to those below that write through and
  /// lack it.
  private mutating func pass(down name: UInt64) {
    guard let place = stores[0].place(of: name) else { return }
    let readyAt = stores[0][place].readyAt
    for tier in stores.indices.dropFirst() {
      guard case .through(let least) = rules.tiers[tier].write,
        stores[tier].place(of: name) == nil, isAskedFor(name, least)
      else { continue }
      put(name, into: tier, at: readyAt)
    }
  }

  /// Copies `names`, which leave the memory of the GPUs at `now`, to the first tier; returns when
  /// they are there.
  mutating func takeOver(_ names: [UInt64], at now: Nanoseconds) -> Nanoseconds {
    guard rules.tiers[0].write == .back else { return now }
    var end = now
    for name in names where stores[0].place(of: name) == nil {
      if let there = put(name, into: 0, at: now) {
        end = max(end, there)
        pass(down: name)
      }
    }
    return end
  }

  /// Copies the unit called `name` to `tier` from `start` on, if room can be made; returns when it
  /// is there.
  @discardableResult
  private mutating func put(
    _ name: UInt64, into tier: Int, at start: Nanoseconds
  ) -> Nanoseconds? {
    guard makeRoom(for: 1, in: tier, at: start) else {
      use[tier].skippedBytes += unitBytes
      return nil
    }
    let end = write(unitBytes, to: tier, at: start)
    stores[tier].insert(name, readyAt: end, from: tier)
    return end
  }

  /// Makes room for `count` units in `tier`; what makes way goes to the tier below, where that is
  /// written back to. False where too little can make way.
  mutating func makeRoom(for count: Int, in tier: Int, at start: Nanoseconds) -> Bool {
    guard let names = stores[tier].makeRoom(for: count, at: heard) else { return false }
    use[tier].evictedBytes += unitBytes * Double(names.count)
    let below = tier + 1
    if below < stores.count && rules.tiers[below].write == .back {
      for name in names where stores[below].place(of: name) == nil {
        put(name, into: below, at: start)
      }
    }
    return true
  }
}
