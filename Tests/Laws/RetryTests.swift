import Schedulers
import Support
import Testing

@testable import Control
@testable import Serving

@Suite struct `Requests that are sent again` {
  /// A try of the request in `row`, which was sent at `time` after so many others.
  private struct Try {
    var row: Int
    var time: Nanoseconds
    var number: Int
  }

  /// At one instant those are sent again that were sent first, and then new requests come.
  private static func order(_ a: Try, _ b: Try) -> Bool {
    (a.time, -a.number, a.row) < (b.time, -b.number, b.row)
  }

  private func simulation(
    _ example: RandomCase, _ trace: Trace, _ retries: Retries?, replicas: Int
  ) throws -> Simulation {
    Simulation(
      trace, rules: example.rules, scheduler: try example.scheduler(), cost: example.cost,
      replicas: replicas, router: LeastRequests(replicas: replicas),
      clientTimeout: example.timeout, retries: retries,
      observing: [.iterations, .attribution])
  }

  /// Each try is a request of its own at the time at which it was sent, which follows from the
  /// first; the last of them is what becomes of the request. An answer that ends just when its
  /// client would give up is in time.
  ///
  /// Not so under NanoFlow, which reckons with the trace's averages, and SGLang, whose cache has
  /// the prompt of an earlier try.
  @Test(arguments: ReferencePolicy.allCases.filter { ![.nanoflow, .sglang].contains($0) }, [1, 3])
  func `are as many requests, one after the other was given up`(
    _ policy: ReferencePolicy, replicas: Int
  ) throws {
    var count = 0
    for seed in 9900..<9930 {
      let example = try RandomCase(policy, seed: seed).impatient
      let retries = Retries(1 + seed % 3, delay: [0, 1, 50_000_000][seed / 3 % 3])
      let period = try #require(example.timeout) + retries.delay
      var simulation = try simulation(example, example.trace, retries, replicas: replicas)
      let timeline = try simulation.run()
      var tries: [Try] = []
      for (row, request) in example.trace.requests.enumerated() {
        let record = timeline.records[row]
        let last =
          record.isCompleted
          ? (record.finish - request.arrival - 1) / period
          : record.timeOut == nil ? 0 : retries.count
        tries += (0...last).map {
          Try(row: row, time: request.arrival + $0 * period, number: $0)
        }
      }
      tries.sort(by: Self.order)
      count += tries.count - example.trace.count
      #expect(timeline.retries == tries.count - example.trace.count)
      let single = Trace(
        requests: tries.map { one in
          let request = example.trace.requests[one.row]
          return Request(
            arrival: one.time, promptTokens: request.promptTokens,
            outputTokens: request.outputTokens)
        },
        columns: Columns(
          priorities: example.trace.columns.priorities.map { all in tries.map { all[$0.row] } }))
      var plain = try self.simulation(example, single, nil, replicas: replicas)
      let expected = try plain.run()
      try #require(timeline.iterations == expected.iterations, "\(example)")
      for (place, one) in tries.enumerated() {
        let isLast = !tries.contains { $0.row == one.row && $0.number > one.number }
        #expect(expected.records[place].isCompleted ? isLast : true)
        if isLast { #expect(timeline.records[one.row] == expected.records[place], "\(example)") }
      }
      for (row, record) in timeline.records.enumerated() where record.isCompleted {
        let latency = record.finish - example.trace.requests[row].arrival
        #expect(timeline.attributions[row].total == latency)
      }
    }
    #expect(count > 0, "something was sent again")
  }
}
