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
  /// The matrices of a layer that can be quantised, or nil where their names are not known.
  func linearModules(of layer: Int, in model: Model, hasExperts: Bool) -> [LinearModule]? {
    if isPartOfLarger { return nil }
    let prefix = "model.layers.\(layer)."
    switch family {
    case "opt": return optModules("model.decoder.layers.\(layer).")
    case "phi": return plainModules(prefix, "self_attn", qkv: ["q_proj", "k_proj", "v_proj"])
    case "falcon", "RefinedWeb", "RefinedWebModel":
      return plainModules("transformer.h.\(layer).", "self_attention", qkv: [])
    case "deepseek_v2", "deepseek_v3":
      return latentModules(prefix, model) + feedForward(prefix, hasExperts, "shared_experts")
    case "longcat_flash": return nil
    default: return attentionModules(prefix) + feedForward(prefix, hasExperts, "shared_expert")
    }
  }

  private func attentionModules(_ prefix: String) -> [LinearModule] {
    let parts = family == "phi3" ? [] : ["q_proj", "k_proj", "v_proj"]
    return [
      LinearModule(.queryKeyValue, prefix, "self_attn.qkv_proj", of: parts),
      LinearModule(.attentionOutput, prefix, "self_attn.o_proj"),
    ]
  }

  private func latentModules(_ prefix: String, _ model: Model) -> [LinearModule] {
    let compresses = model.latent?.queryRank != 0
    let down = ["q_a_proj", "kv_a_proj_with_mqa"]
    return [
      compresses
        ? LinearModule(.queryKeyValueDown, prefix, "self_attn.fused_qkv_a_proj", of: down)
        : LinearModule(.queryKeyValueDown, prefix, "self_attn.kv_a_proj_with_mqa"),
      LinearModule(.queryUp, prefix, compresses ? "self_attn.q_b_proj" : "self_attn.q_proj"),
      LinearModule(.keyValueUp, prefix, "self_attn.kv_b_proj"),
      LinearModule(.attentionOutput, prefix, "self_attn.o_proj"),
    ]
  }

  private func feedForward(
    _ prefix: String, _ hasExperts: Bool, _ shared: String
  ) -> [LinearModule] {
    if family == "mixtral" {
      return [LinearModule(.experts, prefix, "block_sparse_moe.experts", of: ["w1", "w2", "w3"])]
    }
    let up = family == "phi3" ? [] : ["gate_proj", "up_proj"]
    if !hasExperts {
      return [
        LinearModule(.up, prefix, "mlp.gate_up_proj", of: up),
        LinearModule(.down, prefix, "mlp.down_proj"),
      ]
    }
    return [
      LinearModule(.experts, prefix, "mlp.experts", of: up + ["down_proj"]),
      LinearModule(.sharedUp, prefix, "mlp.\(shared).gate_up_proj", of: up),
      LinearModule(.sharedDown, prefix, "mlp.\(shared).down_proj"),
    ]
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
