import Formats
import Metrics
import Testing

@testable import Schedulers
@testable import Serving
@testable import Studies

/// Numbers from the whole range of the engine's, spread over their magnitudes.
private struct Draw {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    let a = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    let b = (a ^ (a >> 27)) &* 0x94D0_49BB_1331_11EB
    return b ^ (b >> 31)
  }

  /// Below `count`.
  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

  /// Every magnitude as often as every other, and the bounds more often.
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    switch below(12) {
    case 0: return range.lowerBound
    case 1: return range.upperBound
    default:
      let bits = UInt64.bitWidth - (range.upperBound - range.lowerBound).leadingZeroBitCount
      let number = Int(next() >> UInt64(64 - 1 - below(max(1, bits))))
      return min(range.upperBound, range.lowerBound + number)
    }
  }
}

/// Every batch takes as long, whatever is in it, and the host's part is too long.
private struct AnyCost: CostModel {
  var batch: Double
  func seconds(for batch: borrowing Batch) -> Double { self.batch }
  func hostSeconds(for batch: borrowing Batch) -> Double { self.batch * 3 }
}

@Suite struct `Numbers from the whole range` {
  @Test(arguments: Schedulers.all.map(\.name))
  func `are served, refused or too many, and never end the program`(scheduler: String) throws {
    var draw = Draw(state: 12)
    var ends = [0, 0, 0]
    for _ in 0..<50 {
      guard var (simulation, trace) = simulation(of: scheduler, &draw) else { continue }
      do {
        var steps = 0
        while try steps < 400 && simulation.step() { steps += 1 }
        if steps == 400 {
          ends[1] += 1
        } else {
          ends[0] += 1
          #expect(simulation.timeline.settled == trace.count)
          trace = trace.arriving(at: simulation.arrivals)
          _ = RunMetrics(trace: trace, timeline: simulation.timeline, replicas: 2)
          _ = AttributionSummary(timeline: simulation.timeline)
        }
      } catch {
        ends[2] += 1
      }
    }
    #expect(ends.allSatisfy { $0 > 0 }, "\(ends)")
  }

  /// A run of a few requests under limits and options from their whole ranges; nil where these are
  /// refused.
  private func simulation(of scheduler: String, _ draw: inout Draw) -> (Simulation, Trace)? {
    let trace = trace(&draw)
    guard let engine = engine(scheduler, trace, &draw) else { return nil }
    let milliseconds = Double(draw.number(1...4_000_000_000_000))
    var clients: Clients?
    if draw.below(3) == 0 {
      let count = 1 + draw.below(trace.count)
      let longest = EngineRange.time.upperBound / max(1, count - 1)
      clients = Clients(
        count, thinkTime: draw.number(EngineRange.time),
        stagger: min(longest, draw.number(EngineRange.time)))
    }
    let simulation = Simulation(
      trace, rules: engine.rules, scheduler: engine.scheduler,
      cost: AnyCost(batch: milliseconds / 1000), replicas: 2, clients: clients,
      observing: [.iterations, .attribution, .smoothedGaps])
    return (simulation, trace)
  }

  private func engine(_ scheduler: String, _ trace: Trace, _ draw: inout Draw) -> Engine? {
    var setting = EngineSetting(
      maxModelLen: draw.number(EngineRange.tokens), headSize: 128, isLargeGPU: true)
    if draw.below(2) == 0 { setting.blockSize = draw.number(EngineRange.blockTokens) }
    if draw.below(2) == 0 { setting.maxNumSeqs = draw.number(EngineRange.sequences) }
    var name = scheduler
    for entry in Schedulers.all where entry.name == scheduler {
      for option in entry.options where draw.below(4) == 0 {
        name += (name == scheduler ? ":" : ",") + option.name + "=" + value(of: option, &draw)
      }
    }
    guard var engine = try? Schedulers.engine(name, setting) else { return nil }
    engine.rules.memory.blocks = draw.number(EngineRange.blocks)
    engine.rules.outputs.lengthLimit = .reached
    if engine.hasPipelines && draw.below(4) == 0 {
      engine.rules.limits.pipelineParallelSize = draw.number(1...8)
    }
    engine.rules = engine.rules.withAverageLengths(of: trace.requests)
    return engine.rules.excess(serving: trace) == nil ? engine : nil
  }

  private func value(of option: Setting<Engine>, _ draw: inout Draw) -> String {
    if !option.words.isEmpty { return option.words[draw.below(option.words.count)] }
    guard let value = option.value({ draw.number($0) }) else {
      preconditionFailure("engines take counts and words")
    }
    return value
  }

  private func trace(_ draw: inout Draw) -> Trace {
    let requests = (0..<1 + draw.below(5)).map { _ in
      Request(
        arrival: draw.number(EngineRange.time), promptTokens: draw.number(EngineRange.tokens),
        outputTokens: draw.below(2) == 0 ? 1 + draw.below(3) : draw.number(EngineRange.tokens))
    }
    return Trace(
      requests: requests,
      columns: Columns(
        prefixHashes: draw.below(4) == 0 ? PrefixHashes(requests.map { _ in [1, 2, 3] }) : nil,
        prefixBlockTokens: draw.number(EngineRange.tokens),
        priorities: requests.map { _ in draw.number(Int.min / 2...Int.max / 2) }))
  }
}
