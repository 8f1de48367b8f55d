import Costs
import Foundation
import Metrics
import Schedulers
import Serving
import Studies
import Workloads

/// What `servesim bench` is asked for.
struct BenchOptions: Sendable {
  /// How many requests are served.
  var requests: Int
  /// Which schedulers serve them, one after another on one thread.
  var schedulers: [String]
  /// The share of what the replica can take at which requests arrive.
  var load: Double
  /// The beginning of every random number stream.
  var seed: UInt64

  init(_ invocation: Invocation, _ catalogue: Catalogue) throws {
    requests = try invocation["--requests"]?.int(in: Synthesis.counts) ?? 1_000_000
    schedulers = try invocation["--schedulers"]?.schedulerNames() ?? [catalogue.schedulers.standard]
    load = try invocation["--load"]?.double(min: 0, max: 1, exclusive: true) ?? 0.95
    seed = UInt64(try Load { invocation.value(of: $0) }.seed)
  }

  /// Serves the requests and reports how long that took; nothing here is a result of a simulation.
  func run() throws {
    let deployment = Deployment(
      model: try Models.named("llama-3-8b"), gpu: try GPUs.named("h100-sxm"))
    let atStart = residentBytes()
    let sample = try workload(min(requests, 20_000), rate: 1)
    for name in schedulers {
      let service = try deployment.service(name, for: sample)
      let rate = try capacity(of: service, on: sample) * load
      let clock = ContinuousClock()
      var trace = Trace(requests: [])
      let making = try clock.measure { trace = try workload(requests, rate: rate) }
      let start = clock.now
      let replay = try service.replay(trace)
      let serving = clock.now - start
      try show(text(replay, rate: rate, making: making, serving: serving))
    }
    let beyond = (residentBytes() - atStart) / requests - MemoryLayout<Request>.stride
    try show("memory: \(beyond) bytes a request beyond the trace, at the peak\n")
  }

  /// The requests of `sample` that `service` takes in a second of a queue that never empties.
  private func capacity(of service: Service, on sample: Trace) throws -> Double {
    let backlog = sample.arriving(at: Array(repeating: 0, count: sample.count))
    return try service.replay(backlog).run.metrics.throughput.requestsPerSecond
  }

  private func workload(_ count: Int, rate: Double) throws -> Trace {
    try ChatWorkload.azureConversation.trace(count: count, rate: rate, seed: seed)
  }

  private func text(
    _ replay: Replay, rate: Double, making: Duration, serving: Duration
  ) -> String {
    let seconds = serving / .seconds(1)
    let iterations = replay.timeline.occupancy.iterations
    return """
      \(replay.run.scheduler): \(requests) chat requests at \(decimals(rate, 2)) a second, \
      \(iterations) iterations
        made in       \(decimals(making / .seconds(1), 3)) s
        served in     \(decimals(seconds, 3)) s, figures included
        speed         \(Int(Double(requests) / seconds)) requests a second, \
      \(Int(seconds * 1e9 / Double(max(1, iterations)))) ns an iteration

      """
  }

  private func decimals(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  /// The most memory that this process has held at once, in bytes.
  private func residentBytes() -> Int {
    var usage = rusage()
    getrusage(0, &usage)
    #if os(Linux)
      return usage.ru_maxrss * 1024
    #else
      return usage.ru_maxrss
    #endif
  }

  fileprivate static func options(_ catalogue: Catalogue) -> [Option] {
    [
      Option(
        name: "--requests", placeholder: "N", standard: "1000000", help: "requests to serve",
        group: "Workload"),
      Option(
        name: "--schedulers", placeholder: "NAMES", standard: catalogue.schedulers.standard,
        help: "schedulers to measure, with commas between them", group: "Workload"),
      Option(
        name: "--load", placeholder: "SHARE", standard: "0.95",
        help: "requests arrive at this share of what the replica can take", group: "Workload"),
      .seed(group: "Workload"),
    ]
  }
}

extension Command {
  /// The speed of the simulator on this machine.
  static func bench(_ catalogue: Catalogue) -> Command {
    Command(
      name: "bench", summary: "measure how fast this machine simulates",
      options: BenchOptions.options(catalogue),
      examples: [
        Example(
          line: "servesim bench --requests 20000 --schedulers vllm,sarathi",
          purpose: "two schedulers in turn; without --requests, a million chat requests")
      ],
      run: { try BenchOptions($0, catalogue).run() })
  }
}
