@testable import Serving

/// What the obvious engine copies from tiers and to them.
extension ReferenceTiers {
  private func units(of id: Int, _ blocks: Int) -> [UInt64] {
    (0..<blocks / tiering.unitBlocks).map { states[id].names[($0 + 1) * tiering.unitBlocks - 1] }
  }

  private mutating func copy(
    _ bytes: Double, of tier: Int, reading: Bool, from start: Nanoseconds
  ) -> Nanoseconds {
    let link = reading ? tiers[tier].tier.reads : tiers[tier].tier.writes
    let free = reading ? links[tier].reads : links[tier].writes
    let end =
      (link.sharing == .none ? start : max(free, start))
      + Nanoseconds(seconds: bytes / link.bandwidth)
    if reading {
      links[tier].reads = end
      use[tier].readBytes += bytes
    } else {
      links[tier].writes = end
      use[tier].writtenBytes += bytes
    }
    return end + link.latency
  }

  /// Units behind the first `local` tokens that can be loaded; nil where some are waited for.
  mutating func find(_ id: Int, behind local: Int) -> Int? {
    let names = units(of: id, states[id].target / blockTokens)
    for tier in tiers.indices { tiers[tier].ask(for: names, at: heard) }
    if !states[id].hasAsked { for name in names { asked[name, default: 0] += 1 } }
    states[id].hasAsked = true
    let missing = names.dropFirst(local / unitTokens)
    var times: [Nanoseconds] = []
    for name in missing {
      guard let time = time(of: name, missing.count) else { break }
      times.append(time)
    }
    if let last = times.filter({ $0 > heard }).max(), waits(id, until: last, missing.count) {
      return nil
    }
    let ready = times.prefix { $0 <= heard }.count
    return ready * unitTokens >= tiering.leastLoadTokens ? ready : 0
  }

  private mutating func time(of name: UInt64, _ missing: Int) -> Nanoseconds? {
    if let unit = tiers[0][name] {
      return tiering.loads == .asynchronous ? max(unit.readyAt, unit.readUntil) : unit.readyAt
    }
    guard missing * unitTokens >= tiering.leastPrefetchTokens,
      let tier = tiers.indices.first(where: { $0 > 0 && tiers[$0][name] != nil })
    else { return nil }
    if tiers[tier][name]!.readyAt > heard { return tiers[tier][name]!.readyAt }
    guard makeRoom(1, in: 0, from: now) else { return nil }
    let end = copy(unitBytes, of: tier, reading: true, from: now)
    // Room may have been made by a copy to where it was.
    if var unit = tiers[tier][name] {
      unit.readUntil = max(unit.readUntil, end)
      tiers[tier][name] = unit
    }
    tiers[0][name] = .init(name: name, readyAt: end, origin: tier)
    return end
  }

  private mutating func waits(_ id: Int, until time: Nanoseconds, _ missing: Int) -> Bool {
    if states[id].deadline == nil {
      switch tiering.prefetch {
      case .bestEffort: return false
      case .waitComplete: states[id].deadline = time
      case .timeout(let base, let more):
        let extra = (Double(more) * Double(missing * unitTokens) / 1024).rounded()
        states[id].deadline = now + base + Int(extra)
      }
    }
    let deadline = states[id].deadline!
    if deadline <= heard { return false }
    wake = min(wake ?? .max, time, deadline)
    return true
  }

  mutating func load(_ id: Int, _ range: Range<Int>) -> Nanoseconds {
    let end = copy(unitBytes * Double(range.count), of: 0, reading: true, from: now)
    let names = units(of: id, states[id].target / blockTokens)
    for name in names[range] {
      guard var unit = tiers[0][name] else { continue }
      unit.readUntil = max(unit.readUntil, end)
      let end = range.upperBound * unitTokens
      let isLast = name == names[range.upperBound - 1] && end == states[id].target
      use[unit.origin].hitTokens += unitTokens - (isLast ? 1 : 0)
      unit.origin = 0
      tiers[0][name] = unit
    }
    states[id].given = range.upperBound
    return end
  }

  /// How much longer a batch is for copies.
  mutating func copies(beside seconds: Double, from start: Nanoseconds) -> Double {
    defer { (blockedUntil, readUntil) = (0, 0) }
    let reading = Double(max(0, readUntil - start)) / 1e9
    let blocked = Double(max(0, blockedUntil - start)) / 1e9
    if reading == 0 { return blocked }
    switch tiering.loads {
    case .asynchronous: return blocked
    case .blocking: return blocked + reading
    case .byLayer(let layers):
      let (read, computed) = (reading / Double(layers), seconds / Double(layers))
      return blocked + (max(seconds + read, reading + computed) - seconds)
    }
  }

  mutating func store(_ id: Int, from start: Nanoseconds) {
    let full =
      tiering.keepsAnswers
      ? states[id].full : min(states[id].full, states[id].prompt / blockTokens)
    let names = units(of: id, full)
    guard names.count > states[id].given else { return }
    for tier in tiers.indices { tiers[tier].guarded = names }
    let new = names[states[id].given...]
    states[id].given = names.count
    if case .through(let least) = tiers[0].tier.write {
      let missing = new.filter { tiers[0][$0] == nil && isAsked($0, least) }
      guard makeRoom(missing.count, in: 0, from: start) else {
        use[0].skippedBytes += unitBytes * Double(missing.count)
        return
      }
      for name in missing {
        let end = copy(unitBytes, of: 0, reading: false, from: start)
        tiers[0][name] = .init(name: name, readyAt: end, origin: 0)
        states[id].writtenAt = max(states[id].writtenAt, end)
      }
    }
    for name in new { passDown(name) }
    for tier in tiers.indices { tiers[tier].ask(for: names, at: heard) }
  }

  /// Copies what left the memory of the GPUs, which the batch that takes its place waits for.
  mutating func writeBack(from start: Nanoseconds) {
    defer { dropped = [] }
    guard tiers[0].tier.write == .back else { return }
    for name in dropped where tiers[0][name] == nil {
      guard let end = put(name, in: 0, from: start) else { continue }
      blockedUntil = max(blockedUntil, end)
      passDown(name)
    }
  }

  private func isAsked(_ name: UInt64, _ least: Int) -> Bool {
    least < 2 || asked[name] ?? 0 >= least
  }

  private mutating func passDown(_ name: UInt64) {
    guard let above = tiers[0][name] else { return }
    for tier in tiers.indices.dropFirst() {
      guard case .through(let least) = tiers[tier].tier.write, tiers[tier][name] == nil,
        isAsked(name, least)
      else { continue }
      _ = put(name, in: tier, from: above.readyAt)
    }
  }

  private mutating func put(
    _ name: UInt64, in tier: Int, from start: Nanoseconds
  ) -> Nanoseconds? {
    guard makeRoom(1, in: tier, from: start) else {
      use[tier].skippedBytes += unitBytes
      return nil
    }
    let end = copy(unitBytes, of: tier, reading: false, from: start)
    tiers[tier][name] = .init(name: name, readyAt: end, origin: tier)
    return end
  }

  private mutating func makeRoom(_ count: Int, in tier: Int, from start: Nanoseconds) -> Bool {
    guard let gone = tiers[tier].makeRoom(for: count, at: heard) else { return false }
    use[tier].evictedBytes += unitBytes * Double(gone.count)
    if tier + 1 < tiers.count && tiers[tier + 1].tier.write == .back {
      for name in gone where tiers[tier + 1][name] == nil {
        _ = put(name, in: tier + 1, from: start)
      }
    }
    return true
  }
}
