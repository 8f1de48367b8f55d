/// The leaves of a tree that can be dropped, the one first that was touched the longest ago.
///
/// A heap; an entry that no longer tells how its leaf is now is passed over when it comes up.
struct LeafQueue: Sendable {
  struct Entry: Sendable {
    let touched: Int
    let node: Int32
  }

  private var heap: [Entry] = []

  var count: Int { heap.count }

  mutating func insert(_ entry: Entry) {
    heap.append(entry)
    var place = heap.count - 1
    while place > 0, heap[(place - 1) / 2].touched > heap[place].touched {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes out the one that was touched the longest ago.
  mutating func popFirst() -> Entry? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if heap.isEmpty { return first }
    heap[0] = last
    sink(0)
    return first
  }

  /// Drops the entries for which `holds` does not.
  mutating func keep(_ holds: (Entry) -> Bool) {
    heap.removeAll { !holds($0) }
    for place in (0..<heap.count / 2).reversed() { sink(place) }
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && heap[child].touched < heap[least].touched {
        least = child
      }
      if least == place { return }
      heap.swapAt(place, least)
      place = least
    }
  }
}
