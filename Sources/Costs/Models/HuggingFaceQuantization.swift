import Serving

extension HuggingFaceFile {
  /// What the linear layers are stored in.
  ///
  /// Scales are counted as `NumberFormat` counts them, whatever the size of their groups.
  func weights() throws(InputError) -> NumberFormat {
    guard let config = keys.quantizationConfig else { return .bf16 }
    let partly = ((config.modulesToNotConvert ?? []) + (config.ignore ?? [])).first(where: isLinear)
    if let partly {
      throw misunderstood("the linear layer \(partly) is left in 16 bits")
    }
    let bits = config.bits ?? config.wBit
    switch (config.quantMethod, bits) {
    case ("fp8", _): return try floats(block: config.weightBlockSize)
    case ("gptq", 4), ("awq", 4): return .int4Weight
    case ("gptq", 8): return .int8Weight
    case ("gptq", _), ("awq", _):
      throw misunderstood("\(bits.map(String.init) ?? "an unknown number of") bits are not known")
    case ("compressed-tensors", _): return try compressed(config)
    case ("modelopt", _), ("modelopt_fp4", _):
      switch config.quantAlgo {
      case "FP8": return .fp8
      case "NVFP4": return .nvfp4
      default: throw misunderstood("quant_algo \(config.quantAlgo ?? "") is not known")
      }
    case (let method, _): throw misunderstood("quant_method \(method ?? "") is not known")
    }
  }

  private func compressed(_ config: Quantization) throws(InputError) -> NumberFormat {
    let groups = (config.configGroups ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    guard let first = groups.first, let weights = first.weights else {
      throw misunderstood("its config_groups say nothing of weights")
    }
    guard groups.allSatisfy({ $0.weights == first.weights }) else {
      throw misunderstood("its config_groups differ")
    }
    let inputs = first.inputActivations
    switch (weights.type, weights.numBits, inputs?.type, inputs?.numBits) {
    case ("float", 8, "float", 8):
      return try floats(block: weights.strategy == "block" ? weights.blockStructure ?? [] : nil)
    case ("float", 4, "float", 4): return .nvfp4
    case ("int", 8, "int", 8): return .int8
    case ("int", 8, nil, nil): return .int8Weight
    case ("int", 4, nil, nil): return .int4Weight
    default:
      throw misunderstood("\(describe(weights)) weights with \(describe(inputs)) are not known")
    }
  }

  /// 8-bit floats, with one scale for each block of weights if there is a `block`.
  private func floats(block: [Int]?) throws(InputError) -> NumberFormat {
    guard let block else { return .fp8 }
    if block == [128, 128] { return .fp8Block }
    throw misunderstood("blocks of \(block) weights are not known")
  }

  private func describe(_ numbers: Quantization.Numbers?) -> String {
    guard let numbers else { return "inputs in 16 bits" }
    return "\(numbers.numBits ?? 0)-bit \(numbers.type ?? "")"
  }

  /// Whether a module, or a pattern of names, is one of the linear layers that the model's work is
  /// in; heads, routers, normalisations and vision are none.
  private func isLinear(_ module: String) -> Bool {
    let others = ["vision", "visual", "multi_modal", "lm_head", "layernorm", "norm"]
    if others.contains(where: module.contains) { return false }
    return ["_proj", "self_attn", "experts", "mlps"].contains(where: module.contains)
      || module.hasSuffix("mlp")
  }

  private func misunderstood(_ problem: String) -> InputError {
    unsupported(
      "quantization_config", problem,
      "use the config.json of the model in 16 bits, and --quantization with one of "
        + NumberFormat.allCases.dropFirst().map(\.rawValue).joined(separator: ", "))
  }
}
