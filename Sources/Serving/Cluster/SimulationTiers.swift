/// Serving with tiers below the memory of the GPUs.
extension Simulation {
  /// Sets up what replicas with tiers need, if there are any.
  mutating func useTiers() {
    guard replicas.contains(where: \.hasTiers) else { return }
    precondition(
      ranks == 1 && remotes == nil && deadlines == nil,
      "tiers are of engines that are not in step, hand nothing over and are waited for")
    if transfers == nil { transfers = Transfers() }
    coasts = false
    for index in replicas.indices where replicas[index].hasTiers {
      for (level, tier) in replicas[index].tiers!.rules.tiers.enumerated() where tier.isShared {
        if replicas.count == 1 || sharedTiers.contains(where: { $0.name == tier.name }) { continue }
        sharedTiers.append((tier.name, replicas[index].tiers!.stores[level]))
      }
    }
  }

  /// Lends the tiers that replicas have together to replica `index`, or takes them back.
  mutating func turnTiers(of index: Int) {
    guard replicas[index].hasTiers else { return }
    for level in replicas[index].tiers!.stores.indices {
      guard replicas[index].tiers!.rules.tiers[level].isShared else { continue }
      let name = replicas[index].tiers!.rules.tiers[level].name
      guard let place = sharedTiers.firstIndex(where: { $0.name == name }) else { continue }
      swap(&replicas[index].tiers!.stores[level], &sharedTiers[place].store)
    }
  }

  /// Has replica `index` hear when what it waits for of its tiers is there.
  mutating func beginCopies(of index: Int) {
    for wait in replicas[index].tiers!.waits {
      let holder = Transfers.Holder(replica: index, sequence: wait.sequence)
      transfers!.begin(.init(request: wait.request, receiver: holder, start: now), until: wait.end)
    }
    replicas[index].tiers!.waits.removeAll(keepingCapacity: true)
    let wake = replicas[index].tiers!.wake
    // Who computes looks again when the batch ends.
    if replicas[index].batchEnd == Self.never && wake < replicas[index].tiers!.armed {
      replicas[index].tiers!.armed = wake
      let holder = Transfers.Holder(replica: index, sequence: SequenceID(-1))
      transfers!.begin(.init(request: RequestID(0), receiver: holder, start: now), until: wake)
    }
    calendar.transfer = transfers!.next
  }

  /// Sums up the tiers, once all is served.
  mutating func sumTiers() {
    var uses: [TierUse] = []
    var shared: [String] = []
    for replica in replicas where replica.hasTiers {
      guard let tiers = replica.tiers else { continue }
      for (level, tier) in tiers.rules.tiers.enumerated() {
        var use = tiers.use[level]
        let store = sharedTiers.first { $0.name == tier.name }?.store
        if store == nil || !shared.contains(tier.name) {
          use.bytes = tier.bytes
          use.peakBytes = Double((store ?? tiers.stores[level]).peak) * tiers.unitBytes
        }
        if store != nil { shared.append(tier.name) }
        if let place = uses.firstIndex(where: { $0.name == tier.name }) {
          uses[place].add(use)
        } else {
          uses.append(use)
        }
      }
    }
    timeline.tiers = uses
  }
}
