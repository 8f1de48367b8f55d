import Formats
import Serving

/// compressed-tensors: groups of modules, each with its numbers.
extension HuggingFaceFile {
  func compressedTensors(_ config: JSONKeys) throws(InputError) -> QuantizationRule {
    if let sparsity = try config.object("sparsity_config"), !sparsity.values.isEmpty,
      try sparsity.text("format") ?? "" != "dense"
    {
      throw unknown(config, "sparse weights (sparsity_config) are not known")
    }
    let layout = try config.text("format") ?? ""
    if layout.contains("24") || layout.contains("sparse") {
      throw unknown(config, "sparse weights (format \(layout)) are not known")
    }
    var groups: [QuantizationRule.Group] = []
    let stated = try config.object("config_groups")
    for name in (stated?.values ?? [:]).keys.sorted() {
      guard let keys = try stated?.object(name) else { continue }
      var targets: [ModulePattern] = []
      for target in try keys.texts("targets") ?? ["Linear"] {
        targets.append(try ModulePattern(ofText(target), of: keys, "targets"))
      }
      groups.append(.init(targets: targets, format: try format(keys, of: config)))
    }
    guard let first = groups.first else {
      throw unknown(config, "its config_groups say nothing of weights")
    }
    var ignored: [ModulePattern] = []
    for text in try config.texts("ignore") ?? [] {
      ignored.append(try ModulePattern(ofText(text), of: config, "ignore"))
    }
    let targets = groups.flatMap(\.targets)
    if targets.contains(where: { $0.matches("lm_head") })
      && !ignored.contains(where: { $0.matches("lm_head") })
    {
      throw unknown(config, "a head (lm_head) that is quantised is not known")
    }
    let main = groups.first { $0.targets.contains(where: \.isEveryLinear) } ?? first
    var rule = QuantizationRule(
      format: main.format, exclusions: .groups(groups, ignored: ignored))
    rule.cache = try cache(config, "kv_cache_scheme") ?? .bf16
    return rule
  }

  private func format(
    _ group: JSONKeys, of config: JSONKeys
  ) throws(InputError) -> WeightFormat {
    guard let weights = try group.object("weights") else {
      throw unknown(config, "its config_groups say nothing of weights")
    }
    if group.has("output_activations") {
      throw unknown(config, "results that are quantised (output_activations) are not known")
    }
    let inputs = try group.object("input_activations")
    let bits = try weights.count("num_bits", in: 1...16, "the bits of a weight")
    let kinds = try [
      weights.text("type") ?? "int", inputs?.text("type") ?? (inputs == nil ? "" : "int"),
    ]
    let inputBits = try inputs?.count("num_bits", in: 1...16, "the bits of an input")
    switch (kinds[0], bits, kinds[1], inputBits) {
    case ("float", 8, "float", 8):
      let isBlock = try weights.text("strategy") == "block"
      return try floats(
        config,
        block: isBlock ? weights.counts("block_structure", in: 1...65_536, "sizes") ?? [] : nil)
    case ("float", 4, "", nil):
      let size = try weights.optionalCount("group_size", in: 1...65_536, "the weights of a scale")
      switch size {
      case 16: return WeightFormat(.nvfp4Weight)
      case 32: return WeightFormat(.mxfp4)
      default: throw unknown(config, "4-bit floats in such groups are not known")
      }
    case ("float", 4, "float", 4):
      let size = try weights.optionalCount("group_size", in: 1...65_536, "the weights of a scale")
      if size == 16 { return WeightFormat(.nvfp4) }
      let name = size == 32 ? "MXFP4" : "4-bit floats"
      throw unknown(
        config, "\(name) in groups of \(size.map(String.init) ?? "unknown size") are not known")
    case ("int", 8, "int", 8): return WeightFormat(.int8)
    case ("int", 8, "", nil): return try integers(.int8Weight, weights)
    case ("int", 4, "", nil): return try integers(.int4Weight, weights)
    default:
      let input = inputBits.map { "\($0)-bit \(kinds[1])" } ?? "inputs in 16 bits"
      throw unknown(config, "\(bits)-bit \(kinds[0]) weights with \(input) are not known")
    }
  }

  /// Weights alone, in integers with a scale for a group of them or for an output.
  private func integers(
    _ numbers: NumberFormat, _ weights: JSONKeys
  ) throws(InputError) -> WeightFormat {
    let isByOutput = try weights.text("strategy") == "channel"
    return WeightFormat(
      numbers, group: try isByOutput ? nil : group(weights, "group_size"),
      hasZeroPoints: try weights.flag("symmetric") == false)
  }
}
