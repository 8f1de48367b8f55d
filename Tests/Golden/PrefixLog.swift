import Foundation

@testable import Serving

/// A log of vLLM V1 with its prefix cache on (`shared/decisions/README.md` gives the format), as
/// far as it concerns the cache.
struct PrefixLog {
  struct Header: Decodable {
    struct Config: Decodable {
      let blockSize: Int
      let numBlocks: Int
    }

    let config: Config
  }

  struct LoggedRequest: Decodable {
    let id: String
    let prompt: Int
    let prefixGroup: String?
    let sharedPrefix: Int?
  }

  struct Step: Decodable {
    struct Work: Decodable {
      let id: String
      let tokens: Int
      let context: Int

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        id = try values.decode(String.self)
        _ = try values.decode(String.self)
        tokens = try values.decode(Int.self)
        context = try values.decode(Int.self)
      }
    }

    let batch: [Work]
    let preempted: [String]
    /// Tokens found in the cache by the sequences that were admitted.
    let cached: [String: Int]
    let freeBlocksAfterSchedule: Int
    let emitted: [String]
    let finished: [String]
    let freeBlocksEnd: Int
  }

  let config: Header.Config
  let requests: [LoggedRequest]
  let steps: [Step]

  init(_ url: URL) throws {
    struct Requests: Decodable { let requests: [LoggedRequest] }
    struct Kind: Decodable { let type: String }
    let lines = try Data(contentsOf: url).split(separator: UInt8(ascii: "\n"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    config = try decoder.decode(Header.self, from: lines[0]).config
    requests = try decoder.decode(Requests.self, from: lines[1]).requests
    steps = try lines.dropFirst(2)
      .filter { try decoder.decode(Kind.self, from: $0).type == "step" }
      .map { try decoder.decode(Step.self, from: $0) }
  }

  /// The hash of the `block`th block of `request`: that of its group where the group shares all
  /// tokens up to its end, or one of its own.
  func hash(of request: Int, block: Int) -> UInt64 {
    let shared = min(requests[request].prompt, requests[request].sharedPrefix ?? 0)
    var owner = request
    if let group = requests[request].prefixGroup, (block + 1) * config.blockSize <= shared {
      owner = -1 - requests.firstIndex { $0.prefixGroup == group }!
    }
    return UInt64(truncatingIfNeeded: owner << 32 + block)
  }
}
