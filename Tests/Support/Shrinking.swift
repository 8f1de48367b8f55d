import Serving

/// What fails, made smaller: the first of the smaller ones that fails too takes its place, as long
/// as there is one.
public func shrunk<Example>(
  _ example: Example, to smaller: (Example) -> [Example], while fails: (Example) throws -> Bool
) rethrows -> Example {
  var example = example
  while let next = try smaller(example).first(where: fails) { example = next }
  return example
}

extension Trace {
  /// The trace without one of its halves, of its quarters and so on, down to one request; then with
  /// a request half as long, and with less said of them.
  public var smaller: [Trace] {
    var smaller: [Trace] = []
    var size = count / 2
    while size > 0 {
      for start in stride(from: 0, to: count, by: size) {
        smaller.append(rows(at: (0..<count).filter { !(start..<start + size).contains($0) }))
      }
      size /= 2
    }
    for (row, request) in requests.enumerated() {
      let (prompt, output) = (request.promptTokens, request.outputTokens)
      if prompt > 1 { smaller.append(with(arrival: request.arrival, prompt / 2, output, at: row)) }
      if output > 1 { smaller.append(with(arrival: request.arrival, prompt, output / 2, at: row)) }
      if request.arrival > 0 { smaller.append(with(arrival: 0, prompt, output, at: row)) }
    }
    if columns.prefixHashes != nil {
      smaller.append(Trace(requests: requests, columns: Columns(priorities: columns.priorities)))
    }
    if columns.priorities != nil {
      var columns = columns
      columns.priorities = nil
      smaller.append(Trace(requests: requests, columns: columns))
    }
    return smaller
  }

  private func with(arrival: Nanoseconds, _ prompt: Int, _ output: Int, at row: Int) -> Trace {
    var requests = requests
    requests[row] = Request(arrival: arrival, promptTokens: prompt, outputTokens: output)
    return Trace(requests: requests, columns: columns)
  }

  /// The trace as it is written in Swift.
  public var literal: String {
    let rows = requests.map { "(\($0.arrival), \($0.promptTokens), \($0.outputTokens))" }
    return """
      Trace(requests: [\(rows.joined(separator: ", "))].map { Request(arrival: $0, \
      promptTokens: $1, outputTokens: $2) }, columns: Columns(\
      prefixHashes: \(columns.prefixHashes.map { "\($0)" } ?? "nil"), \
      prefixBlockTokens: \(columns.prefixBlockTokens), \
      priorities: \(columns.priorities.map { "\($0)" } ?? "nil")))
      """
  }
}

/// The stored properties in which `value` differs from `standard`, as they are set in Swift.
public func changes<Value>(of value: Value, from standard: Value, in name: String) -> String {
  zip(Mirror(reflecting: value).children, Mirror(reflecting: standard).children)
    .filter { "\($0.0.value)" != "\($0.1.value)" }
    .map { now, before in
      let path = "\(name).\(now.label ?? "")"
      return Mirror(reflecting: now.value).displayStyle == .struct
        ? changes(of: now.value, from: before.value, in: path) : "\(path) = \(now.value)"
    }
    .sorted().joined(separator: "; ")
}
