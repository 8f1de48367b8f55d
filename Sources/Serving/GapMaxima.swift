/// The longest of the gaps since any point in the past: a stack that falls from bottom to top.
struct GapMaxima: Sendable {
  private var emissions: [Int] = []
  private var gaps: [Nanoseconds] = []

  /// Adds the gap that ends with `emission`, later than all before.
  @inline(__always)
  mutating func push(_ gap: Nanoseconds, emission: Int) {
    while let last = gaps.last, last <= gap {
      gaps.removeLast()
      emissions.removeLast()
    }
    gaps.append(gap)
    emissions.append(emission)
  }

  /// The longest gap that ends with `emission` or later; zero if there is none.
  func longest(since emission: Int) -> Nanoseconds {
    var low = 0
    var high = emissions.count
    while low < high {
      let middle = (low + high) / 2
      if emissions[middle] < emission { low = middle + 1 } else { high = middle }
    }
    return low < gaps.count ? gaps[low] : 0
  }

  mutating func removeAll() {
    emissions.removeAll(keepingCapacity: true)
    gaps.removeAll(keepingCapacity: true)
  }
}
