import Formats
import Serving

/// Several answers to each prompt of a trace, as `n` of vLLM's requests asks for.
///
/// vLLM 0.33 (`ParentRequest`) makes of such a request `n` that are alike, which are scheduled by
/// themselves and share the blocks of the prompt by prefix caching; so does this. Each answer is as
/// long as the trace's. What waited for the request waits for all of its answers, and goes on from
/// the first.
public struct Samples: Sendable {
  /// Answers to each prompt.
  public let count: Int

  /// - Parameter count: at least 1.
  public init(_ count: Int) {
    precondition(count > 0, "a prompt has an answer")
    self.count = count
  }

  /// `loaded` with so many answers; all of a prompt are one session where it is in none.
  public func applied(to loaded: LoadedTrace) throws(InputError) -> LoadedTrace {
    if count == 1 { return loaded }
    let trace = loaded.trace
    guard trace.count <= EngineRange.requests.upperBound / count else {
      throw InputError(
        "--samples", problem: "\(trace.count) requests of \(count) samples are too many",
        remedy: "\(EngineRange.requests.upperBound) samples together, at most")
    }
    var columns = trace.columns.rows(at: trace.requests.indices.flatMap(copies))
    columns.labels = trace.requests.indices.flatMap { row in
      (0..<count).map { "\(trace.label(of: RequestID(row)))#\($0)" }
    }
    columns.sessions = trace.requests.indices.flatMap { row in
      let name = trace.columns.sessions?[row] ?? ""
      return copies(of: name.isEmpty ? "#\(trace.label(of: RequestID(row)))" : name)
    }
    columns.prefixHashes = hashes(of: trace)
    if trace.columns.prefixHashes == nil { columns.prefixBlockTokens = TurnContexts.blockTokens }
    columns.waits = waits(of: trace)
    columns.samples = count
    var sampled = loaded
    sampled.trace = Trace(requests: trace.requests.flatMap(copies), columns: columns)
    return sampled
  }

  private func copies<Value>(of value: Value) -> [Value] { Array(repeating: value, count: count) }

  /// Each sample waits for all samples of what its prompt waits for.
  private func waits(of trace: Trace) -> Waits {
    let own = trace.columns.waits
    var waits = Waits()
    waits.areRecorded = own?.areRecorded ?? true
    for row in trace.requests.indices {
      let earlier = (own?[row] ?? []).flatMap { earlier in
        (0..<count).map { Int(earlier) * count + $0 }
      }
      for _ in 0..<count { waits.append(after: earlier, delay: own?.delay(of: row) ?? 0) }
    }
    return waits
  }

  /// The hashes of each prompt for all of its samples, of which the first may name its answer.
  private func hashes(of trace: Trace) -> PrefixHashes {
    var names = BlockNames()
    var hashes = PrefixHashes([])
    let size = trace.columns.prefixBlockTokens
    for row in trace.requests.indices {
      let tokens = trace.requests[row].promptTokens
      let list: [UInt64]
      if let known = trace.columns.prefixHashes {
        list = Array(known[row])
      } else {
        list = (0..<tokens / TurnContexts.blockTokens).map { _ in names.new() }
      }
      hashes.append(list)
      for _ in 1..<count { hashes.append(Array(list.prefix((tokens + size - 1) / size))) }
    }
    return hashes
  }
}
