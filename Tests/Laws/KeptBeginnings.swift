/// The radix cache where no two requests begin alike: of each request, the stretches of its pages
/// that are kept, when each was touched last, and how many pages it has locked.
struct KeptBeginnings {
  struct Stretch {
    var end: Int
    var touched: Int
  }

  private var stretches: [Int: [Stretch]] = [:]
  private(set) var locked: [Int: Int] = [:]
  private var clock = 0

  private mutating func tick() -> Int {
    clock += 1000
    return clock
  }

  /// Cuts the stretch of `id` that goes on behind `page`, if one does.
  private mutating func cut(_ id: Int, at page: Int) {
    guard let place = stretches[id]?.firstIndex(where: { $0.end > page }),
      page > (place == 0 ? 0 : stretches[id]![place - 1].end)
    else { return }
    let upper = Stretch(end: page, touched: tick())
    stretches[id]![place].touched = tick()
    stretches[id]!.insert(upper, at: place)
  }

  mutating func match(_ id: Int, pages: Int) -> Int {
    cut(id, at: pages)
    let count = (stretches[id] ?? []).prefix { $0.end <= pages }.count
    let now = tick()
    for place in 0..<count { stretches[id]![place].touched = now - (count - 1 - place) }
    return count == 0 ? 0 : stretches[id]![count - 1].end
  }

  /// Enters the first `pages` pages, cut behind the prompt's.
  mutating func enter(_ id: Int, pages: Int, prompt: Int) {
    if pages == 0 { return }
    insert(id, pages)
    if prompt > 0 && prompt < pages { insert(id, prompt) }
  }

  private mutating func insert(_ id: Int, _ pages: Int) {
    _ = tick()
    for place in (stretches[id] ?? []).indices
    where (place == 0 ? 0 : stretches[id]![place - 1].end) < pages {
      stretches[id]![place].touched = tick()
    }
    cut(id, at: pages)
    if (stretches[id]?.last?.end ?? 0) < pages {
      stretches[id, default: []].append(Stretch(end: pages, touched: tick()))
    }
  }

  mutating func lock(_ id: Int, pages: Int) { locked[id] = pages }

  /// Pages that can be dropped.
  var evictable: Int {
    stretches.reduce(0) { $0 + ($1.value.last?.end ?? 0) - (locked[$1.key] ?? 0) }
  }

  /// Drops the last stretch that was touched the longest ago of those that nobody has locked.
  mutating func drop() -> Bool {
    let leaves = stretches.compactMap { id, all in
      all.last.flatMap { $0.end > (locked[id] ?? 0) ? (id: id, touched: $0.touched) : nil }
    }
    guard let first = leaves.min(by: { $0.touched < $1.touched }) else { return false }
    stretches[first.id]!.removeLast()
    if stretches[first.id]!.isEmpty { stretches[first.id] = nil }
    return true
  }
}
