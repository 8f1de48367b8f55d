import Metrics
import Schedulers
import Studies
import Support
import Testing

@testable import Serving

@Suite struct `Schedulers of research` {
  /// `trace` served by the scheduler of `specification` with eight places, an iteration taking 10
  /// ms.
  private func serve(
    _ trace: Trace, _ specification: String, blocks: Int = 100_000, places: Int = 8
  ) throws -> Timeline {
    let setting = EngineSetting(maxModelLen: 2000, headSize: 128, isLargeGPU: false)
    let engine = try Schedulers.engine(specification, setting)
    var rules = engine.rules
    rules.memory.blocks = blocks
    rules.limits.maxNumSeqs = places
    rules.limits.maxBatchSequences = places
    var simulation = Simulation(
      trace, rules: rules, scheduler: engine.scheduler, cost: LinearCost.flat)
    return try simulation.run()
  }

  /// One client sends 60 requests at once, another one a few later.
  private static let hog: Trace = {
    var requests: [Request] = []
    for _ in 0..<60 { requests.append(Request(arrival: 0, promptTokens: 100, outputTokens: 50)) }
    for late in 1...10 {
      requests.append(
        Request(arrival: late * 100_000_000, promptTokens: 100, outputTokens: 50))
    }
    return Trace(
      requests: requests,
      columns: Columns(clients: requests.map { $0.arrival == 0 ? "hog" : "other" }))
  }()

  private func meanWait(_ timeline: Timeline, _ trace: Trace, of client: String) -> Double {
    let rows = trace.requests.indices.filter { trace.columns.clients?[$0] == client }
    return rows.reduce(0) {
      $0 + Double(timeline.records[$1].firstToken - trace.requests[$1].arrival)
    } / Double(rows.count)
  }

  @Test func `keep a client from waiting for another that sent more`() throws {
    let fair = try serve(Self.hog, "vtc")
    let plain = try serve(Self.hog, "vtc:scheduler=slora")
    let waits = [fair, plain].map { meanWait($0, Self.hog, of: "other") }
    #expect(waits[0] < 0.5 * waits[1], "\(waits)")
    let index = [fair, plain].map { ClientFairness(trace: Self.hog, timeline: $0)!.jainIndex }
    #expect(index[0] > index[1], "\(index)")
  }

  /// While both clients have requests that wait, what they were served differs by no more than a
  /// batch: 2 x 2 x the tokens that memory holds (Sheng et al., theorem 4.4).
  @Test func `serve two clients alike that always have requests waiting`() throws {
    let requests = (0..<200).map { row in
      Request(arrival: 0, promptTokens: row % 2 == 0 ? 30 : 120, outputTokens: 40)
    }
    let trace = Trace(
      requests: requests,
      columns: Columns(clients: requests.indices.map { $0 % 2 == 0 ? "short" : "long" }))
    let records = try serve(trace, "vtc").records
    // When the first of them has nothing left to wait, both were served as much.
    let last = trace.requests.indices.filter { $0 % 2 == 0 }.map { records[$0].firstScheduled }
      .max()!
    func service(_ parity: Int) -> Int {
      trace.requests.indices.filter { $0 % 2 == parity && records[$0].finish <= last }
        .reduce(0) { $0 + trace.requests[$1].promptTokens + 2 * 40 }
    }
    #expect(service(0) > 0)
    // What memory holds: eight requests.
    #expect(abs(service(0) - service(1)) <= 2 * 2 * 8 * 160)
  }

  private static let burst = Trace(
    requests: (0..<80).map { row in
      Request(arrival: 0, promptTokens: 50, outputTokens: 1 + (row * 37) % 80 * 5)
    })

  private func meanLatency(_ timeline: Timeline) -> Double {
    timeline.records.reduce(0) { $0 + Double($1.finish) } / Double(timeline.records.count)
  }

  /// Without errors this is shortest processing time first, the best there is for the mean.
  @Test func `are the better the better lengths are predicted`() throws {
    let means = try [0.01, 0.5, 3].map {
      meanLatency(try serve(Self.burst, "sjf:length-error=\($0)"))
    }
    #expect(means[0] < means[1] && means[1] < means[2], "\(means)")
    let arrival = meanLatency(try serve(Self.burst, "vllm-0.11"))
    #expect(means[0] < 0.8 * arrival)
    #expect(
      try serve(Self.burst, "sjf:length-seed=1").records
        != serve(Self.burst, "sjf:length-seed=2").records)
  }

  /// The shortest answer is done while those before it still run.
  @Test func `let short answers pass long ones that have run`() throws {
    let requests =
      [Request(arrival: 0, promptTokens: 50, outputTokens: 900)]
      + [Request(arrival: 2_000_000_000, promptTokens: 50, outputTokens: 2)]
    let trace = Trace(requests: requests)
    let fed = try serve(trace, "mlfq", places: 1)
    #expect(fed.records[1].finish < fed.records[0].finish)
    #expect(fed.records[0].preemptions == 1)
    let plain = try serve(trace, "vllm-0.11", places: 1)
    #expect(plain.records[1].finish > plain.records[0].finish)
  }

  /// Prompts of 7 iterations, memory for one of them, and quanta and patience of less than one.
  @Test func `come to an end where quanta are shorter than prompts`() throws {
    let requests = (0..<6).map {
      Request(arrival: $0 * 30_000_000, promptTokens: 1900, outputTokens: 20)
    }
    let records = try serve(
      Trace(requests: requests), "mlfq:max-num-batched-tokens=300,quantum=0.001,starvation=0.005",
      blocks: 1 + 2000 / 16
    ).records
    #expect(records.allSatisfy { $0.emittedTokens == 20 })
    // Nobody's prompt is computed in vain: as often as it lost its cache, and once more.
    #expect(
      records.map(\.finish).max()! <= 10_000_000
        * (6 * (7 + 20)
          + 8 * records.reduce(0) { $0 + $1.preemptions }))
  }

  @Test func `let the more urgent class take places`() throws {
    let requests = (0..<20).map {
      Request(arrival: $0 * 50_000_000, promptTokens: 50, outputTokens: 100)
    }
    let trace = Trace(
      requests: requests, columns: Columns(priorities: requests.indices.map { $0 % 4 == 0 ? 0 : 1 })
    )
    let records = try serve(trace, "priority-classes", places: 8).records
    // 1 + 99 iterations of 10 ms, from the next one on.
    for row in stride(from: 0, to: 20, by: 4) {
      #expect(records[row].finish - requests[row].arrival <= 1_010_000_000)
    }
    #expect(records.contains { $0.preemptions > 0 })
  }

  @Test func `serve whose token is due first`() throws {
    // The late prompt is due before the next tokens of those that are ahead of their time.
    let requests =
      (0..<8).map { Request(arrival: $0, promptTokens: 10, outputTokens: 400) }
      + [Request(arrival: 1_000_000_000, promptTokens: 10, outputTokens: 5)]
    let records = try serve(Trace(requests: requests), "edf:tpot-target=0.05", places: 8).records
    #expect(records[8].firstToken - requests[8].arrival <= 1_000_000_000)
    #expect(records[8].finish < records.prefix(8).map(\.finish).min()!)
  }

  @Test func `are told lengths that are wrong by factors around 1`() {
    var prediction = LengthPrediction()
    prediction.deviation = 0.5
    let logarithms = (0..<4000).map {
      naturalLogarithm(Double(prediction.tokens(for: 100_000, row: $0)) / 100_000)
    }
    let mean = logarithms.reduce(0, +) / 4000
    let variance = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
    #expect(abs(mean) < 3 * 0.5 / 4000.0.squareRoot())
    #expect(abs(variance.squareRoot() - 0.5) < 0.03)
    #expect(prediction.tokens(for: 1, row: 0) >= 1)
  }

  @Test func `and feedback keeps the laws with quanta shorter than any iteration`() throws {
    let laws = try SchedulerLaws(
      of: try #require(Schedulers.entries.first { $0.name == "mlfq" }),
      options: [("quantum", "0.001"), ("starvation", "0.02")], seeds: 100..<200)
    #expect(laws.violations == [])
    #expect(laws.preemptions > 0)
  }

  @Test(arguments: Schedulers.entries.map(\.name))
  func `and all others keep the laws that other packages are held to`(_ name: String) throws {
    let entry = try #require(Schedulers.entries.first { $0.name == name })
    #expect(try SchedulerLaws(of: entry, seeds: 0..<30).violations == [])
  }
}
