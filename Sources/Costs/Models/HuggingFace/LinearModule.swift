/// A matrix of a model under the names that files of quantised models give it.
struct LinearModule: Sendable {
  var matrix: Operation.Name
  /// The module as vLLM makes it, such as `model.layers.0.self_attn.qkv_proj`.
  var name: String
  /// The modules of the checkpoint that it is made of; of experts, those of the first.
  var parts: [String]

  var isOfRoutedExperts: Bool { matrix == .experts }

  init(_ matrix: Operation.Name, _ prefix: String, _ name: String, of parts: [String] = []) {
    self.matrix = matrix
    self.name = prefix + name
    let stem = name.split(separator: ".").dropLast().map { $0 + "." }.joined()
    let inside = matrix == .experts ? name + ".0." : stem
    self.parts = parts.isEmpty ? [prefix + name] : parts.map { prefix + inside + $0 }
  }
}

extension HuggingFaceFile {
  /// The matrices of `block`, the layer of this number, that can be quantised, or nil where their
  /// names are not known.
  func linearModules(of layer: Int, _ block: Block) -> [LinearModule]? {
    let prefix = "model.layers.\(layer)."
    switch family {
    case "longcat_flash", "mamba2", "jamba", "falcon_h1", "mamba", "falcon_mamba", "minimax",
      "gpt_neox", "internlm2", "starcoder2", "chatglm", "exaone", "lfm2",
      "lfm2_moe":
      return nil
    case "nemotron_h": return mixedModules("backbone.layers.\(layer).", block)
    case "opt": return optModules("model.decoder.layers.\(layer).")
    case "phi": return plainModules(prefix, "self_attn", qkv: ["q_proj", "k_proj", "v_proj"])
    case "falcon", "RefinedWeb", "RefinedWebModel":
      return plainModules("transformer.h.\(layer).", "self_attention", qkv: [])
    default:
      return block.mixers.flatMap { modules(prefix, $0) }
        + block.channels.flatMap { modules(prefix, $0) }
    }
  }

  private func modules(_ prefix: String, _ mixer: Block.Mixer) -> [LinearModule] {
    switch mixer {
    case .attention(let attention):
      let parts = family == "phi3" ? [] : ["q_proj", "k_proj", "v_proj"]
      let own = [
        LinearModule(.queryKeyValue, prefix, "self_attn.qkv_proj", of: parts),
        LinearModule(.attentionOutput, prefix, "self_attn.o_proj"),
      ]
      if attention.indexer == nil { return own }
      return own + [
        LinearModule(.indexQuery, prefix, "self_attn.index_q_proj"),
        LinearModule(.indexKey, prefix, "self_attn.index_k_proj"),
      ]
    case .latent(let latent): return latentModules(prefix, latent)
    case .compressed:
      return [
        LinearModule(.queryKeyValueDown, prefix, "attn.fused_wqa_wkv", of: ["wq_a", "wkv"]),
        LinearModule(.queryUp, prefix, "attn.wq_b"), LinearModule(.outputDown, prefix, "attn.wo_a"),
        LinearModule(.attentionOutput, prefix, "attn.wo_b"),
        LinearModule(.indexQuery, prefix, "attn.indexer.wq_b"),
      ]
    case .recurrent where family == "kimi_linear":
      return [
        LinearModule(
          .recurrentInput, prefix, "self_attn.qkv_proj", of: ["q_proj", "k_proj", "v_proj"]),
        LinearModule(.recurrentOutput, prefix, "self_attn.o_proj"),
      ]
    case .recurrent:
      return [
        LinearModule(
          .recurrentInput, prefix, "linear_attn.in_proj_qkvz", of: ["in_proj_qkv", "in_proj_z"]),
        LinearModule(
          .recurrentGates, prefix, "linear_attn.in_proj_ba", of: ["in_proj_b", "in_proj_a"]),
        LinearModule(.recurrentOutput, prefix, "linear_attn.out_proj"),
      ]
    }
  }

  private func latentModules(_ prefix: String, _ latent: Latent) -> [LinearModule] {
    let compresses = latent.queryRank != 0
    let down = ["q_a_proj", "kv_a_proj_with_mqa"]
    let own = [
      compresses
        ? LinearModule(.queryKeyValueDown, prefix, "self_attn.fused_qkv_a_proj", of: down)
        : LinearModule(.queryKeyValueDown, prefix, "self_attn.kv_a_proj_with_mqa"),
      LinearModule(.queryUp, prefix, compresses ? "self_attn.q_b_proj" : "self_attn.q_proj"),
      LinearModule(.keyValueUp, prefix, "self_attn.kv_b_proj"),
      LinearModule(.attentionOutput, prefix, "self_attn.o_proj"),
    ]
    guard let indexer = latent.indexer, !indexer.isShared else { return own }
    return own + [
      LinearModule(.indexQuery, prefix, "self_attn.indexer.wq_b"),
      LinearModule(.indexKey, prefix, "self_attn.indexer.wk"),
    ]
  }

  private func modules(_ prefix: String, _ channel: Block.Channel) -> [LinearModule] {
    let up = family == "phi3" ? [] : ["gate_proj", "up_proj"]
    var feedForward = family == "llama4" ? "feed_forward" : "mlp"
    if family == "kimi_linear", case .experts = channel { feedForward = "block_sparse_moe" }
    guard case .experts(let mixture) = channel else {
      return [
        LinearModule(.up, prefix, "\(feedForward).gate_up_proj", of: up),
        LinearModule(.down, prefix, "\(feedForward).down_proj"),
      ]
    }
    let shared: [LinearModule]
    if mixture.sharedIntermediate == 0 {
      shared = []
    } else {
      let name = "\(feedForward).\(sharedName)"
      shared = [
        LinearModule(.sharedUp, prefix, "\(name).gate_up_proj", of: up),
        LinearModule(.sharedDown, prefix, "\(name).down_proj"),
      ]
    }
    switch family {
    case "mixtral", "minimax_m2", "phimoe":
      return [LinearModule(.experts, prefix, "block_sparse_moe.experts", of: ["w1", "w2", "w3"])]
    case "kimi_linear":
      return [LinearModule(.experts, prefix, "block_sparse_moe.experts", of: ["w1", "w2", "w3"])]
        + shared
    case "gemma4":
      return [LinearModule(.experts, prefix, "moe.experts", of: up + ["down_proj"])]
    default:
      return [
        LinearModule(.experts, prefix, "\(feedForward).experts", of: up + ["down_proj"])
      ] + shared
    }
  }

  private var sharedName: String {
    switch family {
    case "qwen2_moe", "qwen3_next", "qwen3_5_moe", "llama4": "shared_expert"
    default: "shared_experts"
    }
  }

  /// Nemotron-H's: each layer has a mixer of one kind.
  private func mixedModules(_ prefix: String, _ block: Block) -> [LinearModule] {
    let ofMixers = block.mixers.flatMap { mixer in
      if case .recurrent = mixer {
        [
          LinearModule(.recurrentInput, prefix, "mixer.in_proj"),
          LinearModule(.recurrentOutput, prefix, "mixer.out_proj"),
        ]
      } else {
        [
          LinearModule(
            .queryKeyValue, prefix, "mixer.qkv_proj", of: ["q_proj", "k_proj", "v_proj"]),
          LinearModule(.attentionOutput, prefix, "mixer.o_proj"),
        ]
      }
    }
    return ofMixers
      + block.channels.flatMap { channel in
        guard case .experts(let mixture) = channel else {
          return [
            LinearModule(.up, prefix, "mixer.up_proj"),
            LinearModule(.down, prefix, "mixer.down_proj"),
          ]
        }
        let latent =
          mixture.latentWidth == nil
          ? []
          : [
            LinearModule(.expertsDown, prefix, "mixer.fc1_latent_proj"),
            LinearModule(.expertsUp, prefix, "mixer.fc2_latent_proj"),
          ]
        return latent + [
          LinearModule(.experts, prefix, "mixer.experts", of: ["up_proj", "down_proj"]),
          LinearModule(.sharedUp, prefix, "mixer.shared_experts.up_proj"),
          LinearModule(.sharedDown, prefix, "mixer.shared_experts.down_proj"),
        ]
      }
  }

  private func plainModules(
    _ prefix: String, _ attention: String, qkv: [String]
  ) -> [LinearModule] {
    let isFalcon = qkv.isEmpty
    let (fused, up) = isFalcon ? ("query_key_value", "dense_h_to_4h") : ("qkv_proj", "fc1")
    return [
      LinearModule(.queryKeyValue, prefix, "\(attention).\(fused)", of: qkv),
      LinearModule(.attentionOutput, prefix, "\(attention).dense"),
      LinearModule(.up, prefix, "mlp.\(up)"),
      LinearModule(.down, prefix, isFalcon ? "mlp.dense_4h_to_h" : "mlp.fc2"),
    ]
  }

  private func optModules(_ prefix: String) -> [LinearModule] {
    [
      LinearModule(
        .queryKeyValue, prefix, "self_attn.qkv_proj", of: ["q_proj", "k_proj", "v_proj"]),
      LinearModule(.attentionOutput, prefix, "self_attn.out_proj"),
      LinearModule(.up, prefix, "fc1"), LinearModule(.down, prefix, "fc2"),
    ]
  }
}
