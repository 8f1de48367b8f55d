import Foundation
import Support
import Testing

@testable import Costs
@testable import Formats

private let folder = Repository.shared.appending(path: "configs")

/// Real `config.json` files, and what vLLM 0.33's own classes make of them
/// (`shared/configs/README.md`).
@Suite(
  .enabled(if: FileManager.default.fileExists(atPath: folder.path), "needs ../shared/configs"))
struct ConfigurationTests {
  /// Files that do not say what they are, or are not read: compressed latents (DeepSeek-V4).
  private static let refused: Set<String> = ["deepseek_v4", "deepseek_ref"]

  private static func rows() throws -> [[String: String]] {
    let text = try String(
      contentsOf: folder.appending(path: "expected_public.csv"), encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map { fields(String($0)) }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  private static func fields(_ line: String) -> [String] {
    var (fields, isQuoted) = ([""], false)
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields
  }

  private func model(_ name: String) throws -> Model {
    let file = folder.appending(path: name)
    let sibling = folder.appending(path: "siblings/\(name.dropLast(5))/hf_quant_config.json")
    var beside: [String: [UInt8]] = [:]
    if let data = try? Data(contentsOf: sibling) { beside["hf_quant_config.json"] = Array(data) }
    return try Model(
      huggingFaceConfiguration: Array(Data(contentsOf: file)), beside: beside, source: name)
  }

  @Test func `are read to the last parameter, and to the byte of the cache`() throws {
    var (accepted, known) = (0, 0)
    for row in try Self.rows() {
      let name = try #require(row["file"])
      guard !Self.refused.contains(row["model_type"] ?? "") else { continue }
      known += 1
      guard let model = try? model(name) else { continue }
      accepted += 1
      let shard = try Shard(of: model)
      let parameters = try #require(Double(row["parameters_text"] ?? ""))
      #expect(abs(Double(model.parameters) / parameters - 1) < 1e-5, "\(name)")
      if let active = Double(row["active_parameters"] ?? "") {
        #expect(abs(Double(model.activeParameters) / active - 1) < 1e-4, "\(name)")
      }
      let stated = Double(row["weight_bytes_text"] ?? "")
      let vision = Double(row["weight_bytes_vision"] ?? "") ?? 0
      let beside = Double(row["weight_bytes_with_sibling"] ?? "").map { $0 - vision }
      let weights = try #require(stated ?? beside)
      #expect(abs(Double(shard.weightBytes) / weights - 1) < 0.0035, "\(name)")
      let share = model.cache == .fp8 ? 0.5 : 1
      #expect((row["kv_cache_dtype_auto"] == "fp8_e4m3") == (model.cache == .fp8), "\(name)")
      func kept(_ column: String) -> Double { (Double(row[column] ?? "") ?? 0) * share }
      func bytes(_ isOfKind: (CacheGroup) -> Bool) -> Double {
        Double(shard.cacheGroups.filter(isOfKind).reduce(0) { $0 + $1.bytesPerToken })
      }
      #expect(bytes { $0.kind == .all } == kept("kv_bytes_per_token_full"), "\(name)")
      #expect(bytes { $0.kind == .indexer } * share == kept("kv_bytes_per_token_indexer"))
      let limited = bytes { ![.all, .indexer, .state].contains($0.kind) }
      #expect(limited == kept("kv_bytes_per_token_window_layers"), "\(name)")
      let states = shard.cacheGroups.reduce(0) { $0 + $1.bytesPerSequence }
      #expect(states == Int(row["state_bytes_per_sequence"] ?? "") ?? 0, "\(name)")
      #expect(model.maxPositions == Int(row["max_model_len"] ?? ""), "\(name)")
    }
    #expect(Double(accepted) > 0.95 * Double(known))
  }
}
