import Formats
import Serving

/// What every iteration computed, one row each; times are seconds since the start of the trace.
public enum IterationsCSV {
  public static let columns = [
    "replica", "start_s", "end_s", "decodes", "chunks", "chunk_tokens", "decode_context", "running",
    "waiting", "used_blocks", "preempted",
  ]

  /// Writes the head and the rows to `sink`, piece by piece.
  public static func write(
    _ iterations: [IterationRecord], to sink: ([UInt8]) throws -> Void
  ) rethrows {
    var writer = CSVWriter()
    for column in columns { writer.add(column) }
    try writer.endRow(sink)
    for iteration in iterations {
      add(iteration, to: &writer)
      try writer.endRow(sink)
    }
    try writer.flush(sink)
  }

  private static func add(_ iteration: IterationRecord, to writer: inout CSVWriter) {
    writer.add(iteration.replica)
    writer.add(seconds: iteration.start)
    writer.add(seconds: iteration.end)
    for number in [
      iteration.decodes, iteration.chunks, iteration.chunkTokens, iteration.decodeContext,
      iteration.running, iteration.waiting, iteration.usedBlocks, iteration.preempted,
    ] {
      writer.add(number)
    }
  }
}
