import Formats
import Serving

/// What each quantiser writes of a model, as vLLM 0.33 reads it.
extension HuggingFaceFile {
  /// vLLM's own 8-bit floats, which DeepSeek and Qwen publish too.
  func fp8(_ config: JSONKeys) throws(InputError) -> QuantizationRule {
    let ignored = try config.texts("ignored_layers") ?? []
    let left = try ignored.isEmpty ? config.texts("modules_to_not_convert") ?? [] : ignored
    let block = try config.counts("weight_block_size", in: 1...65_536, "two sizes of a block")
    if family == "deepseek_v4" {
      return QuantizationRule(
        format: try floats(config, block: block), exclusions: .experts(try expertFormat(config)))
    }
    return QuantizationRule(
      format: try floats(config, block: block), exclusions: .exact(Set(left.map(ofText))))
  }

  /// What DeepSeek-V4's experts are stored in, beside 8-bit floats (vLLM 0.33).
  private func expertFormat(_ config: JSONKeys) throws(InputError) -> WeightFormat {
    if let algorithm = try config.text("moe_quant_algo") {
      if algorithm.uppercased() == "NVFP4" { return WeightFormat(.nvfp4) }
      throw unknown(config, "moe_quant_algo \(algorithm) is not known")
    }
    switch try keys.text("expert_dtype") {
    case "fp4": return WeightFormat(.mxfp4)
    case "fp8": return WeightFormat(.fp8Block)
    case nil:
      if wordsOfName.contains("fp8") {
        throw keys.missing("expert_dtype", "fp8 or fp4, as its experts are stored")
      }
      return WeightFormat(.mxfp4)
    case let other?:
      throw keys.mistake("expert_dtype", "experts in \(other) are not known", "use fp4 or fp8")
    }
  }

  func awq(_ config: JSONKeys) throws(InputError) -> QuantizationRule {
    let bits = try config.count("w_bit", "bits", in: 1...16, "the bits of a weight")
    if bits != 4 { throw unknown(config, "\(bits) bits of AWQ are not known") }
    let group = try group(config, "q_group_size", "group_size")
    if !config.has("zero_point") { throw config.missing("zero_point", "true or false") }
    let left = try config.texts("modules_to_not_convert") ?? []
    // Zero points have room whether there are any or not.
    let format = WeightFormat(.int4Weight, group: group, hasZeroPoints: true)
    var rule = QuantizationRule(format: format, exclusions: .within(left))
    let quantizesHead = try config.flag("lm_head") ?? false
    if quantizesHead && !left.contains(where: "lm_head".contains) { rule.head = format }
    return rule
  }

  func gptq(_ config: JSONKeys) throws(InputError) -> QuantizationRule {
    for key in ["bits", "group_size", "desc_act", "sym"] where !config.has(key) {
      throw config.missing(key, "vLLM does not load weights of GPTQ without it")
    }
    let format = try integers(config, and: nil)
    var only: [String] = []
    if let value = config.value("modules_in_block_to_quantize") {
      only = try flattened(value, config)
    }
    var rules: [(pattern: ModulePattern, format: WeightFormat?)] = []
    // The order of keys is lost; patterns that overlap would need it.
    if let dynamic = try config.object("dynamic") {
      for key in dynamic.values.keys.sorted() {
        let isLeft = key.hasPrefix("-:")
        let text = isLeft || key.hasPrefix("+:") ? String(key.dropFirst(2)) : key
        let pattern = try ModulePattern(expression: text, of: config, "dynamic")
        let format = isLeft ? nil : try integers(config, and: dynamic.object(key))
        rules.append((pattern, format))
      }
    }
    var rule = QuantizationRule(
      format: format, exclusions: .overrides(rules, only: only))
    if try config.flag("lm_head") ?? false {
      rule.head = rule.format(of: LinearModule(.head, "", "lm_head")) ?? format
    }
    let hasGroups = try group(config, "group_size") != nil
    if try config.flag("desc_act") ?? false, hasGroups {
      rule.remarks = ["what its order of inputs (desc_act) costs is left out"]
    }
    return rule
  }

  /// AutoRound, whose weights are packed as GPTQ's or AWQ's are.
  func autoRound(_ config: JSONKeys) throws(InputError) -> QuantizationRule {
    let type = try config.text("data_type") ?? "int"
    if type != "int" { throw unknown(config, "data_type \(type) of AutoRound is not known") }
    if let extra = try config.object("extra_config"), !extra.values.isEmpty {
      throw unknown(config, "extra_config of AutoRound is not known")
    }
    for key in ["block_name_to_quantize", "to_quant_block_names"] where config.has(key) {
      if config.value(key) != .string("model.layers") {
        throw unknown(config, "\(key) of AutoRound is not known")
      }
    }
    return QuantizationRule(
      format: try integers(config, and: nil), exclusions: .within([]))
  }

  /// NVIDIA's ModelOpt, in `quantization_config` or in a file of its own.
  func modelOpt(_ config: JSONKeys) throws(InputError) -> QuantizationRule {
    let isOwn = !config.has("quant_method")
    let algorithm = try config.text("quant_algo") ?? ""
    let format: WeightFormat
    switch algorithm.uppercased() {
    case "FP8", "FP8_PER_CHANNEL_PER_TOKEN": format = WeightFormat(.fp8)
    case "NVFP4": format = WeightFormat(.nvfp4)
    case "W4A16_NVFP4": format = WeightFormat(.nvfp4Weight)
    case "MIXED_PRECISION": return try mixed(config)
    default: throw unknown(config, "quant_algo \(algorithm) is not known")
    }
    let group = try config.optionalCount("group_size", in: 1...65_536, "the weights of a scale")
    if format.numbers == .nvfp4, let group, group != 16 {
      throw unknown(config, "NVFP4 in groups of \(group) is not known")
    }
    if !isOwn && config.has("exclude_modules") {
      throw unknown(config, "vLLM reads ignore in this place, and no exclude_modules")
    }
    let left = try config.texts(isOwn ? "exclude_modules" : "ignore") ?? []
    var rule = QuantizationRule(format: format, exclusions: .shell(left.map(ofText)))
    if rule.format(of: LinearModule(.head, "", "lm_head")) == format {
      throw unknown(config, "the head (lm_head) is not left out, which versions of vLLM read apart")
    }
    for key in ["kv_cache_scheme", "kv_cache_quant_algo"] {
      rule.cache = try cache(config, key) ?? rule.cache
    }
    return rule
  }

  /// ModelOpt's, where each module has a format of its own.
  private func mixed(_ config: JSONKeys) throws(InputError) -> QuantizationRule {
    guard let layers = try config.object("quantized_layers") else {
      throw config.missing("quantized_layers", "what each module is stored in")
    }
    var formats: [String: WeightFormat] = [:]
    for name in layers.values.keys.sorted() {
      let algorithm = try layers.object(name)?.text("quant_algo") ?? ""
      switch algorithm.uppercased() {
      case "FP8": formats[ofText(name)] = WeightFormat(.fp8)
      case "NVFP4": formats[ofText(name)] = WeightFormat(.nvfp4)
      case "W4A16_NVFP4": formats[ofText(name)] = WeightFormat(.nvfp4Weight)
      default: throw unknown(config, "quant_algo \(algorithm) of \(name) is not known")
      }
    }
    var rule = QuantizationRule(format: WeightFormat(.bf16), exclusions: .named(formats))
    rule.head = formats["lm_head"] ?? rule.head
    for key in ["kv_cache_scheme", "kv_cache_quant_algo"] {
      rule.cache = try cache(config, key) ?? rule.cache
    }
    return rule
  }

  /// The name of a module as a model of text alone has it.
  func ofText(_ name: String) -> String {
    if !isPartOfLarger { return name }
    return name.replacing("model.language_model.", with: "model.")
      .replacing("language_model.model.", with: "model.").replacing("language_model.", with: "")
  }

  /// What keys and values are cached in, nil where `key` says nothing of it.
  func cache(_ config: JSONKeys, _ key: String) throws(InputError) -> NumberFormat? {
    guard let value = config.value(key) else { return nil }
    if case .string(let name) = value, name.lowercased() == "fp8" { return .fp8 }
    if value["num_bits"]?.whole == 8, value["type"] == .string("float"),
      value["dynamic"] != .bool(true)
    {
      return .fp8
    }
    throw unknown(config, "\(key) asks for a cache that is not known")
  }

  /// Weights in integers of `bits` and their scales, `over` overriding what `config` says.
  private func integers(_ config: JSONKeys, and over: JSONKeys?) throws(InputError)
    -> WeightFormat
  {
    var keys = config
    for (name, value) in over?.values ?? [:] { keys.values[name] = value }
    let bits = try keys.count("bits", in: 1...16, "the bits of a weight")
    if try keys.flag("sym") == false {
      throw unknown(config, "weights that are not symmetric are not known of GPTQ")
    }
    let group = try group(keys, "group_size")
    switch bits {
    case 4: return WeightFormat(.int4Weight, group: group, hasZeroPoints: true)
    case 8: return WeightFormat(.int8Weight, group: group, hasZeroPoints: true)
    default: throw unknown(config, "\(bits) bits are not known")
    }
  }

  /// The weights that share a scale; nil where all of an output do.
  func group(_ config: JSONKeys, _ names: String...) throws(InputError) -> Int? {
    let name = names.first(where: config.has) ?? names[0]
    let size = try config.count(name, in: -1...65_536, "the weights that share a scale")
    if size == -1 { return nil }
    guard [32, 64, 128].contains(size) else {
      throw unknown(config, "groups of \(size) weights are not known")
    }
    return size
  }

  /// 8-bit floats, with one scale for each block of weights if there is a `block`.
  func floats(_ config: JSONKeys, block: [Int]?) throws(InputError) -> WeightFormat {
    guard let block else { return WeightFormat(.fp8) }
    if block == [128, 128] { return WeightFormat(.fp8Block) }
    throw unknown(config, "blocks of \(block) weights are not known")
  }

  /// The texts of a list, or of lists in a list.
  private func flattened(
    _ value: JSONValue, _ config: JSONKeys
  ) throws(InputError) -> [String] {
    switch value {
    case .string(let text): return [text]
    case .array(let values):
      var texts: [String] = []
      for value in values { texts += try flattened(value, config) }
      return texts
    default: throw unknown(config, "modules_in_block_to_quantize has \(value.kind) in it")
    }
  }
}
