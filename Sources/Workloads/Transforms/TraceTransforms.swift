import Formats
import Serving

/// What is taken of a trace and what is changed of it, in the order of the properties.
public struct TraceTransforms: Sendable, Equatable {
  /// The arrivals that are taken, in nanoseconds since the first; the first of them is the new
  /// start.
  public var window: Range<Nanoseconds>?
  /// The requests that are taken, of these.
  public var filter: RequestFilter?
  /// How many of them, from the first.
  public var limit: Int?
  /// How many are drawn of those, each with all that is known of it but its arrival; the arrivals
  /// stay those of the trace, over and over.
  public var sample: Int?
  /// The most tokens of a prompt, of which the rest is cut off, and of an output.
  public var mostPromptTokens: Int?
  public var mostOutputTokens: Int?
  /// How requests are spread that a coarse clock put at one instant.
  public var spread: Spread?

  /// How far requests at one instant are spread, up to the next instant.
  public enum Spread: Sendable, Equatable {
    /// Over the steps of the grid that the trace shows.
    case overGrid
    /// Over so many nanoseconds.
    case over(Nanoseconds)
  }

  public init() {}

  /// `loaded` with these changes, each of which is told with what it did.
  ///
  /// - Parameter seed: the beginning of the random numbers.
  public func applied(to loaded: LoadedTrace, seed: UInt64) throws(InputError) -> LoadedTrace {
    var loaded = loaded
    try cut(&loaded)
    try take(&loaded)
    if let limit { loaded.trace = loaded.trace.prefix(limit) }
    if loaded.trace.count == 0 {
      throw InputError(
        Self.filterSetting.option, problem: "no request is left",
        remedy: "take more of the trace")
    }
    if let sample { loaded.trace = try drawn(sample, loaded.trace, seed) }
    clip(&loaded)
    if let spread { try self.spread(spread, &loaded, seed) }
    return loaded
  }

  private func cut(_ loaded: inout LoadedTrace) throws(InputError) {
    guard let window else { return }
    try Self.check(loaded, Self.windowSetting.option)
    let trace = loaded.trace
    let first = trace.requests[0].arrival
    let rows = trace.requests.indices.filter { window.contains(trace.requests[$0].arrival - first) }
    let taken = trace.rows(at: rows)
    loaded.trace = taken.arriving(at: taken.requests.map { $0.arrival - first - window.lowerBound })
    loaded.notes.append("\(rows.count) of \(trace.count) requests arrive in the window")
  }

  private func take(_ loaded: inout LoadedTrace) throws(InputError) {
    guard let filter else { return }
    let trace = loaded.trace
    if filter.needsSessions && trace.columns.sessions == nil {
      throw InputError(
        Self.filterSetting.option, problem: "the trace tells of no sessions",
        remedy: "compare lengths")
    }
    let rows = trace.requests.indices.filter { filter.takes($0, of: trace) }
    loaded.trace = trace.rows(at: rows)
    loaded.notes.append("\(rows.count) of \(trace.count) requests pass the filter")
  }

  private static func check(_ loaded: LoadedTrace, _ option: String) throws(InputError) {
    guard loaded.hasArrivals else {
      throw InputError(
        option, problem: "the trace has lengths and no arrivals (\(loaded.formatName))",
        remedy: "leave it out")
    }
  }

  private func drawn(_ count: Int, _ trace: Trace, _ seed: UInt64) throws(InputError) -> Trace {
    var rows = RandomStream(seed: seed, named: "resampled requests")
    let drawn = (0..<count).map { _ in rows.integer(below: trace.count) }
    var taken = trace.columns.rows(at: drawn)
    taken.labels = nil
    let (first, last) = (trace.requests[0].arrival, trace.requests[trace.count - 1].arrival)
    let period = last - first + (trace.count > 1 ? (last - first) / (trace.count - 1) : 0)
    let rounds = (count - 1) / trace.count
    if rounds > 0 && period > (EngineRange.time.upperBound - last) / rounds {
      throw InputError(
        Self.sampleSetting.option,
        problem: "the arrivals, over and over, take longer than "
          + "\(Int(EngineRange.time.upperBound.seconds)) s", remedy: "give fewer requests")
    }
    let requests = drawn.enumerated().map { place, row in
      let (round, own) = place.quotientAndRemainder(dividingBy: trace.count)
      return Request(
        arrival: trace.requests[own].arrival + round * period,
        promptTokens: trace.requests[row].promptTokens,
        outputTokens: trace.requests[row].outputTokens)
    }
    return Trace(requests: requests, columns: taken)
  }

  private func clip(_ loaded: inout LoadedTrace) {
    guard mostPromptTokens != nil || mostOutputTokens != nil else { return }
    let trace = loaded.trace
    let (prompt, output) = (mostPromptTokens ?? .max, mostOutputTokens ?? .max)
    var columns = trace.columns
    if let hashes = columns.prefixHashes {
      columns.prefixHashes = PrefixHashes(
        zip(trace.requests, hashes).map { request, hashes in
          let isCut = request.promptTokens > prompt
          return Array(isCut ? hashes.prefix(prompt / columns.prefixBlockTokens) : hashes)
        })
    }
    var (prompts, outputs) = (0, 0)
    let requests = trace.requests.map { request in
      prompts += request.promptTokens > prompt ? 1 : 0
      outputs += request.outputTokens > output ? 1 : 0
      return Request(
        arrival: request.arrival, promptTokens: min(request.promptTokens, prompt),
        outputTokens: min(request.outputTokens, output))
    }
    loaded.trace = Trace(requests: requests, columns: columns)
    loaded.notes.append("\(prompts) prompts and \(outputs) outputs were cut to the limits")
  }

  private func spread(
    _ spread: Spread, _ loaded: inout LoadedTrace, _ seed: UInt64
  ) throws(InputError) {
    let option = Self.spreadSetting.option
    try Self.check(loaded, option)
    let requests = loaded.trace.requests
    let step: Nanoseconds
    switch spread {
    case .over(let given): step = given
    case .overGrid:
      guard let grid = TimeGrid(requests) else {
        throw InputError(
          option, problem: "the times show no coarse grid",
          remedy: "leave it out, or give the step of their clock in seconds")
      }
      step = grid.step
    }
    var offsets = RandomStream(seed: seed, named: "spread arrivals")
    var arrivals: [Nanoseconds] = []
    while arrivals.count < requests.count {
      let start = requests[arrivals.count].arrival
      let rest = requests[arrivals.count...]
      let end = rest.firstIndex { $0.arrival > start } ?? requests.count
      let slot = end < requests.count ? min(step, requests[end].arrival - start) : step
      // In order, so that requests keep theirs.
      arrivals += (arrivals.count..<end).map { _ in
        start + Nanoseconds(offsets.uniform() * Double(slot))
      }.sorted()
    }
    loaded.trace = loaded.trace.arriving(at: arrivals)
    loaded.notes.append(
      "requests at one instant were spread over up to \(step.seconds) s, at random")
  }
}
