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
  /// All of a layer's routed experts: both products and what is between them.
  case experts = "moe"
  case allReduce = "all_reduce"
  case allGather = "all_gather"
  case reduceScatter = "reduce_scatter"
  case allToAll = "all_to_all"
  case sendReceive = "send_recv"
  /// Adds to the residual stream and normalises it: m rows of n elements.
  case normalization
  /// The MLP's function and gate: m rows of n elements, after the gate.
  case activation
  /// Turns queries and keys by their positions: m rows of n elements of both.
  case rotary

  /// What the coordinates of its tables are, in the order of the axes.
  func axes(_ format: NumberFormat) -> [Axis] {
    switch self {
    case .gemm where format.kernelsNeedAlignment: [.rows, .outputs, .inputs, .alignment]
    case .gemm: [.rows, .outputs, .inputs]
    case .attentionPrefill: [.group, .parallel, .keys]
    case .attentionDecode: [.group, .keyValueHeads, .parallel, .keys]
    case .latentPrefill: [.parallel, .keys]
    case .latentDecode: [.heads, .sequences, .keys]
    case .experts: [.rows, .experts, .outputs, .pairs]
    case .allReduce, .allGather, .reduceScatter, .allToAll, .sendReceive: [.gpus, .bytes]
    case .normalization, .activation, .rotary: [.bytes]
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
