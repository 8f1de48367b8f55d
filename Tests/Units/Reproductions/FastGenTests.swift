import Costs
import Metrics
import Testing

@testable import Reproductions
@testable import Serving
@testable import Studies

@Suite struct `FastGen's benchmark` {
  /// NumPy's second number after the seed 42 is -0.13826: 2600 + 780 * -0.13826 = 2492.15.
  @Test func `sends the lengths that its script draws, after one a client to warm up`() {
    let lengths = FastGenLengths(prompt: 2600, output: 60)
    let trace = lengths.trace(clients: 1)
    #expect(trace.count == 512)
    #expect(trace.requests[0].promptTokens == 2492)
    #expect(lengths.trace(clients: 3).requests[0].promptTokens == 2600 + 1187)
    #expect(trace.requests.allSatisfy { (1...4000).contains($0.promptTokens) })
    let mean = trace.requests.reduce(0) { $0 + $1.outputTokens } / 512
    #expect(abs(mean - 60) <= 2)
  }

  @Test func `starts each client within 10 ms for each of them`() throws {
    let clients = FastGenLengths.clients(32)
    let starts = try #require(clients.starts)
    #expect(starts.count == 32 && clients.count == 32)
    #expect(starts.allSatisfy { (0..<320_000_000).contains($0) })
    #expect(Set(starts).count == 32)
  }

  /// The published P95 gap at 16 clients is 3.7 times as long under vLLM.
  @Test func `sees vLLM stop for prompts where FastGen does not`() throws {
    let rows = try FastGenStudies.tail.run(jobs: 1).rows.filter { $0.workload == "P95" }
    #expect((3...4.5).contains(rows[1].ours / rows[0].ours))
  }

  @Test func `sees replicas add up`() throws {
    let rows = try FastGenStudies.replicas.run(jobs: 2).rows
    for row in rows {
      let share = row.ours / (row.at ?? 0) / rows[0].ours
      #expect(abs(share - 1) < 0.02, "\(row.key)")
    }
  }

  @Test func `has 26 panels, and each point's latency is a number of seconds`() {
    #expect(FastGenPanel.all.count == 26)
    #expect(Set(FastGenPanel.all.map(\.title)).count == 26)
    let points = FastGenPanel.all.flatMap { $0.fastgen.map { $0 } + $0.vllm.map { $0 } }
    #expect(points.count == 554)
    #expect(points.allSatisfy { (1...64).contains($0.key) && (0.1...60).contains($0.value) })
  }

  @Test func `judges a request by prompt and pace`() throws {
    let objective = try ObjectivePresets.objective("effective-throughput", model: "any")
    let request = Request(arrival: 0, promptTokens: 512, outputTokens: 3)
    func attains(firstToken: Nanoseconds, pace: Double) -> Bool {
      var record = RequestRecord(
        firstScheduled: 0, firstToken: firstToken, finish: firstToken + 2, longestGap: 1,
        emittedTokens: 3, preemptions: 0)
      record.smoothedGap = pace
      return objective.isAttained(by: record, of: request)
    }
    #expect(attains(firstToken: 1_000_000_000, pace: 249_999_999))
    #expect(!attains(firstToken: 1_000_000_001, pace: 249_999_999))
    #expect(!attains(firstToken: 1_000_000_000, pace: 250_000_000))
  }

  @Test func `is a rule that runs over seeds and verdicts can judge by`() throws {
    let deployment = Deployment(
      model: try Models.named("llama-2-7b"), gpu: try GPUs.named("a100-sxm-80gb"))
    let services = try ["vllm", "splitfuse"].map { try deployment.service($0) }
    let trace = FastGenLengths(prompt: 1200, output: 60, count: 12).trace(clients: 1)
    let objective = try ObjectivePresets.objective("effective-throughput", model: "any")
    let figures = try Repetition([trace], services, objective: objective).run(jobs: 1).map {
      try $0.get()
    }
    #expect(figures.allSatisfy { $0[0][.attainment] == 1 })
    let headToHead = HeadToHead(
      [trace], objective: objective, figure: .attainment, leader: services[0], other: services[1])
    #expect(headToHead.robustness(jobs: 1).reach == 0.2)
  }
}
