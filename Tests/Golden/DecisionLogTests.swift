import Foundation
import Schedulers
import Testing

@testable import Serving

private let logs = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../../shared/decisions").standardized

@Suite(
  .enabled(if: FileManager.default.fileExists(atPath: logs.path), "needs ../shared/decisions"))
struct `Real schedulers` {
  /// Logs by the folder of their implementation; those of features that are not there yet are left
  /// out by name.
  static let conforming: [(folder: String, scheduler: String, without: Set<String>)] = [
    ("faster_transformer", "request-level", []),
    ("orca", "orca", ["pp2"]),
    ("sarathi_vllm", "vllm-0.6", ["pp2", "pp2_mem", "ties_and_limits"]),
    ("vllm_v0", "vllm-0.6", ["mem_swap", "priority"]),
    (
      "vllm_v1", "vllm-0.11",
      [
        "long_prefill_threshold", "no_chunked_prefill", "pp2", "prefix_mem", "prefix_repeat",
        "prefix_shared",
      ]
    ),
    (
      "sarathi", "sarathi",
      ["dynamic_chunks", "mem_preempt_as_is", "pp2", "pp2_mem", "quirk_readmit_same_step"]
    ),
    ("splitfuse", "splitfuse", []),
  ]

  @Test(arguments: conforming)
  func `decided what ours decides, iteration by iteration`(
    folder: String, scheduler: String, without: Set<String>
  ) throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: logs.appending(path: folder), includingPropertiesForKeys: nil)
    let named = files.filter {
      $0.pathExtension == "jsonl" && !without.contains($0.deletingPathExtension().lastPathComponent)
    }
    try #require(!named.isEmpty)
    for file in named.sorted(by: { $0.path < $1.path }) {
      try compare(DecisionLog(file), scheduler, "\(folder)/\(file.lastPathComponent)")
    }
  }

  private func compare(_ log: DecisionLog, _ scheduler: String, _ name: String) throws {
    let engine = try log.engine(scheduler)
    var simulation = Simulation(
      log.trace, rules: engine.rules, scheduler: engine.scheduler, cost: log.header.clock,
      recordsIterations: true)
    let timeline = try simulation.run()
    for (ours, theirs) in zip(timeline.iterations, log.steps) {
      let decodes = theirs.batch!.count { $0[1].isDecode }
      let free = simulation.replicas[0].cache.totalBlocks - ours.usedBlocks
      let place = "\(name) at \(theirs.tUs!) us"
      guard
        ours.start == theirs.tUs! * 1000, ours.end == theirs.endUs! * 1000,
        ours.decodes == decodes, ours.chunks == theirs.batch!.count - decodes,
        ours.decodes + ours.chunkTokens == theirs.tokens!,
        free == theirs.freeBlocksAfterSchedule!
      else {
        Issue.record("\(place): \(ours), \(free) free, against \(theirs)")
        return
      }
    }
    #expect(timeline.iterations.count == log.steps.count, "\(name)")
    for (request, outcome) in log.outcomes.enumerated() {
      let record = timeline.records[request]
      if outcome.emitted == 0 {
        #expect(!record.isCompleted, "\(name) \(outcome.id) was never taken on")
        continue
      }
      #expect(record.emittedTokens == outcome.emitted, "\(name) \(outcome.id)")
      #expect(record.preemptions == outcome.preemptions, "\(name) \(outcome.id)")
      #expect(record.finish == (outcome.finishUs ?? -1) * 1000, "\(name) \(outcome.id)")
      #expect(record.firstToken == (outcome.firstTokenUs ?? -1) * 1000, "\(name) \(outcome.id)")
    }
  }
}
