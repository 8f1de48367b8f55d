import Foundation
import Serving
import Studies
import Support
import Testing

private let source = Repository.shared
  .appending(path: "traces/mooncake-fast25/conversation_trace.jsonl")

/// A line of the traces of Mooncake (Qin et al., FAST 2025); blocks are of 512 tokens.
private struct Line: Decodable {
  let timestamp: Int
  let inputLength: Int
  let outputLength: Int
  let hashIds: [UInt64]
}

@Suite(
  .enabled(if: FileManager.default.fileExists(atPath: source.path), "needs ../shared/traces"))
struct `The prefixes of Mooncake's conversations` {
  private static let trace: Result<Trace, any Error> = Result {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let lines = try Data(contentsOf: source).split(separator: UInt8(ascii: "\n"))
      .map { try decoder.decode(Line.self, from: $0) }
    return Trace(
      requests: lines.map {
        Request(
          arrival: $0.timestamp * 1_000_000, promptTokens: $0.inputLength,
          outputTokens: $0.outputLength)
      }, columns: Columns(prefixHashes: PrefixHashes(lines.map(\.hashIds)), prefixBlockTokens: 512))
  }

  @Test(arguments: [
    (nil, "0.37338"), (1000, "0.04573"), (5000, "0.11956"), (10_000, "0.21922"),
    (30_000, "0.33702"), (50_000, "0.36276"), (100_000, "0.37102"),
  ])
  func `are found in one cache as often as others counted`(blocks: Int?, rate: String) throws {
    let reuse = PrefixReuse(try Self.trace.get(), blocks: blocks)
    #expect(String(format: "%.5f", reuse.hitRate) == rate)
  }
}
