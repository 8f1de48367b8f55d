import Serving

/// A run as Chrome's trace-event JSON, which ui.perfetto.dev and chrome://tracing show.
///
/// Each replica is a process: its iterations are slices on the thread "iterations", with what they
/// compute as arguments; its queue, its batch and its cache are counters, written where they
/// change. The process "requests" has an asynchronous slice for every request from its arrival to
/// its last token, and in it one after the other what it did: queued, prefilling, decoding, lost
/// its cache. Times are in microseconds with three decimals, exact to the nanosecond. The timeline
/// keeps its iterations and its spans.
public enum PerfettoTrace {
  /// The processes; replica `n` is that after `requests` and `n` others.
  static let requests = 1

  /// Writes the JSON to `sink`, piece by piece.
  public static func write(
    _ trace: Trace, _ timeline: Timeline, to sink: ([UInt8]) throws -> Void
  ) rethrows {
    var writer = EventWriter()
    writer.begin()
    writer.name("process_name", process: requests, thread: 0, "requests")
    let replicas = (timeline.iterations.map(\.replica).max() ?? 0) + 1
    for replica in 0..<replicas {
      writer.name("process_name", process: process(replica), thread: 0, "replica \(replica)")
      writer.name("thread_name", process: process(replica), thread: 1, "iterations")
    }
    var lanes = Array(repeating: Lanes(), count: replicas)
    var shown = Array(repeating: Array(repeating: -1, count: counters.count), count: replicas)
    for iteration in timeline.iterations {
      add(iteration, thread: lanes[iteration.replica].lane(of: iteration), to: &writer)
      count(iteration, &shown[iteration.replica], to: &writer)
      try writer.flushIfFull(sink)
    }
    // A slice that begins with the one around it stands behind it, and ends before it.
    let completed = trace.requests.indices.filter { timeline.records[$0].isCompleted }
    for row in completed {
      begin(trace, timeline.records[row], RequestID(row), to: &writer)
      try writer.flushIfFull(sink)
    }
    for span in timeline.spans {
      add(span, to: &writer)
      try writer.flushIfFull(sink)
    }
    for row in completed {
      let id = RequestID(row)
      open("e", "request \(trace.label(of: id))", id, at: timeline.records[row].finish, &writer)
      writer.close()
      try writer.flushIfFull(sink)
    }
    writer.end()
    try writer.flush(sink)
  }

  private static func process(_ replica: Int) -> Int { requests + 1 + replica }

  private static func add(
    _ iteration: IterationRecord, thread: Int, to writer: inout EventWriter
  ) {
    let process = process(iteration.replica)
    let kind =
      iteration.chunks == 0 ? "decode" : iteration.decodes == 0 ? "prefill" : "prefill and decode"
    writer.open("X", kind, at: iteration.start, process: process, thread: thread)
    writer.field("dur", time: iteration.end - iteration.start)
    writer.arguments([
      ("decodes", iteration.decodes), ("decode_context", iteration.decodeContext),
      ("prompts", iteration.chunks), ("prompt_tokens", iteration.chunkTokens),
      ("preempted", iteration.preempted),
    ])
    writer.close()
  }

  private static let counters: [(name: String, value: @Sendable (IterationRecord) -> Int)] = [
    ("requests waiting", { $0.waiting }), ("sequences running", { $0.running }),
    ("sequences in the batch", { $0.decodes + $0.chunks }), ("KV blocks in use", { $0.usedBlocks }),
  ]

  /// Writes the counters that differ from what is `shown`.
  private static func count(
    _ iteration: IterationRecord, _ shown: inout [Int], to writer: inout EventWriter
  ) {
    for (index, counter) in counters.enumerated() {
      let value = counter.value(iteration)
      if value == shown[index] { continue }
      shown[index] = value
      writer.open(
        "C", counter.name, at: iteration.start, process: process(iteration.replica), thread: 0)
      writer.arguments([("value", value)])
      writer.close()
    }
  }

  private static func add(_ span: PhaseSpan, to writer: inout EventWriter) {
    let name = name(of: span.phase)
    open("b", name, span.request, at: span.start, &writer)
    writer.arguments([("replica", span.replica)])
    writer.close()
    open("e", name, span.request, at: span.end, &writer)
    writer.close()
  }

  private static func begin(
    _ trace: Trace, _ record: RequestRecord, _ id: RequestID, to writer: inout EventWriter
  ) {
    let request = trace.requests[id.index]
    open("b", "request \(trace.label(of: id))", id, at: request.arrival, &writer)
    writer.arguments([
      ("prompt_tokens", request.promptTokens), ("emitted_tokens", record.emittedTokens),
      ("preemptions", record.preemptions),
    ])
    writer.close()
  }

  /// The beginning or the end of an asynchronous slice of the request `id`.
  private static func open(
    _ type: String, _ name: String, _ id: RequestID, at time: Nanoseconds,
    _ writer: inout EventWriter
  ) {
    writer.open(type, name, at: time, process: requests, thread: 0)
    writer.field("cat", text: "request")
    writer.field("id", number: id.index)
  }

  private static func name(of phase: PhaseSpan.Phase) -> String {
    switch phase {
    case .queued: "queued"
    case .prefilling: "prefill"
    case .decoding: "decode"
    case .lost: "preempted"
    case .transferring: "transfer"
    case .loading: "tier"
    }
  }
}

/// Threads for iterations that overlap, as they do in a pipeline.
private struct Lanes {
  private var ends: [Nanoseconds] = []

  /// The first thread, counted from 1, that is free when `iteration` starts.
  mutating func lane(of iteration: IterationRecord) -> Int {
    let lane = ends.firstIndex { $0 <= iteration.start } ?? ends.count
    if lane == ends.count { ends.append(0) }
    ends[lane] = iteration.end
    return lane + 1
  }
}
