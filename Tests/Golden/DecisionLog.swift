import Foundation
import Schedulers

@testable import Serving

/// A log of what a real scheduler decided (`shared/decisions/README.md` gives the format).
struct DecisionLog {
  struct Header: Decodable {
    let `case`: String
    let config: Config
    let clock: LogClock
  }

  struct Config: Decodable {
    let blockSize: Int
    let numBlocks: Int
    let maxNumSeqs: Int?
    let maxModelLen: Int?
    let chunkSize: Int?
    let maxBatchedTokens: Int?
    let maxNumBatchedTokens: Int?
    let maxRaggedBatchSize: Int?
    let maxRaggedSequenceCount: Int?
    let maxTrackedSequences: Int?
    let maxLength: Int?
    let flushMode: String?
  }

  struct LogClock: Decodable, CostModel {
    let stepUs: Double?
    let baseUs: Double?
    let perTokenUs: Double?

    func seconds(for batch: borrowing Batch) -> Double {
      if let stepUs { return stepUs / 1e6 }
      return (baseUs! + perTokenUs! * Double(batch.tokens)) / 1e6
    }
  }

  struct LoggedRequest: Decodable {
    let id: String
    let arrivalUs: Int
    let prompt: Int
    let output: Int
  }

  struct Step: Decodable {
    let type: String
    let tUs: Int?
    let endUs: Int?
    let tokens: Int?
    let batch: [[LogValue]]?
    let preempted: [String]?
    let ignored: [String]?
    let freeBlocksAfterSchedule: Int?
    let requests: [Outcome]?
  }

  struct Outcome: Decodable {
    let id: String
    let firstTokenUs: Int?
    let finishUs: Int?
    let emitted: Int
    let preemptions: Int
  }

  enum LogValue: Decodable {
    case text(String)
    case number(Int)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    var isDecode: Bool { if case .text("D") = self { true } else { false } }
  }

  let header: Header
  let requests: [LoggedRequest]
  let steps: [Step]
  let outcomes: [Outcome]

  init(_ url: URL) throws {
    struct Requests: Decodable { let requests: [LoggedRequest] }
    let lines = try Data(contentsOf: url).split(separator: UInt8(ascii: "\n"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    header = try decoder.decode(Header.self, from: lines[0])
    requests = try decoder.decode(Requests.self, from: lines[1]).requests
    let rest = try lines.dropFirst(2).map { try decoder.decode(Step.self, from: $0) }
    steps = rest.filter { $0.type == "step" && !($0.batch ?? []).isEmpty }
    outcomes = rest.last?.requests ?? []
  }

  /// The engine that the log was recorded from, under the log's limits.
  func engine(_ scheduler: String) throws -> Engine {
    let config = header.config
    let length = config.maxModelLen ?? config.maxLength!
    var engine = try Schedulers.engine(
      scheduler, EngineSetting(maxModelLen: length, headSize: 128, isLargeGPU: false))
    engine.rules.blockSize = config.blockSize
    engine.rules.blocks = config.numBlocks
    engine.rules.maxNumSeqs = config.maxNumSeqs ?? config.maxTrackedSequences!
    engine.rules.maxBatchSequences = config.maxRaggedSequenceCount ?? engine.rules.maxNumSeqs
    if engine.rules.maxNumBatchedTokens != nil {
      engine.rules.maxNumBatchedTokens =
        config.chunkSize ?? config.maxNumBatchedTokens ?? config.maxBatchedTokens
        ?? config.maxRaggedBatchSize ?? length
    }
    if let mode = config.flushMode { engine.rules.releaseLag = mode == "deferred" ? 2 : 1 }
    return engine
  }

  /// The requests, labelled, in microseconds of the log's clock.
  var trace: Trace {
    Trace(
      requests: requests.map {
        Request(
          arrival: $0.arrivalUs * 1000, promptTokens: $0.prompt, outputTokens: $0.output)
      }, labels: requests.map(\.id))
  }
}
