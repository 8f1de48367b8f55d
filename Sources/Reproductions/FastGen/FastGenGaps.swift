import Metrics
import Serving
import Studies

extension FastGenBench {
  /// The gaps that the benchmark counts (`plot_latency_percentile.py`): of each request all but
  /// the first and the last, and of no request of the first and the last hundred.
  ///
  /// No request may lose its cache, for one that is decoding emits then whenever any does.
  func gaps(clients: Int) throws -> Distribution? {
    let timeline = try replay(clients: clients, observing: .iterations).timeline
    let emissions = timeline.iterations.filter { $0.decodes > 0 }.map(\.end)
    let skipped = 100
    let counted = timeline.records.dropFirst(skipped).dropLast(skipped)
    return Distribution(
      nanoseconds: counted.flatMap { record in
        let times =
          [record.firstToken]
          + emissions.filter { $0 > record.firstToken }
          .prefix(record.emittedTokens - 1)
        precondition(times.last == record.finish, "a request emits whenever any does")
        let gaps = zip(times, times.dropFirst()).map { Double($1 - $0) }
        return Array(gaps.dropFirst().dropLast())
      })
  }
}
