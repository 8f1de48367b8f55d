import Support
import Synchronization
import Testing

@testable import Serving

/// Plans asked for.
private final class Plans: Sendable {
  let count = Mutex(0)
}

/// Decodes all and admits whole prompts, and counts how often it is asked.
private struct Counting: Scheduler {
  let plans: Plans
  let repeatsDecodes: Bool

  mutating func plan(_ replica: inout Replica) {
    plans.count.withLock { $0 += 1 }
    replica.decodeAll()
    replica.admitWholePrompts()
  }
}

private func plans(
  _ requests: [Request], repeatsDecodes: Bool = true, ahead: Bool = false,
  observing observation: Observation = [], timeout: Nanoseconds? = nil
) throws(RunError) -> (count: Int, timeline: Timeline) {
  var rules = EngineRules(
    maxNumSeqs: 2, maxNumBatchedTokens: nil, chunksPrompts: false, maxModelLen: 2000,
    blockSize: 10, blocks: 1000, reservation: .prompt, watermark: 0, decodeGate: .neededBlock,
    lengthLimit: .reached)
  rules.outputs.schedulesAhead = ahead
  let plans = Plans()
  var simulation = Simulation(
    Trace(requests: requests), rules: rules,
    scheduler: Counting(plans: plans, repeatsDecodes: repeatsDecodes),
    cost: ConstantCost(duration: 1), clientTimeout: timeout, observing: observation)
  let timeline = try simulation.run()
  return (plans.count.withLock(\.self), timeline)
}

@Suite struct `A stretch of iterations in which nobody comes or goes` {
  private let long = [Request(arrival: 0, promptTokens: 10, outputTokens: 1000)]
  private let second = 1_000_000_000

  @Test(arguments: [false, true]) func `is planned once`(ahead: Bool) throws {
    let (count, timeline) = try plans(long, ahead: ahead)
    #expect(count < 8)
    #expect(timeline.end == 1000 * second && timeline.occupancy.iterations == 1000)
    #expect(timeline.occupancy.decodes == 999)
  }

  @Test func `is planned an iteration at a time where the scheduler does not say that it may be`()
    throws
  {
    #expect(try plans(long, repeatsDecodes: false).count == 1000)
  }

  @Test func `is planned an iteration at a time where each is kept`() throws {
    let (count, timeline) = try plans(long, observing: .iterations)
    #expect(count == 1000 && timeline.iterations.count == 1000)
  }

  @Test func `goes on beside requests that wait for the cap on sequences`() throws {
    let three = Array(repeating: long[0], count: 3)
    let (count, timeline) = try plans(three)
    #expect(count < 16)
    #expect(timeline.records.map(\.finish) == [1000, 1000, 2000].map { $0 * second })
  }

  @Test(arguments: [false, true])
  func `ends where a request comes, be it at the end of an iteration`(ahead: Bool) throws {
    for arrival in [99 * second, 100 * second, 100 * second + 1] {
      let requests = long + [Request(arrival: arrival, promptTokens: 10, outputTokens: 5)]
      let quick = try plans(requests, ahead: ahead)
      let slow = try plans(requests, repeatsDecodes: false, ahead: ahead)
      #expect(quick.timeline == slow.timeline && quick.count < 30)
    }
  }

  @Test func `ends where a client stops waiting`() throws {
    let quick = try plans(long, timeout: 300 * second)
    #expect(quick.timeline.records[0].finish < 0 && quick.count < 10)
    #expect(
      try quick.timeline == plans(long, repeatsDecodes: false, timeout: 300 * second).timeline)
  }
}
