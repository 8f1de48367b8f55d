/// The longest of the gaps since any point in the past: a stack that falls from bottom to top.
struct GapMaxima: Sendable {
  private var entries: [(emission: Int, gap: Nanoseconds)] = []

  /// Adds the gap that ends with `emission`, later than all before.
  @inline(__always)
  mutating func push(_ gap: Nanoseconds, emission: Int) {
    while let last = entries.last, last.gap <= gap { entries.removeLast() }
    entries.append((emission, gap))
  }

  /// The longest gap that ends with `emission` or later; zero if there is none.
  func longest(since emission: Int) -> Nanoseconds {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].emission < emission { low = middle + 1 } else { high = middle }
    }
    return low < entries.count ? entries[low].gap : 0
  }

  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
  }
}
