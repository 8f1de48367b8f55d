import Formats
import Serving

/// Families with a plain MLP and LayerNorm.
extension HuggingFaceFile {
  /// A Falcon: plain MLP beside the attention, tied head. Its own default is 2,048 positions.
  func falcon() throws(InputError) -> Model {
    let isNew = try keys.flag("new_decoder_architecture") ?? (family == "RefinedWeb")
    var file = self
    file.assume(2048, "max_position_embeddings")
    if !isNew {
      // What such files state beside it has no meaning then.
      for name in ["num_key_value_heads", "num_kv_heads", "n_head_kv"] {
        file.keys.values[name] = nil
      }
      if try keys.flag("multi_query") ?? true { file.assume(1, "num_kv_heads") }
    }
    let hidden = try keys.count(
      "hidden_size", in: ModelRange.width, "the width of the residual stream")
    file.assume(4 * hidden, "ffn_hidden_size")
    var model = try file.skeleton(width: "ffn_hidden_size").asFalcon()
    let isParallel = try keys.flag("parallel_attn") ?? true
    for index in model.blocks.indices {
      model.blocks[index].isParallel = isNew || isParallel
      model.blocks[index].normalizations = isNew || !isParallel ? 2 : 1
    }
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? true
    if try keys.flag("bias") ?? false { model.setBiases(true) }
    return model
  }

  /// A Phi of the first two generations: plain MLP beside the attention, behind one norm; biases.
  func phi() throws(InputError) -> Model {
    if try keys.flag("qk_layernorm") ?? false {
      throw keys.mistake(
        "qk_layernorm", "heads with norms of their own are not supported in this family",
        "use a Phi without them")
    }
    var model = try skeleton(width: "intermediate_size").asFalcon()
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    for index in model.blocks.indices { model.blocks[index].normalizations = 1 }
    model.setBiases(true)
    model.headHasBias = true
    return model
  }

  /// An OPT: plain MLP, a table of positions whose first two rows are never used, tied head.
  func opt() throws(InputError) -> Model {
    var model = try skeleton(width: "ffn_dim").asOPT()
    let projected = try keys.optionalCount(
      "word_embed_proj_dim", in: ModelRange.width, "the elements of an embedding")
    if projected != nil && projected != model.hidden {
      throw keys.mistake(
        "word_embed_proj_dim", "embeddings of another width than the layers are not supported",
        "use an OPT whose word_embed_proj_dim is its hidden_size")
    }
    if try keys.flag("do_layer_norm_before") == false {
      throw keys.mistake(
        "do_layer_norm_before", "norms behind what they follow are not supported",
        "use an OPT that has it true")
    }
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? true
    if try keys.flag("enable_bias") == false { model.setBiases(false) }
    return model
  }
}

extension HuggingFaceFile {
  /// A GPT-2, or a GPT-3: an OPT all of whose positions are used.
  func gpt2() throws(InputError) -> Model {
    var file = self
    file.assume(
      4 * (try keys.count("n_embd", in: ModelRange.width, "the width of the residual stream")),
      "n_inner")
    var model = try file.skeleton(width: "n_inner").asOPT(unused: 0)
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? true
    return model
  }
}

extension Model {
  /// The same model with what OPT and GPT-3 share: a plain MLP, biases everywhere, LayerNorm, the
  /// embedding's matrix as its head, and a table of positions with `unused` rows that are never
  /// read.
  func asOPT(unused: Int = 2) -> Model {
    with {
      $0.changeDense { $0.isGated = false }
      $0.setBiases(true)
      $0.normalizationHasBias = true
      $0.hasTiedHead = true
      $0.learnedPositions = maxPositions + unused
    }
  }

  /// Gives all products biases, or none.
  mutating func setBiases(_ areThere: Bool) {
    changeAttention { $0.biases = areThere ? .all : [] }
    changeDense { $0.hasBias = areThere }
  }
}
