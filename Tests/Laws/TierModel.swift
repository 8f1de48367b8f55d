@testable import Serving

/// One tier as one would write it down: its units in arrays, the first to make way first.
struct TierModel {
  struct Unit {
    let name: UInt64
    var readyAt: Nanoseconds
    var readUntil = 0
    var origin: Int
  }

  let tier: Tier
  let room: Int
  /// Asked for once, and again.
  var once: [Unit] = []
  var again: [Unit] = []
  private var droppedOnce: [UInt64] = []
  private var droppedAgain: [UInt64] = []
  private var target = 0.0
  var guarded: [UInt64] = []

  init(_ tier: Tier, room: Int) {
    self.tier = tier
    self.room = room
  }

  var names: [UInt64] { (once + again).map(\.name) }

  subscript(name: UInt64) -> Unit? {
    get { (once + again).first { $0.name == name } }
    set {
      if let place = once.firstIndex(where: { $0.name == name }) {
        once[place] = newValue!
      } else if let place = again.firstIndex(where: { $0.name == name }) {
        again[place] = newValue!
      } else {
        once.append(newValue!)
        guarded.append(name)
        droppedOnce.removeAll { $0 == name }
        droppedAgain.removeAll { $0 == name }
      }
    }
  }

  mutating func ask(for names: [UInt64], at now: Nanoseconds) {
    guarded = names
    for name in names.reversed() {
      guard let unit = self[name] else {
        if tier.eviction == .arc { adapt(to: name) }
        continue
      }
      if tier.eviction == .fifo { continue }
      let wasFrequent = again.contains { $0.name == name }
      once.removeAll { $0.name == name }
      again.removeAll { $0.name == name }
      if tier.eviction != .lru && (wasFrequent || unit.readyAt <= now) {
        again.append(unit)
      } else {
        once.append(unit)
      }
    }
  }

  private mutating func adapt(to name: UInt64) {
    let (first, second) = (Double(droppedOnce.count), Double(droppedAgain.count))
    if droppedOnce.contains(name) {
      target = min(target + max(1, second / first), Double(room))
      droppedOnce = droppedOnce.filter { $0 != name } + [name]
    } else if droppedAgain.contains(name) {
      target = max(target - max(1, first / second), 0)
      droppedAgain = droppedAgain.filter { $0 != name } + [name]
    }
  }

  /// The names of those that made way, or nil.
  mutating func makeRoom(for count: Int, at now: Nanoseconds) -> [UInt64]? {
    func mayGo(_ unit: Unit) -> Bool {
      unit.readyAt <= now && unit.readUntil <= now && !guarded.contains(unit.name)
    }
    var (first, second) = (once.filter(mayGo), again.filter(mayGo))
    var left = once.count
    var gone: [UInt64] = []
    while names.count - gone.count + count > room {
      if !first.isEmpty && (tier.eviction != .arc || left >= Int(target)) {
        gone.append(first.removeFirst().name)
        left -= 1
      } else if !second.isEmpty {
        gone.append(second.removeFirst().name)
      } else {
        return nil
      }
    }
    for name in gone {
      if tier.eviction == .arc {
        if once.contains(where: { $0.name == name }) {
          droppedOnce.append(name)
        } else {
          droppedAgain.append(name)
        }
        droppedOnce = droppedOnce.suffix(room)
        droppedAgain = droppedAgain.suffix(room)
      }
      once.removeAll { $0.name == name }
      again.removeAll { $0.name == name }
    }
    return gone
  }
}
