import Foundation
import Reporting
import Serving
import Studies
import Testing

/// One event of a trace file.
private struct Event: Decodable {
  var ph: String
  var name: String
  var ts: Double
  var dur: Double?
  var pid: Int
  var tid: Int
  var id: Int?
  var args: Arguments?

  struct Arguments: Decodable {
    var value: Int?
  }

  /// The start and the length in nanoseconds.
  var start: Nanoseconds { Nanoseconds((ts * 1000).rounded()) }
  var length: Nanoseconds { Nanoseconds(((dur ?? 0) * 1000).rounded()) }
}

private struct File: Decodable {
  var traceEvents: [Event]
}

@Suite struct `A Perfetto trace` {
  /// A replay with little memory, so that caches are lost, and the events written of it.
  private func replay(stages: Int) throws -> (Trace, Timeline, [Event]) {
    var deployment = try deployment()
    deployment.maxModelLen = 4096
    deployment.blocks = 300
    deployment.pipelineParallelSize = stages
    let trace = try chat(300, rate: 40)
    let timeline = try deployment.service("vllm").replay(
      trace, observing: [.iterations, .attribution]
    ).timeline
    var bytes: [UInt8] = []
    PerfettoTrace.write(trace, timeline) { bytes += $0 }
    let file = try JSONDecoder().decode(File.self, from: Data(bytes))
    return (trace, timeline, file.traceEvents)
  }

  @Test(arguments: [1, 3])
  func `has every iteration at its time, and none overlaps another on its thread`(
    stages: Int
  ) throws {
    let (_, timeline, events) = try replay(stages: stages)
    let slices = events.filter { $0.ph == "X" }
    #expect(slices.map(\.start) == timeline.iterations.map(\.start))
    #expect(slices.map(\.length) == timeline.iterations.map { $0.end - $0.start })
    for thread in Dictionary(grouping: slices, by: \.tid).values {
      #expect(zip(thread, thread.dropFirst()).allSatisfy { $0.start + $0.length <= $1.start })
    }
    let changes = events.filter { $0.ph == "C" && $0.name == "requests waiting" }
    var shown: [Nanoseconds: Int] = [:]
    for change in changes { shown[change.start] = change.args?.value }
    var waiting = -1
    for iteration in timeline.iterations {
      waiting = shown[iteration.start] ?? waiting
      #expect(waiting == iteration.waiting)
    }
  }

  @Test func `has the spans of every request in that from its arrival to its end`() throws {
    let (trace, timeline, events) = try replay(stages: 1)
    #expect(timeline.spans.contains { $0.phase == .lost }, "memory was short")
    let requests = Dictionary(grouping: events.filter { $0.ph == "b" || $0.ph == "e" }) { $0.id! }
    #expect(requests.count == timeline.records.count(where: \.isCompleted))
    for (row, events) in requests {
      var open: [String] = []
      // As a viewer reads them: by time, and of one time in the order of the file.
      for event in events.enumerated().sorted(by: {
        ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
      }).map(\.element) {
        if event.ph == "b" {
          open.append(event.name)
        } else {
          #expect(open.popLast() == event.name)
        }
        #expect(open.first == "request \(row)" || open.isEmpty)
        #expect(open.count <= 2)
      }
      #expect(open.isEmpty)
      #expect(events.map(\.start).min() == trace.requests[row].arrival)
      #expect(events.map(\.start).max() == timeline.records[row].finish)
    }
  }
}
