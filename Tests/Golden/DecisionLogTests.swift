import Foundation
import Schedulers
import Studies
import Support
import Testing

private let logs = Repository.root.appending(path: "Tests/Golden/decisions")
private let shared = Repository.shared.appending(path: "decisions/sglang")

@Suite struct `Real schedulers` {
  static let folders = try! FileManager.default.contentsOfDirectory(atPath: logs.path).sorted()

  @Test(arguments: folders)
  func `decided what ours decides, iteration by iteration`(folder: String) throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: logs.appending(path: folder), includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files.sorted(by: { $0.path < $1.path }) {
      let log = try DecisionLog(Array(Data(contentsOf: file)), source: file.lastPathComponent)
      let conformance = try Conformance(log)
      #expect(conformance.difference == nil, "\(folder)/\(file.lastPathComponent)")
      #expect(conformance.iterations > 0)
    }
  }

  @Test func `are told from one that decides otherwise`() throws {
    let file = logs.appending(path: "sarathi/mem_preempt.jsonl")
    let text = try String(contentsOf: file, encoding: .utf8)
    let other = text.replacing("\"chunk_size\":128", with: "\"chunk_size\":127")
    let conformance = try Conformance(DecisionLog(Array(other.utf8), source: "other"))
    let difference = try #require(conformance.difference)
    #expect(difference.rows.contains { $0.name == "batch" && $0.logged != $0.ours })
  }

  /// A page less of memory, another policy, and a ratio that falls from elsewhere.
  @Test(arguments: [
    ("priority_low_first", "\"num_tokens\":800", "\"num_tokens\":799"),
    ("dfs_weight", "dfs-weight", "fcfs"), ("hrrn", "hrrn", "lof"),
    (
      "page16_overlap_mixed_mem", "\"schedule_conservativeness\":0.1",
      "\"schedule_conservativeness\":1.0"
    ),
    ("overlap_output1", "\"overlap\":true", "\"overlap\":false"),
  ])
  func `of SGLang are told from those with other settings`(
    _ name: String, _ setting: String, _ other: String
  ) throws {
    let file = logs.appending(path: "sglang/\(name).jsonl")
    let text = try String(contentsOf: file, encoding: .utf8)
    let changed = text.replacing(setting, with: other, maxReplacements: 1)
    #expect(changed != text)
    // The case may be called as the policy is.
    let log = changed.replacing(
      "\"schedule_policy\":\"\(setting)\"", with: "\"schedule_policy\":\"\(other)\"")
    #expect(try Conformance(DecisionLog(Array(log.utf8), source: name)).difference != nil)
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: shared.path), "needs ../shared/decisions"))
  func `of SGLang decided what ours decides, all that there are`() throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: shared, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "jsonl" }
    #expect(files.count == 41)
    for file in files {
      let log = try DecisionLog(Array(Data(contentsOf: file)), source: file.lastPathComponent)
      #expect(try Conformance(log).difference == nil, "\(file.lastPathComponent)")
    }
  }
}
