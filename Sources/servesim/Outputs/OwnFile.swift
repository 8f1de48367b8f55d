import Foundation
import Studies

/// What a file holds that servesim writes.
enum OwnFile: Sendable {
  /// Figures and pictures, which a command can make again.
  case result
  /// A trace that `synthesize` or `convert` made.
  case trace
  /// A GPU that `calibrate` fitted.
  case gpu

  /// The key and the value that `calibrate` begins a GPU's file with.
  static let gpuMark = "\"calibrated_by\" : \"servesim"

  /// How a user is told what is recognised.
  static let rule = "a file is replaced where it is empty or begins as servesim's own do"

  /// Whether the file at `path` is one that servesim wrote, which its text tells; a blank one has
  /// nothing to lose, and one that cannot be read may have.
  func isWritten(at path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    guard let head = try? file.read(upToCount: Self.headBytes) ?? Data() else { return false }
    let text = String(decoding: head, as: UTF8.self)
    return head.count < Self.headBytes && text.allSatisfy(\.isWhitespace) || begins(text)
  }

  /// Reports as text have their mark near the end, and are far shorter.
  private static let headBytes = 1 << 20

  private func begins(_ text: String) -> Bool {
    switch self {
    case .result: Self.beginsRow(text) || Self.signs.contains { $0.isIn(text) }
    case .trace:
      ["synthesize", "convert"].contains { text.hasPrefix("# made by: servesim \($0) ") }
    case .gpu: text.hasPrefix("{\n  \(Self.gpuMark)")
    }
  }

  /// Whether `text` begins with a row of a sweep, which may be torn.
  private static func beginsRow(_ text: String) -> Bool {
    let digits = String(repeating: "0", count: 32)
    let row = "{\"key\": \"\(digits)\", \"checksum\": \"\(digits)\", \"scheduler\": \""
    return zip(row.utf8, text.utf8).allSatisfy { expected, found in
      expected == UInt8(ascii: "0")
        ? "0123456789abcdef".utf8.contains(found) : expected == found
    }
  }

  /// What begins a kind of file, and what else its first lines or its text hold.
  private struct Sign: Sendable {
    var start: String
    var line = ""
    var text = ""

    func isIn(_ file: String) -> Bool {
      guard file.utf8.starts(with: start.utf8) else { return false }
      if !line.isEmpty {
        let first = file.utf8.prefix { $0 != UInt8(ascii: "\n") }
        return String(decoding: first, as: UTF8.self).contains(line)
      }
      return text.isEmpty || file.contains(text)
    }
  }

  private static let signs =
    tables + [
      Sign(start: "{\n  \"runs\": [\n    {\n      \"scheduler\": \""),
      Sign(start: "{\n  \"runs\": [\n    {\n      \"experiment\": \""),
      Sign(start: "{\n  \"model\": {\n    \"name\": \""),
      Sign(start: "{\n  \"capacities\": [\n    {\n      \"scheduler\": \""),
      Sign(start: "{\n  \"", text: "\n  \"pools\": [\n    {\n      \"name\": \"all\","),
      Sign(start: PooledDeployment.none),
      Sign(start: "{\n  \"points\": [\n    {\n      \"key\": \""),
      Sign(start: "{\n  \"answer\": ", text: "\n  \"searched\": {\n    \"combinations\": "),
      Sign(start: "{\n  \"settings\": {\n    \"model\": \""),
      Sign(start: "{\n  \"operations\": [\n    {\n      \"operation\": \""),
      Sign(start: "{\n  \"trace\": {\n    \"format\": \""),
      Sign(start: "{\n  \"study\": \""), Sign(start: "[\n  {\n    \"study\": \""),
      Sign(start: "{\"shard\": ", line: ", \"command\": [\""),
      Sign(start: "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n{\"ph\":\"M\""),
      Sign(start: "<svg xmlns=\"http://www.w3.org/2000/svg\" ", text: " role=\"img\">\n<title>"),
      Sign(start: "<!DOCTYPE html>\n", text: "<meta name=\"generator\" content=\"servesim\">"),
      Sign(start: "# ", text: "\n## Make it again\n\n    servesim "),
    ]

  /// Tables as CSV and as Markdown, by their first columns or those that they alone have.
  private static let tables = [
    Sign(start: "scheduler,engine,model,gpu,"), Sign(start: "key,scheduler,"),
    Sign(start: "scheduler,seed_of_search,"), Sign(start: "experiment,metric,statistic,"),
    Sign(start: "gpu,gpus,replicas,"),
    Sign(start: "id,arrival_s,prompt_tokens,output_tokens,emitted_tokens,status,"),
    Sign(start: "section,figure,unit,value\n"), Sign(start: "replica,start_s,end_s,decodes,"),
    Sign(start: "operation,size,part,runs,"),
    Sign(start: "system,workload,metric,"), Sign(start: "", line: "," + batchColumns),
    Sign(start: "| scheduler | requests done |"), Sign(start: "| scheduler | capacity "),
    Sign(start: "| pools | capacity "),
    Sign(start: "| ", line: " | served requests/s | output tokens/s | "),
    Sign(start: "| operation | size | runs |"), Sign(start: "| system | workload | metric |"),
    Sign(start: "| ", line: " | time total | time layer | "),
    Sign(start: "| study | figures published |"),
  ]

  private static let batchColumns = PricedBatches.figures.joined(separator: ",")
}
