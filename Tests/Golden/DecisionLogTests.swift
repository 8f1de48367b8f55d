import Foundation
import Schedulers
import Studies
import Support
import Testing

private let logs = Repository.root.appending(path: "Tests/Golden/decisions")

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
}
