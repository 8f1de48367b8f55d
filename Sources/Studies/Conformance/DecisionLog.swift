import Foundation
import Schedulers
import Serving

/// What a real scheduler decided, iteration by iteration; `Tests/README.md` gives the format.
public struct DecisionLog: Sendable {
  /// The first line: whose decisions these are, and under which limits.
  struct Header: Decodable, Sendable {
    let scheduler: String
    let config: Config
    let clock: LogClock
    let preemptOutputAccounting: String?
    let `case`: String?
  }

  struct Config: Decodable, Sendable {
    let blockSize: Int
    let numBlocks: Int
    let maxNumSeqs: Int?
    let maxModelLen: Int?
    let maxLength: Int?
    let chunkSize: Int?
    let maxBatchedTokens: Int?
    let maxNumBatchedTokens: Int?
    let maxRaggedBatchSize: Int?
    let maxRaggedSequenceCount: Int?
    let maxTrackedSequences: Int?
    let flushMode: String?
    let longPrefillTokenThreshold: Int?
    let enableChunkedPrefill: Bool?
    let schedulerReserveFullIsl: Bool?
    let dynamic: Dynamic?
    let prefixCaching: Bool?
    let policy: String?
    let preemptionMode: String?
    let numCpuBlocks: Int?
    let pp: Int?
  }

  struct Dynamic: Decodable, Sendable {
    let lowChunkSize: Int
    let highChunkSize: Int
    let chunkScheduleMaxTokens: Int
    let chunkScheduleStages: Int
  }

  /// A batch takes so long whatever is in it, or so long and so much a token.
  struct LogClock: Decodable, CostModel {
    let stepUs: Double?
    let baseUs: Double?
    let perTokenUs: Double?

    func seconds(for batch: borrowing Batch) -> Double {
      (stepUs ?? (baseUs ?? 0) + (perTokenUs ?? 0) * Double(batch.tokens)) / 1e6
    }
  }

  struct LoggedRequest: Decodable, Sendable {
    let id: String
    let arrivalUs: Int
    let prompt: Int
    let output: Int
    let priority: Int?
    let prefixGroup: String?
    let sharedPrefix: Int?
  }

  /// A line of any other type.
  struct Line: Decodable, Sendable {
    let type: String
    let tUs: Int?
    let endUs: Int?
    let batch: [LoggedWork]?
    let preempted: [String]?
    let freeBlocksAfterSchedule: Int?
    let freeBlocksEnd: Int?
    let emitted: [String]?
    let finished: [String]?
    let running: [String]?
    let waiting: [String]?
    let requests: [Outcome]?
  }

  /// What became of a request, in the last line.
  struct Outcome: Decodable, Sendable {
    let id: String
    let firstTokenUs: Int?
    let finishUs: Int?
    let emitted: Int
    let preemptions: Int
  }

  /// `[id, kind, tokens, context]`.
  struct LoggedWork: Decodable, Sendable {
    let work: IterationWork

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      work = IterationWork(
        request: try fields.decode(String.self),
        isDecode: try fields.decode(String.self) == "D", tokens: try fields.decode(Int.self),
        context: try fields.decode(Int.self))
    }
  }

  let source: String
  let header: Header
  let requests: [LoggedRequest]
  let steps: [Line]
  let outcomes: [Outcome]

  /// The log in `data`, which came from `source`.
  public init(_ data: Data, source: String) throws(InputError) {
    let lines = data.split(separator: UInt8(ascii: "\n"))
    guard lines.count >= 3 else {
      throw InputError(
        source, problem: "\(lines.count) lines are no decision log",
        remedy: "give a header, the requests, and a line an iteration (Tests/README.md)")
    }
    struct Requests: Decodable { let requests: [LoggedRequest] }
    self.source = source
    header = try Self.decode(Header.self, lines[0], source, 1)
    requests = try Self.decode(Requests.self, lines[1], source, 2).requests
    var steps: [Line] = []
    var outcomes: [Outcome] = []
    for (index, line) in lines.enumerated().dropFirst(2) {
      let step = try Self.decode(Line.self, line, source, index + 1)
      // An iteration without a batch takes no time and decides nothing that the next does not show.
      if step.type == "step" && !(step.batch ?? []).isEmpty { steps.append(step) }
      outcomes += step.requests ?? []
    }
    self.steps = steps
    self.outcomes = outcomes
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ line: Data, _ source: String, _ number: Int
  ) throws(InputError) -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(type, from: line)
    } catch {
      throw InputError(
        source, line: number, problem: "the line is not what stands here in a decision log",
        remedy: "see Tests/README.md (\(type))")
    }
  }

  /// The requests, called by their names.
  var trace: Trace {
    Trace(
      requests: requests.map {
        Request(arrival: arrival(of: $0), promptTokens: $0.prompt, outputTokens: $0.output)
      }, labels: requests.map(\.id),
      prefixHashes: header.config.prefixCaching == true ? requests.indices.map(hashes) : nil,
      prefixBlockTokens: 1,
      priorities: requests.contains { $0.priority != nil }
        ? requests.map { $0.priority ?? 0 } : nil)
  }

  /// When `request` is handed over: in a pipeline, at the next tick of a stage.
  private func arrival(of request: LoggedRequest) -> Nanoseconds {
    guard isPipelined, let step = header.clock.stepUs else { return request.arrivalUs * 1000 }
    let tick = Int(step)
    return (request.arrivalUs + tick - 1) / tick * tick * 1000
  }

  var isPipelined: Bool { (header.config.pp ?? 1) > 1 }

  /// A hash for each token of a prompt: its group's as far as the group shares it, then its own.
  private func hashes(of row: Int) -> [UInt64] {
    let request = requests[row]
    let shared = request.prefixGroup == nil ? 0 : request.sharedPrefix ?? 0
    let first = requests.firstIndex { $0.prefixGroup == request.prefixGroup } ?? row
    return (0..<request.prompt).map { token in
      UInt64(token < shared ? first : requests.count + row) << 32 | UInt64(token)
    }
  }
}

/// What an iteration computes for one request.
struct IterationWork: Hashable, Sendable, Comparable {
  var request: String
  var isDecode: Bool
  var tokens: Int
  var context: Int

  static func < (a: IterationWork, b: IterationWork) -> Bool {
    (a.request, a.context, a.tokens) < (b.request, b.context, b.tokens)
  }
}

/// The clock of a log whose batches pass through `stages` stages, each as long as the clock says.
struct StageClock: CostModel {
  var clock: DecisionLog.LogClock
  var stages: Int

  func seconds(for batch: borrowing Batch) -> Double {
    clock.seconds(for: batch) * Double(stages)
  }
}
