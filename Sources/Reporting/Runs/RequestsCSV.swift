import Formats
import Metrics
import Serving

/// What became of every request, one row each, in the order of the trace.
///
/// Times are seconds since the start of the trace or spans in seconds, exact to the nanosecond (the
/// time per output token is rounded to it); a field is empty where the request has no such time.
/// Where the timeline tells where latencies came from, a column for each part follows. A last
/// column, `replica`, is there where there are several: which one it was sent to, from 0.
public enum RequestsCSV {
  public static let columns = [
    "id", "arrival_s", "prompt_tokens", "output_tokens", "emitted_tokens", "status",
    "scheduling_delay_s", "ttft_s", "tpot_s", "e2e_s", "longest_gap_s", "preemptions",
  ]

  /// Writes the head and the rows to `sink`, piece by piece.
  public static func write(
    _ trace: Trace, _ timeline: Timeline, to sink: ([UInt8]) throws -> Void
  ) rethrows {
    precondition(trace.count == timeline.records.count, "a record for every request")
    var writer = CSVWriter()
    for column in columns { writer.add(column) }
    let parts =
      timeline.attributions.isEmpty
      ? [] : Attribution.Part.parts(of: timeline)
    for part in parts { writer.add("\(part.key)_s") }
    if !timeline.servedBy.isEmpty { writer.add("replica") }
    try writer.endRow(sink)
    for row in trace.requests.indices {
      writer.add(trace.label(of: RequestID(row)))
      let record = timeline.records[row]
      add(trace.requests[row], record, to: &writer)
      for part in parts {
        writer.add(seconds: record.isCompleted ? timeline.attributions[row][part] : nil)
      }
      if !timeline.servedBy.isEmpty { writer.add(Int(timeline.servedBy[row])) }
      try writer.endRow(sink)
    }
    try writer.flush(sink)
  }

  private static func add(_ request: Request, _ record: RequestRecord, to writer: inout CSVWriter) {
    func time(_ metric: LatencyMetric) -> Nanoseconds? {
      metric.nanoseconds(of: record, for: request).map { Nanoseconds($0.rounded()) }
    }
    writer.add(seconds: request.arrival)
    writer.add(request.promptTokens)
    writer.add(request.outputTokens)
    writer.add(record.emittedTokens)
    writer.add(status(record, of: request))
    for metric in [LatencyMetric.schedulingDelay, .ttft, .tpot, .e2e, .tbt] {
      writer.add(seconds: time(metric))
    }
    writer.add(record.preemptions)
  }

  private static func status(_ record: RequestRecord, of request: Request) -> String {
    if record.isLost { return "lost" }
    if record.isShed { return "turned away" }
    if !record.isCompleted { return record.timeOut == nil ? "refused" : "timed out" }
    return record.emittedTokens < request.outputTokens ? "truncated" : "completed"
  }
}
