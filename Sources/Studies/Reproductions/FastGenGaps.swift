import Serving

extension FastGenBench {
  /// Times between tokens, in seconds.
  struct Gaps {
    /// From the shortest to the longest.
    private let sorted: [Double]

    init(_ seconds: [Double]) { sorted = seconds.sorted() }

    /// The `share`th percentile, between two samples by a straight line.
    func percentile(_ share: Double) -> Double {
      let rank = share / 100 * Double(sorted.count - 1)
      let below = Int(rank)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (rank - Double(below)) * (sorted[above] - sorted[below])
    }
  }

  /// The gaps that the benchmark counts (`plot_latency_percentile.py`): of each request all but
  /// the first and the last, and of no request of the first and the last hundred.
  ///
  /// No request may lose its cache, for one that is decoding emits then whenever any does.
  func gaps(clients: Int) throws -> Gaps {
    let timeline = try replay(clients: clients, recordsIterations: true).timeline
    let emissions = timeline.iterations.filter { $0.decodes > 0 }.map(\.end)
    let skipped = 100
    let counted = timeline.records.dropFirst(skipped).dropLast(skipped)
    return Gaps(
      counted.flatMap { record in
        let times =
          [record.firstToken]
          + emissions.filter { $0 > record.firstToken }
          .prefix(record.emittedTokens - 1)
        precondition(times.last == record.finish, "a request emits whenever any does")
        let gaps = zip(times, times.dropFirst()).map { ($1 - $0).seconds }
        return Array(gaps.dropFirst().dropLast())
      })
  }
}
