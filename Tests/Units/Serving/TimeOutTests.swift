import Schedulers
import Support
import Testing

@testable import Serving

/// One sequence at a time, with iterations of 1 s: a prompt's gives the first token, each further
/// one another.
@Suite struct `A client that stops waiting` {
  private func simulation(
    _ requests: [(arrival: Int, outputTokens: Int)], timeout: Double?, clients: Clients? = nil,
    retries: Retries? = nil, scheduler: String = "vllm-0.33:async-scheduling=false"
  ) throws -> Simulation {
    let engine = try Schedulers.engine(
      scheduler,
      EngineSetting(maxModelLen: 100, headSize: 128, isLargeGPU: false, maxNumSeqs: 1))
    var rules = engine.rules
    rules.memory.blocks = 100
    let trace = Trace(
      requests: requests.map {
        Request(
          arrival: $0.arrival * 1_000_000_000, promptTokens: 8, outputTokens: $0.outputTokens)
      })
    return Simulation(
      trace, rules: rules, scheduler: engine.scheduler, cost: ConstantCost(duration: 1),
      clients: clients, clientTimeout: timeout.map { Nanoseconds($0 * 1e9) },
      retries: retries)
  }

  private func seconds(_ time: Nanoseconds?) -> Double? { time.map { Double($0) / 1e9 } }

  @Test func `gets no answer, and the next request has its place`() throws {
    // The first is answered from 0 to 2; the second runs from 2 on and is given up at 3, with one
    // token; the third waits until then and ends in time.
    var run = try simulation([(0, 2), (0, 5), (1, 1)], timeout: 3)
    let timeline = try run.run()
    #expect(timeline.records.map(\.isCompleted) == [true, false, true])
    #expect(timeline.records.map { seconds($0.timeOut) } == [nil, 3, nil])
    #expect(timeline.records[1].emittedTokens == 1)
    #expect(seconds(timeline.records[1].firstToken) == 3 && timeline.records[1].finish < 0)
    // At the deadline itself a token is in time.
    #expect(seconds(timeline.records[2].finish) == 4)
    #expect(timeline.settled == 3)
    #expect(timeline.abandonedPromptTokens == 8, "the prompt of the second")
    #expect(run.replicas[0].cache.freeBlocks == run.replicas[0].cache.totalBlocks)
  }

  @Test func `lets the batch that runs end first`() throws {
    // Given up at 2.5 in the batch from 2 to 3, which nobody else is in; the other one starts at 3.
    var run = try simulation([(0, 4), (1, 1)], timeout: nil)
    #expect(try run.run().records.map { seconds($0.finish) } == [4, 5])
    run = try simulation([(0, 4), (2, 1)], timeout: 2.5)
    let records = try run.run().records
    #expect(records.map { seconds($0.timeOut) } == [2.5, nil])
    #expect(records[0].emittedTokens == 3 && seconds(records[1].finish) == 4)
  }

  @Test func `sends its next request at once`() throws {
    var run = try simulation(
      [(0, 9), (0, 2), (0, 1)], timeout: 4, clients: Clients(1, thinkTime: 500_000_000))
    let records = try run.run().records
    #expect(records.map { seconds($0.timeOut) } == [4, nil, nil])
    #expect(run.arrivals.map { seconds($0) } == [0, 4.5, 7])
  }

  /// The first runs from 0 to 3; the second is given up at 5 with two of its tokens, sent again at
  /// 5.5, and answered at 8.5, just in time.
  @Test func `may send the request again, which takes from the first time on`() throws {
    var run = try simulation(
      [(0, 3), (2, 3)], timeout: 3, retries: Retries(1, delay: 500_000_000))
    let timeline = try run.run()
    #expect(timeline.records.map { seconds($0.finish) } == [3, 8.5])
    #expect(timeline.retries == 1 && timeline.settled == 2)
    #expect(run.arrivals.map { seconds($0) } == [0, 2])
    #expect(timeline.records[1].timeOut == nil && seconds(timeline.records[1].firstToken) == 6.5)
    #expect(run.replicas[0].cache.freeBlocks == run.replicas[0].cache.totalBlocks)
  }

  @Test func `sends it again so often and no more`() throws {
    var run = try simulation([(0, 9)], timeout: 2, retries: Retries(3))
    let timeline = try run.run()
    #expect(timeline.retries == 3 && timeline.settled == 1)
    #expect(timeline.records.map { seconds($0.timeOut) } == [8])
  }

  @Test func `changes nothing where every answer comes in time`() throws {
    var patient = try simulation([(0, 3), (1, 3), (4, 2)], timeout: nil)
    var impatient = try simulation([(0, 3), (1, 3), (4, 2)], timeout: 5)
    #expect(try patient.run().records == impatient.run().records)
  }

  @Test(arguments: ["vllm-0.33", "orca", "splitfuse", "request-level"])
  func `is told apart from a request that is refused`(_ scheduler: String) throws {
    var run = try simulation([(0, 200), (0, 2)], timeout: 1, scheduler: scheduler)
    let records = try run.run().records
    #expect(records.count { $0.timeOut != nil } == 2 || records[0] == .refused)
    #expect(records.allSatisfy { !$0.isCompleted })
    #expect(RequestRecord.refused.timeOut == nil)
  }
}
