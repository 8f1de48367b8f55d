import Foundation
import Schedulers
import Support
import Testing

@testable import Serving

/// Set `SERVESIM_EDGE_CASES` to look at more cases than a quick run does.
@Suite struct `At the edges of what an engine takes` {
  private static let count =
    Int(ProcessInfo.processInfo.environment["SERVESIM_EDGE_CASES"] ?? "") ?? 800
  private static let parts = 4

  @Test(arguments: 0..<parts)
  func `every run ends, holds just the blocks of those that run, and counts what it evicts`(
    _ part: Int
  ) throws {
    var seen: Set<String> = []
    defer { #expect(Schedulers.all.map(\.name).filter { !seen.contains($0) } == []) }
    for seed in stride(from: part, to: Self.count, by: Self.parts) {
      guard let example = EdgeCase(seed: seed) else { continue }
      seen.insert(example.engine.version)
      guard try broken(in: example) != nil else { continue }
      let small = try shrunk(example, to: \.smaller) { try broken(in: $0) != nil }
      Issue.record("\(try broken(in: small) ?? ""); \(small)")
    }
  }

  @Test func `so does every run where windows slide over blocks that prompts share`() throws {
    var count = 0
    for example in (0..<4000).lazy.compactMap({ EdgeCase(seed: $0)?.windowed }) {
      count += 1
      guard try broken(in: example) != nil else { continue }
      let small = try shrunk(example, to: \.smaller) { try broken(in: $0) != nil }
      Issue.record("\(try broken(in: small) ?? ""); \(small)")
      return
    }
    #expect(count > 20)
  }

  /// What breaks a law when `example` is served; nil where nothing does.
  private func broken(in example: EdgeCase) throws -> String? {
    var simulation = example.simulation()
    do {
      var steps = 0
      while try simulation.step() {
        for replica in simulation.replicas {
          if let broken = HeldBlocks(replica).broken { return "\(broken) at \(simulation.now) ns" }
        }
        steps += 1
        if steps > 100_000 { return "no end" }
      }
      return brokenAtEnd(simulation, example)
    } catch RunError.stall(let stall) {
      return mayStall(stall, example) ? nil : "\(stall)"
    }
  }

  /// Only where the original hangs too, for a reason that is told.
  private func mayStall(_ stall: Stall, _ example: EdgeCase) -> Bool {
    switch stall.reason {
    case .plansNothing, .goesInCircles, .waitsForPools: false
    case .takesNoCache: example.rules.memory.reset == .none
    case .outgrows: example.rules.outputs.restartsAnswers
    }
  }

  private func brokenAtEnd(_ simulation: Simulation, _ example: EdgeCase) -> String? {
    let records = simulation.timeline.records
    for (row, (request, record)) in zip(example.trace.requests, records).enumerated() {
      let rules = example.rules
      if let timeout = example.timeout, let end = record.timeOut {
        let arrival = simulation.arrivals[row]
        if end != arrival + timeout || !rules.canServe(request) { return "a wrong time-out" }
        continue
      }
      if record.isCompleted != rules.canServe(request) { return "a request is lost" }
      if let timeout = example.timeout, record.isCompleted,
        record.finish > simulation.arrivals[row] + timeout
      {
        return "an answer nobody waits for"
      }
      let least = record.isCompleted ? rules.emittedTokens(of: request) : 0
      let exact = record.emittedTokens == least
      if !(exact || rules.outputs.restartsAnswers && record.emittedTokens > least) {
        return "\(record.emittedTokens) tokens of an answer of \(least)"
      }
    }
    for replica in simulation.replicas {
      let cache = replica.cache
      if cache.freeBlocks + cache.allReleasing != example.rules.memory.totalBlocks
        || replica.hasWork
      {
        return "\(cache.freeBlocks) of \(cache.totalBlocks) blocks are free at the end"
      }
    }
    let told = simulation.timeline.iterations.reduce(0) { $0 + $1.preempted }
    let happened = records.reduce(0) { $0 + $1.preemptions }
    return told == happened ? nil : "\(happened) preemptions, \(told) in the iterations"
  }
}
