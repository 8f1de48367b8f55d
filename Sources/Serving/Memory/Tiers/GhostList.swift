/// The names of what was dropped last, the first to have been dropped first.
struct GhostList: Sendable {
  private var stamps: [UInt64: Int] = [:]
  private var order: [(name: UInt64, stamp: Int)] = []
  private var first = 0
  private var clock = 0

  /// How many there are.
  var count: Int { stamps.count }

  func contains(_ name: UInt64) -> Bool { stamps[name] != nil }

  /// Puts `name` last.
  mutating func append(_ name: UInt64) {
    clock += 1
    stamps[name] = clock
    order.append((name, clock))
    if order.count > 2 * stamps.count + 64 {
      order = order[first...].filter { stamps[$0.name] == $0.stamp }
      first = 0
    }
  }

  mutating func remove(_ name: UInt64) { stamps[name] = nil }

  /// Forgets the first until no more than `most` are left.
  mutating func trim(to most: Int) {
    while stamps.count > most {
      let (name, stamp) = order[first]
      first += 1
      if stamps[name] == stamp { stamps[name] = nil }
    }
  }
}
