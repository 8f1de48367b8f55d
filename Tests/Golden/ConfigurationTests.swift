import Foundation
import Support
import Testing

@testable import Costs
@testable import Formats

private let shared = Repository.shared.appending(path: "configs")
private let own = Repository.root.appending(path: "Tests/Golden/configs")

/// Real `config.json` files, and what vLLM 0.33's own classes make of them
/// (`shared/configs/README.md`).
@Suite struct ConfigurationTests {
  @Test func `of every kind of layer are read to the last parameter`() throws {
    #expect(try check(own, "expected.csv") == 7)
  }

  /// But for two that do not say what their experts are stored in, one that names no method, and
  /// one whose own file says nothing.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: shared.path), "needs ../shared/configs"))
  func `of sixty models are read, or refused for what they leave out`() throws {
    #expect(try check(shared, "expected_public.csv") == 56)
  }

  /// Sizes that published files have, and what follows from them by other code than this.
  @Test func `of other families are read to the last parameter and byte`() throws {
    func text(_ name: String) throws -> String {
      try String(contentsOf: own.appending(path: name), encoding: .utf8)
    }
    let rows = CSVTable(try text("families.csv")).rows
    let lines = try text("families.jsonl").split(separator: "\n")
    #expect(rows.count == lines.count && rows.count == 77)
    for (row, line) in zip(rows, lines) {
      let entry = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let members = try #require(entry as? [String: Any])
      let name = try #require(members["file"] as? String)
      #expect(name == row["file"])
      let config = try JSONSerialization.data(withJSONObject: try #require(members["config"]))
      let model = try Model(huggingFaceConfiguration: Array(config), source: name)
      func number(_ column: String) -> Int? { Int(row[column] ?? "") }
      #expect(model.parameters == number("parameters") ?? model.parameters, "\(name)")
      #expect(model.maxPositions == number("max_model_len") ?? 1 << 20, "\(name)")
      let groups = try Shard(of: model).cacheGroups
      func bytes(_ kinds: (CacheGroup.Kind) -> Bool) -> Int {
        Int(groups.filter { kinds($0.kind) }.reduce(0) { $0 + $1.bytesPerToken })
      }
      #expect(bytes { $0 == .all } == number("bytes_per_token"), "\(name)")
      #expect(bytes { $0 != .all } == number("window_bytes_per_token"), "\(name)")
      let states = groups.reduce(0) { $0 + $1.bytesPerSequence }
      #expect(states == number("state_bytes"), "\(name)")
    }
  }

  private func model(_ name: String, in folder: URL) throws -> Model {
    let file = folder.appending(path: name)
    let sibling = folder.appending(path: "siblings/\(name.dropLast(5))/hf_quant_config.json")
    var beside: [String: [UInt8]] = [:]
    if let data = try? Data(contentsOf: sibling) { beside["hf_quant_config.json"] = Array(data) }
    return try Model(
      huggingFaceConfiguration: Array(Data(contentsOf: file)), beside: beside, source: name)
  }

  /// Holds the files of `folder` against `list`; returns how many are not refused.
  private func check(_ folder: URL, _ list: String) throws -> Int {
    var accepted = 0
    let text = try String(contentsOf: folder.appending(path: list), encoding: .utf8)
    for row in CSVTable(text).rows {
      let name = try #require(row["file"])
      guard let model = try? model(name, in: folder) else { continue }
      accepted += 1
      func number(_ column: String) -> Double? { Double(row[column] ?? "") }
      let parameters = try #require(number("parameters_text"))
      #expect(abs(Double(model.parameters) / parameters - 1) < 1e-5, "\(name)")
      if let active = number("active_parameters") {
        #expect(abs(Double(model.activeParameters) / active - 1) < 1e-4, "\(name)")
      }
      let shard = try Shard(of: model)
      let beside = number("weight_bytes_with_sibling").map {
        $0 - (number("weight_bytes_vision") ?? 0)
      }
      let weights = try #require(number("weight_bytes_text") ?? beside)
      #expect(abs(Double(shard.weightBytes) / weights - 1) < 0.0035, "\(name)")
      #expect((row["kv_cache_dtype_auto"] == "fp8_e4m3") == (model.cache == .fp8), "\(name)")
      #expect(model.maxPositions == Int(row["max_model_len"] ?? ""), "\(name)")
      check(shard, number, name)
    }
    return accepted
  }

  /// Holds what `shard` keeps in its caches against `number`, which is of 16-bit ones.
  private func check(_ shard: Shard, _ number: (String) -> Double?, _ name: String) {
    let share = shard.model.cache == .fp8 ? 0.5 : 1
    func bytes(_ isOfKind: (CacheGroup) -> Bool) -> Double {
      shard.cacheGroups.filter(isOfKind).reduce(0) { $0 + $1.bytesPerToken }
    }
    func agrees(_ ours: Double, _ column: String, _ share: Double) -> Bool {
      abs(ours - (number(column) ?? 0) * share) < 0.001
    }
    #expect(agrees(bytes { $0.kind == .all }, "kv_bytes_per_token_full", share), "\(name)")
    // An indexer's keys are in 8 bits as they are.
    #expect(agrees(bytes { $0.kind == .indexer }, "kv_bytes_per_token_indexer", 1), "\(name)")
    let limited = bytes { ![.all, .indexer, .state].contains($0.kind) }
    #expect(agrees(limited, "kv_bytes_per_token_window_layers", share), "\(name)")
    let states = shard.cacheGroups.reduce(0) { $0 + $1.bytesPerSequence }
    #expect(states == Int(number("state_bytes_per_sequence") ?? 0), "\(name)")
  }
}
