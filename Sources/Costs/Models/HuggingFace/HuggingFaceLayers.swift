import Formats
import Serving

/// Which layers are of which kind.
extension HuggingFaceFile {
  func window() throws(InputError) -> Int? {
    try keys.optionalCount(
      "sliding_window", in: ModelRange.positions, "the tokens that a layer attends to")
  }

  /// Gives the model the window that the file states, in all layers unless `layer_types` says in
  /// which.
  func setWindows(of model: inout Model) throws(InputError) {
    try setWindow(of: &model, try window()) { _ in true }
  }

  /// Gives the layers for which `condition` holds a window of `size` tokens, or those that
  /// `layer_types` names; none where no sequence is longer than the window.
  func setWindow(
    of model: inout Model, _ size: Int?, where condition: (Int) -> Bool
  ) throws(InputError) {
    try setReach(of: &model, size, as: { .window($0) }, where: condition)
  }

  /// The same for windows or chunks, as `reach` makes them.
  func setReach(
    of model: inout Model, _ size: Int?, as reach: (Int) -> Attention.Reach,
    where condition: (Int) -> Bool
  ) throws(InputError) {
    let known = ["full_attention": false, "sliding_attention": true, "chunked_attention": true]
    let types = try layerTypes(of: model.layers, among: Array(known.keys).sorted())
    guard let size, size < model.maxPositions else { return }
    let reach = reach(size)
    model.changeLayers { layer, block in
      let isLimited = types.map { known[$0[layer]] ?? false } ?? condition(layer)
      guard isLimited, case .attention(var attention) = block.mixers[0] else { return }
      attention.reach = reach
      block.mixers[0] = .attention(attention)
    }
  }

  /// Lets layers read the keys and values of the one that they are in a group with, where the file
  /// says so: only the first of each group has its own (cross-layer attention, arXiv 2405.12981).
  func setSharedKeys(of model: inout Model) throws(InputError) {
    guard try keys.flag("use_cla") ?? false else { return }
    let factor = try keys.optionalCount(
      "cla_share_factor", in: ModelRange.layers, "the layers of a group")
    model.changeLayers { layer, block in
      guard layer % (factor ?? 1) != 0, case .attention(var attention) = block.mixers[0] else {
        return
      }
      attention.sharesKeyValues = true
      block.mixers[0] = .attention(attention)
    }
  }

  /// What `layer_types` says of each of `layers` layers, one of `known`; nil without that key.
  func layerTypes(of layers: Int, among known: [String]) throws(InputError) -> [String]? {
    guard let types = try keys.texts("layer_types") else { return nil }
    if let other = types.first(where: { !known.contains($0) }) {
      throw keys.mistake(
        "layer_types", "a layer of type \(other) is not supported",
        "use a model with \(known.joined(separator: " and "))")
    }
    if types.count != layers {
      throw keys.mistake(
        "layer_types", "\(types.count) types do not match \(layers) layers", "give one type a layer"
      )
    }
    return types
  }

  /// Which of `layers` layers have experts, if any may.
  func expertLayers(of layers: Int) throws(InputError) -> [Bool] {
    let none = [Bool](repeating: false, count: layers)
    guard Self.haveExperts.contains(family) else { return none }
    if let types = try keys.texts("mlp_layer_types") {
      if types.count != layers || types.contains(where: { $0 != "dense" && $0 != "sparse" }) {
        throw keys.mistake(
          "mlp_layer_types", "it does not give each layer one of dense and sparse",
          "give one of them a layer")
      }
      return types.map { $0 == "sparse" }
    }
    let step = try keys.optionalCount(
      family == "llama4" ? "interleave_moe_layer_step" : "decoder_sparse_step",
      in: ModelRange.layers, "how often a layer has experts")
    switch family {
    case "qwen2_moe", "qwen3_moe", "qwen3_next", "qwen3_5_moe":
      let dense = try keys.counts(
        "mlp_only_layers", in: 0...layers - 1, "the layers without experts, from 0 on")
      return (0..<layers).map { ($0 + 1) % (step ?? 1) == 0 && dense?.contains($0) != true }
    case "llama4":
      if let named = try keys.counts("moe_layers", in: 0...layers - 1, "layers with experts") {
        return (0..<layers).map(named.contains)
      }
      return (0..<layers).map { ($0 + 1) % (step ?? 1) == 0 }
    case "deepseek_v2", "deepseek_v3", "deepseek_v32", "glm_moe_dsa", "glm4_moe", "minimax_m3",
      "mimo_v2_flash", "step3p7", "step3p5", "bailing_moe_v2", "bailing_moe", "deepseek", "dots1",
      "kimi_linear", "exaone_moe":
      return try laterLayers(of: layers)
    case "lfm2_moe":
      let dense = try keys.count("num_dense_layers", in: 0...layers, "the layers without experts")
      return (0..<layers).map { $0 >= dense }
    case "ernie4_5_moe": return try ernieLayers(of: layers)
    default: return none.map { !$0 }
    }
  }

  /// All but the first layers, or those for which a list has a 1.
  private func laterLayers(of layers: Int) throws(InputError) -> [Bool] {
    guard keys.has("n_routed_experts") || keys.has("num_experts") || keys.has("num_local_experts")
    else { return [Bool](repeating: false, count: layers) }
    if case .array = keys.value("moe_layer_freq") {
      let list = try keys.counts("moe_layer_freq", in: 0...1, "a 0 or a 1 for each layer") ?? []
      if list.count == layers { return list.map { $0 == 1 } }
      throw keys.mistake(
        "moe_layer_freq", "\(list.count) numbers do not match \(layers) layers",
        "give a 0 or a 1 for each layer")
    }
    let step = try keys.optionalCount(
      "moe_layer_freq", in: ModelRange.layers, "how often a layer has experts")
    let first = try keys.optionalCount(
      "first_k_dense_replace", in: 0...layers, "the first layers, which have no experts")
    let standards = [
      "deepseek_v2": 0, "glm4_moe": 1, "bailing_moe_v2": 0, "bailing_moe": 0, "deepseek": 0,
      "dots1": 0, "kimi_linear": 1,
    ]
    let standard = standards[family] ?? 3
    return (0..<layers).map { $0 >= first ?? standard && $0 % (step ?? 1) == 0 }
  }

  /// Those from a first to a last, every so many.
  private func ernieLayers(of layers: Int) throws(InputError) -> [Bool] {
    let first = try keys.optionalCount(
      "moe_layer_start_index", in: 0...layers, "the first layer with experts")
    var last: Int?
    // -1 stands for the last layer.
    if keys.value("moe_layer_end_index") != .integer(-1) {
      last = try keys.optionalCount(
        "moe_layer_end_index", in: 0...layers, "the last layer with experts")
    }
    let step = try keys.optionalCount(
      "moe_layer_interval", in: ModelRange.layers, "how often a layer has experts")
    return (0..<layers).map {
      $0 >= first ?? 1 && $0 <= last ?? layers && ($0 + 1) % (step ?? 1) == 0
    }
  }
}
