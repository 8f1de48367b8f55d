import Formats
import Serving

extension HuggingFaceFile {
  /// Gives `model` the formats of its weights and cache, as vLLM 0.33 finds them: those of the
  /// file, else of ModelOpt's beside it.
  func quantize(_ model: inout Model, beside others: [String: [UInt8]]) throws(InputError) {
    if let config = try quantization {
      try apply(try rule(config), to: &model, config)
    } else if let bytes = others["hf_quant_config.json"] {
      let source = beside("hf_quant_config.json")
      let keys = try JSONKeys(bytes, source: source, remedy: Self.remedy)
      guard try keys.object("producer")?.text("name") == "modelopt" else {
        throw keys.mistake(
          "producer", "it does not say that ModelOpt made it, and vLLM does not read it then",
          "add the file as it was published, or move it away and the weights are in 16 bits")
      }
      guard let config = try keys.object("quantization") else {
        throw keys.missing("quantization", "what ModelOpt wrote there")
      }
      try apply(try modelOpt(config), to: &model, config)
    } else {
      let unread = Model.filesBeside.filter { others[$0] != nil }
      model.formats.remarks = unread.map { "\($0) beside it is not read, as vLLM does not" }
      if unread.isEmpty { try requirePlainName() }
    }
  }

  /// The words of the name of the file, or of its folder.
  var wordsOfName: [Substring] {
    let path = source.split(separator: "/")
    let name = path.last == "config.json" ? path.dropLast().last ?? "" : path.last ?? ""
    return Substring(name.lowercased()).split { !$0.isLetter && !$0.isNumber }
  }

  /// Throws if the file, or its folder, is named after a format that nothing in it states.
  private func requirePlainName() throws(InputError) {
    let formats = ["fp8", "nvfp4", "mxfp4", "awq", "gptq", "int4", "int8", "w4a16", "w8a8"]
    if let format = wordsOfName.first(where: { formats.contains(String($0)) }) {
      throw keys.mistake(
        "quantization_config", "its name says \(format), and nothing in it does",
        "put hf_quant_config.json of the same repository beside it; or, where weights are in 16 "
          + "bits, give it another name")
    }
  }

  private func rule(_ config: JSONKeys) throws(InputError) -> QuantizationRule {
    guard let method = try config.text("quant_method") else {
      throw unknown(config, "it names no quant_method")
    }
    switch method.lowercased() {
    case "fp8": return try fp8(config)
    case "gptq": return try gptq(config)
    case "awq": return try awq(config)
    case "auto-round": return try autoRound(config)
    case "compressed-tensors": return try compressedTensors(config)
    case "mxfp4":
      return QuantizationRule(format: WeightFormat(.mxfp4), exclusions: .allButExperts)
    case "modelopt", "modelopt_fp4", "modelopt_mixed":
      return try modelOpt(try config.object("quantization") ?? config)
    default: throw unknown(config, "quant_method \(method) is not known")
    }
  }

  /// Asks `rule` for the format of every matrix of `model`.
  private func apply(
    _ rule: QuantizationRule, to model: inout Model, _ config: JSONKeys
  ) throws(InputError) {
    model.cache = rule.cache
    model.formats = WeightFormats(rule.format)
    model.formats.remarks = rule.remarks
    var formats: Set<NumberFormat> = []
    let read = model
    try model.changeLayers { (layer, block) throws(InputError) in
      guard let modules = linearModules(of: layer, block) else {
        try requireAlike(rule, config)
        formats.insert(rule.format.numbers)
        return
      }
      for module in modules {
        guard let format = rule.format(of: module) else {
          throw unknown(config, "the parts of \(module.name) are not stored alike")
        }
        formats.insert(format.numbers)
        if format != rule.format { block.formats[module.matrix] = format }
      }
      // What has no name that a quantiser knows, none has touched.
      let plain = WeightFormat(.bf16)
      for matrix in block.matrices(hidden: read.hidden).map(\.name)
      where !modules.contains(where: { $0.matrix == matrix }) {
        if block.format(of: matrix, main: rule.format) != plain { block.formats[matrix] = plain }
      }
    }
    if rule.head != WeightFormat(.bf16) {
      if model.hasTiedHead { throw unknown(config, "the head is quantised, and is the embedding") }
      model.formats.head = rule.head
    }
    if formats == [.bf16] {
      model.blocks = read.blocks
      model.formats = WeightFormats(.bf16)
    }
  }

  /// Throws if `rule` may leave some linear layers alone, where their names are not known.
  private func requireAlike(
    _ rule: QuantizationRule, _ config: JSONKeys
  ) throws(InputError) {
    guard let left = rule.mentioned.first(where: QuantizationRule.isOfLinear) else { return }
    throw unknown(config, "which linear layers \(left) leaves in 16 bits is not known")
  }

  /// The path of the file called `name` beside this one.
  private func beside(_ name: String) -> String {
    let folder = source.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return (folder + [Substring(name)]).joined(separator: "/")
  }

  /// The error for weights in a format that is not known.
  func unknown(_ config: JSONKeys, _ problem: String) -> InputError {
    let place = config.path.isEmpty ? "" : String(config.path.dropLast())
    return InputError(
      config.source, column: place, problem: problem,
      remedy: "use the config.json of the model in 16 bits, and --quantization with one of "
        + NumberFormat.allCases.dropFirst().map(\.rawValue).joined(separator: ", "))
  }
}

extension QuantizationRule {
  /// The names and patterns of modules that are not stored as most are.
  var mentioned: [String] {
    switch exclusions {
    case .exact(let names): names.sorted()
    case .within(let texts), .shell(let texts): texts
    case .groups(let groups, let ignored):
      ignored.map(\.text) + groups.flatMap { $0.targets.map(\.text) }.filter { $0 != "Linear" }
    case .overrides(let rules, let only): rules.map(\.pattern.text) + only
    case .named(let formats): formats.keys.sorted()
    case .allButExperts, .experts: ["model.layers"]
    }
  }

  /// Whether a module, or a pattern of names, is one of the linear layers that the model's work is
  /// in; heads, routers, normalisations and vision are none.
  static func isOfLinear(_ module: String) -> Bool {
    let others = ["vision", "visual", "multi_modal", "lm_head", "layernorm", "norm"]
    if others.contains(where: module.contains) { return false }
    return !module.hasSuffix("gate") && !module.hasSuffix("router.classifier")
  }
}

extension ModulePattern {
  /// What it was made of, in words.
  var text: String {
    switch self {
    case .name(let name): name
    case .expression: "a pattern of names"
    }
  }
}
