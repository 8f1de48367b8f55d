import Serving

extension DecisionLog {
  /// The first line: whose decisions these are, and under which limits.
  struct Header: Decodable, Sendable {
    let type: String
    let scheduler: String
    let config: Named<Config>
    let clock: Named<LogClock>
    let preemptOutputAccounting: String?

    enum CodingKeys: String, CodingKey {
      case type, scheduler, config, clock
      case preemptOutputAccounting = "preempt_output_accounting"
    }

    static let keys = [
      "type", "scheduler", "config", "clock", "preempt_output_accounting", "case", "source",
      "pipeline", "note",
    ]
  }

  /// The limits of the engine, by its own names.
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
    let dynamic: Named<Dynamic>?
    let prefixCaching: Bool?
    let policy: String?
    let preemptionMode: String?
    let numCpuBlocks: Int?
    let watermark: Double?
    let pp: Int?

    enum CodingKeys: String, CodingKey {
      case dynamic, policy, pp, watermark
      case blockSize = "block_size"
      case numBlocks = "num_blocks"
      case maxNumSeqs = "max_num_seqs"
      case maxModelLen = "max_model_len"
      case maxLength = "max_length"
      case chunkSize = "chunk_size"
      case maxBatchedTokens = "max_batched_tokens"
      case maxNumBatchedTokens = "max_num_batched_tokens"
      case maxRaggedBatchSize = "max_ragged_batch_size"
      case maxRaggedSequenceCount = "max_ragged_sequence_count"
      case maxTrackedSequences = "max_tracked_sequences"
      case flushMode = "flush_mode"
      case longPrefillTokenThreshold = "long_prefill_token_threshold"
      case enableChunkedPrefill = "enable_chunked_prefill"
      case schedulerReserveFullIsl = "scheduler_reserve_full_isl"
      case prefixCaching = "prefix_caching"
      case preemptionMode = "preemption_mode"
      case numCpuBlocks = "num_cpu_blocks"
    }
  }

  /// Chunks that shrink as a prompt gets on.
  struct Dynamic: Decodable, Sendable {
    let isOn: Bool?
    let low: Int
    let high: Int
    let maxTokens: Int
    let stages: Int

    enum CodingKeys: String, CodingKey, CaseIterable {
      case isOn = "enable_dynamic_chunking_schedule"
      case low = "low_chunk_size"
      case high = "high_chunk_size"
      case maxTokens = "chunk_schedule_max_tokens"
      case stages = "chunk_schedule_stages"
    }
  }

  /// A batch takes so long whatever is in it, or so long and so much a token; microseconds.
  struct LogClock: Decodable, CostModel {
    let kind: String?
    let stepUs: Double?
    let baseUs: Double?
    let perTokenUs: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case kind
      case stepUs = "step_us"
      case baseUs = "base_us"
      case perTokenUs = "per_token_us"
    }

    func seconds(for batch: borrowing Batch) -> Double {
      microseconds(tokens: batch.tokens) / 1e6
    }

    func microseconds(tokens: Int) -> Double {
      stepUs ?? (baseUs ?? 0) + (perTokenUs ?? 0) * Double(tokens)
    }
  }

  /// The second line.
  struct Requests: Decodable, Sendable {
    let type: String
    let requests: [Named<LoggedRequest>]

    static let keys = ["type", "requests"]
  }

  struct LoggedRequest: Decodable, Sendable {
    let id: String
    let arrivalUs: Int
    let prompt: Int
    let output: Int
    let priority: Int?
    let prefixGroup: String?
    let sharedPrefix: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case id, prompt, output, priority
      case arrivalUs = "arrival_us"
      case prefixGroup = "prefix_group"
      case sharedPrefix = "shared_prefix"
    }
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
    let requests: [Outcome]?

    enum CodingKeys: String, CodingKey {
      case type, batch, preempted, emitted, finished, requests
      case tUs = "t_us"
      case endUs = "end_us"
      case freeBlocksAfterSchedule = "free_blocks_after_schedule"
      case freeBlocksEnd = "free_blocks_end"
    }
  }

  /// What became of a request, in the last line.
  struct Outcome: Decodable, Sendable {
    let id: String
    let firstTokenUs: Int?
    let finishUs: Int?
    let emitted: Int
    let preemptions: Int

    enum CodingKeys: String, CodingKey {
      case id, emitted, preemptions
      case firstTokenUs = "first_token_us"
      case finishUs = "finish_us"
    }
  }

  /// `[id, kind, tokens, context]`.
  struct LoggedWork: Decodable, Sendable {
    let request: String
    let kind: String
    let tokens: Int
    let context: Int

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      request = try fields.decode(String.self)
      kind = try fields.decode(String.self)
      tokens = try fields.decode(Int.self)
      context = try fields.decode(Int.self)
    }

    var work: IterationWork {
      IterationWork(request: request, isDecode: kind == "D", tokens: tokens, context: context)
    }
  }
}
