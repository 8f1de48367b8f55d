import Foundation
import Support
import Testing

@testable import Serving

private let logs = Repository.shared.appending(path: "decisions")

/// A cache that serves the batches of a log in their order and takes every other decision itself.
private struct LogFollower {
  private struct Held {
    var blocks: [BlockID] = []
    var full = 0
    var emitted = 0
  }

  private let log: PrefixLog
  private let rows: [String: Int]
  private var cache: PrefixCache
  private var sequences: [Held]
  private var victims: ArraySlice<String> = []

  init(_ log: PrefixLog) {
    self.log = log
    rows = Dictionary(uniqueKeysWithValues: log.requests.enumerated().map { ($1.id, $0) })
    cache = PrefixCache(blocks: log.config.numBlocks - 1)
    sequences = log.requests.map { _ in Held() }
  }

  /// What the cache does otherwise than the log in `step`.
  mutating func differences(in step: PrefixLog.Step) -> [String] {
    var differences: [String] = []
    victims = step.preempted[...]
    for work in step.batch where step.cached[work.id] == nil {
      if !compute(work, by: rows[work.id]!) { differences.append("\(work.id) finds no blocks") }
    }
    while let victim = victims.popFirst() { release(rows[victim]!) }
    for work in step.batch where step.cached[work.id] != nil {
      let hit = admit(work, as: rows[work.id]!)
      if hit != step.cached[work.id] {
        differences.append("\(work.id) hits \(hit) tokens, not \(step.cached[work.id]!)")
      }
    }
    if cache.freeBlocks != step.freeBlocksAfterSchedule {
      differences.append("\(cache.freeBlocks) free, not \(step.freeBlocksAfterSchedule)")
    }
    for id in step.emitted { sequences[rows[id]!].emitted += 1 }
    for id in step.finished { release(rows[id]!) }
    if cache.freeBlocks != step.freeBlocksEnd {
      differences.append("\(cache.freeBlocks) free at the end, not \(step.freeBlocksEnd)")
    }
    return differences
  }

  /// Takes blocks for `work`, from the log's victims if there are too few; false if that is not
  /// enough.
  private mutating func compute(_ work: PrefixLog.Step.Work, by row: Int) -> Bool {
    let tokens = work.context + work.tokens
    let size = log.config.blockSize
    let need = (tokens + size - 1) / size - sequences[row].blocks.count
    while need > cache.freeBlocks, let victim = victims.popFirst() { release(rows[victim]!) }
    guard need <= cache.freeBlocks else { return false }
    cache.take(max(0, need), into: &sequences[row].blocks)
    while (sequences[row].full + 1) * size <= tokens {
      let full = sequences[row].full
      cache.register(sequences[row].blocks[full], under: log.hash(of: row, block: full))
      sequences[row].full += 1
    }
    return true
  }

  /// Admits `row` with what it finds in the cache; returns how many tokens that is.
  private mutating func admit(_ work: PrefixLog.Step.Work, as row: Int) -> Int {
    let known = log.requests[row].prompt + sequences[row].emitted
    let limit = (known - 1) / log.config.blockSize
    let hashes = (0..<limit).map { log.hash(of: row, block: $0) }
    let hit = cache.longestHit(hashes[...])
    let tokens = hit.blocks.count * log.config.blockSize
    let all = (tokens + work.tokens + log.config.blockSize - 1) / log.config.blockSize
    #expect(all - hit.blocks.count + hit.freeBlocks <= cache.freeBlocks)
    cache.take(hit, into: &sequences[row].blocks)
    sequences[row].full = hit.blocks.count
    return compute(work, by: row) ? tokens : -1
  }

  private mutating func release(_ row: Int) {
    cache.release(sequences[row].blocks)
    sequences[row].blocks = []
    sequences[row].full = 0
  }
}

@Suite(
  .enabled(if: FileManager.default.fileExists(atPath: logs.path), "needs ../shared/decisions"))
struct `The prefix cache of vLLM` {
  @Test(arguments: ["vllm_v1", "vllm_v1_0_33"])
  func `finds and frees what ours finds and frees, iteration by iteration`(folder: String) throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: logs.appending(path: folder), includingPropertiesForKeys: nil)
    var steps = 0
    for file in files where file.lastPathComponent.hasPrefix("prefix_") {
      let log = try PrefixLog(file)
      var follower = LogFollower(log)
      for (number, step) in log.steps.enumerated() {
        let differences = follower.differences(in: step)
        guard differences == [] else {
          Issue.record("\(folder)/\(file.lastPathComponent), step \(number): \(differences)")
          return
        }
        steps += 1
      }
    }
    #expect(steps > 0)
  }
}
