/// The kinds of kernel that times are measured of, by the names that tables of measurements use.
public enum MeasuredOperation: String, CaseIterable, Sendable, Encodable {
  /// A product of a matrix of m by k with one of k by n.
  case gemm
  /// Causal attention of prompts: `batch` sequences of `query_tokens` new tokens after
  /// `context_tokens` cached ones.
  case attentionPrefill = "attention_prefill"
  /// Attention of one new token of each of `batch` sequences to `context_tokens`, itself included.
  case attentionDecode = "attention_decode"
  /// The same two with multi-head latent attention.
  case latentPrefill = "mla_prefill"
  case latentDecode = "mla_decode"
  /// Bidirectional attention of `batch` sequences of `query_tokens`, without a cache.
  case encoderAttention = "encoder_attention"
  /// Attention of each of `query_tokens` of `batch` sequences to `topk` cached latents that an
  /// indexer chose.
  case sparseAttention = "sparse_attention"
  /// An indexer's scores of each of `query_tokens` of `batch` sequences against the
  /// `context_tokens` before it, in 8-bit floats.
  case indexer
  /// The convolution before a recurrence, over n channels of k tokens each: of `batch` prompts of
  /// `query_tokens`, and of one new token of each of `batch` sequences.
  case convolutionPrefill = "convolution_prefill"
  case convolutionDecode = "convolution_decode"
  /// The recurrence of the gated delta rule, likewise: `heads` states of `head_size` values by k
  /// keys, of which `kv_heads` are different.
  case recurrentPrefill = "recurrent_prefill"
  case recurrentDecode = "recurrent_decode"
  /// The same by the Kimi delta rule, which has a decay for each channel.
  case kimiPrefill = "kda_prefill"
  case kimiDecode = "kda_decode"
  /// All of a layer's routed experts: both products and what is between them.
  case experts = "moe"
  /// The same by Marlin's kernels, which take 4-bit weights and inputs in 16 bits.
  case marlinExperts = "moe_marlin"
  /// The same of one GPU that was sent the tokens of its experts alone: one expert's after those
  /// of another, or each in room of its own.
  case contiguousExperts = "moe_contiguous"
  case maskedExperts = "moe_masked"
  case allReduce = "all_reduce"
  /// An all-reduce by the kernel that can add to the residual stream and normalise as well, timed
  /// without.
  case fusedAllReduce = "all_reduce_fused"
  case allGather = "all_gather"
  case reduceScatter = "reduce_scatter"
  case allToAll = "all_to_all"
  case sendReceive = "send_recv"
  /// DeepEP's: m tokens of a GPU, k wide, of which each goes through `topk` of `experts`, are sent
  /// to those among `gpus`, or the results back; the kernels for many tokens take `sms`
  /// multiprocessors.
  case dispatchHighThroughput = "dispatch_high_throughput"
  case combineHighThroughput = "combine_high_throughput"
  case dispatchLowLatency = "dispatch_low_latency"
  case combineLowLatency = "combine_low_latency"
  /// Adds to the residual stream and normalises it: m rows of n elements.
  case normalization
  /// The MLP's function and gate: m rows of n elements, after the gate.
  case activation
  /// Turns queries and keys by their positions: m rows of n elements of both.
  case rotary
  /// Makes 8-bit floats of m rows of n elements.
  case quantize

  /// What the coordinates of its tables are, in the order of the axes.
  func axes(_ format: NumberFormat) -> [Axis] {
    switch self {
    case .gemm where format.kernelsNeedAlignment: [.rows, .outputs, .inputs, .alignment]
    case .gemm: [.rows, .outputs, .inputs]
    case .attentionPrefill: [.group, .parallel, .keys]
    case .attentionDecode: [.group, .keyValueHeads, .parallel, .keys]
    case .latentPrefill: [.parallel, .keys]
    case .latentDecode: [.heads, .sequences, .keys]
    case .encoderAttention, .indexer, .convolutionPrefill, .recurrentPrefill, .kimiPrefill:
      [.parallel, .keys]
    case .sparseAttention, .convolutionDecode, .recurrentDecode, .kimiDecode: [.parallel]
    case .experts, .marlinExperts, .contiguousExperts, .maskedExperts:
      [.rows, .experts, .outputs, .pairs]
    case .allReduce, .fusedAllReduce, .allGather, .reduceScatter, .allToAll, .sendReceive:
      [.gpus, .bytes]
    case .dispatchHighThroughput, .combineHighThroughput, .dispatchLowLatency, .combineLowLatency:
      [.gpus, .rows, .bytes]
    case .normalization, .activation, .rotary: [.bytes]
    case .quantize: [.rows, .inputs]
    }
  }
}

extension MeasuredOperation {
  /// What kernels stand in where none of its own were measured.
  var standIn: MeasuredOperation? {
    switch self {
    case .contiguousExperts, .maskedExperts, .marlinExperts: .experts
    case .fusedAllReduce: .allReduce
    case .kimiPrefill: .recurrentPrefill
    case .kimiDecode: .recurrentDecode
    default: nil
    }
  }
}

/// A quantity that kernels' times are tabulated by.
enum Axis: String, Sendable {
  case rows = "m"
  case outputs = "n"
  case inputs = "k"
  case keyValueHeads = "kv_heads"
  /// 4 where that divides the rows, otherwise 1: kernels of 8-bit floats that load them through
  /// descriptors are slower then.
  case alignment
  /// Experts on this GPU that at least one token goes through.
  case experts = "distinct"
  /// Of the experts that a token goes through, those on this GPU, on average.
  case pairs = "pairs_per_token"
  case parallel, keys, group, heads, sequences, gpus, bytes
}
