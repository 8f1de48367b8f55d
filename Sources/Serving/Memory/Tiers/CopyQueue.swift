/// Copies that follow on each other over one link.
struct CopyQueue: Sendable {
  /// When the last of them is over.
  private var free: Nanoseconds = 0

  /// Adds a copy of `bytes` over `link`, which begins at `start` or when those before are over;
  /// returns when all of it is there.
  mutating func add(_ bytes: Double, over link: Link, from start: Nanoseconds) -> Nanoseconds {
    let last = EngineRange.clock.upperBound
    let begin = link.sharing == .none ? start : max(free, start)
    let seconds = bytes / link.bandwidth
    // What ends after the clock does never ends.
    guard begin <= last, seconds <= last.seconds else {
      free = last + 1
      return last + 1
    }
    free = begin + Nanoseconds(seconds: seconds)
    return min(free, last) + link.latency
  }
}
