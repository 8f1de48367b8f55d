import Serving

/// How many requests waited and ran and how full the cache was, from the first arrival to the end
/// of a run, as means over equal stretches of time.
public struct LoadTimeline: Sendable, Equatable {
  /// One stretch.
  public struct Sample: Sendable, Equatable {
    /// Its middle, since the start of the trace.
    public var seconds: Double
    /// Requests waiting and sequences in the batch, of all replicas together.
    public var waiting = 0.0
    public var batch = 0.0
    /// The share of the KV blocks in use, 0 to 1.
    public var cache = 0.0
  }

  /// In order of time.
  public var samples: [Sample]
  /// The length of a stretch.
  public var stretchSeconds: Double

  /// What `timeline`, which keeps its iterations, shows; time without a batch counts as empty.
  ///
  /// - Parameter count: the stretches.
  public init(_ timeline: Timeline, replicas: Int = 1, count: Int = 300) {
    precondition(count > 0 && replicas > 0, "there is something to look at")
    let start = timeline.iterations.first?.start ?? 0
    let end = max(start + 1, timeline.iterations.reduce(start) { max($0, $1.end) })
    let stretch = Double(end - start) / Double(count)
    stretchSeconds = stretch / 1e9
    samples = (0..<count).map {
      Sample(seconds: (Double(start) + (Double($0) + 0.5) * stretch) / 1e9)
    }
    let blocks = Double(max(1, timeline.occupancy.totalBlocks * replicas))
    for iteration in timeline.iterations {
      let (from, until) = (Double(iteration.start - start), Double(iteration.end - start))
      let first = min(count - 1, Int(from / stretch))
      let last = min(count - 1, Int(until / stretch))
      for index in first...last {
        let inside = min(until, Double(index + 1) * stretch) - max(from, Double(index) * stretch)
        let share = max(0, inside) / stretch
        samples[index].waiting += share * Double(iteration.waiting)
        samples[index].batch += share * Double(iteration.decodes + iteration.chunks)
        samples[index].cache += share * Double(iteration.usedBlocks) / blocks
      }
    }
  }
}
