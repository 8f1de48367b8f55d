import Serving
import Testing

@testable import Costs
@testable import Formats

@Suite struct HuggingFaceFamilyTests {
  @Test func `a Mistral looks back through a window`() throws {
    let model = try read(
      """
      {"hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 32768,
       "model_type": "mistral", "num_attention_heads": 32, "num_hidden_layers": 32,
       "num_key_value_heads": 8, "sliding_window": 4096, "tie_word_embeddings": false,
       "vocab_size": 32000}
      """)
    #expect(try model == unnamed("mistral-7b"))
  }

  @Test func `a Phi-3 is a Llama with a window`() throws {
    let model = try read(
      """
      {"architectures": ["Phi3ForCausalLM"], "attention_bias": false, "hidden_size": 3072,
       "intermediate_size": 8192, "max_position_embeddings": 4096, "model_type": "phi3",
       "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 32,
       "rope_scaling": null, "sliding_window": 2047, "tie_word_embeddings": false,
       "vocab_size": 32064}
      """)
    #expect(try model == unnamed("phi-3-mini"))
  }

  @Test func `a Qwen3 normalises heads, which are as long as it says`() throws {
    let model = try read(
      """
      {"attention_bias": false, "head_dim": 128, "hidden_size": 5120, "intermediate_size": 25600,
       "max_position_embeddings": 40960, "max_window_layers": 64, "model_type": "qwen3",
       "num_attention_heads": 64, "num_hidden_layers": 64, "num_key_value_heads": 8,
       "sliding_window": null, "tie_word_embeddings": false, "use_sliding_window": false,
       "vocab_size": 151936}
      """)
    #expect(try model == unnamed("qwen3-32b"))
  }

  private let qwen3Mixture = """
    {"attention_bias": false, "decoder_sparse_step": 1, "head_dim": 128, "hidden_size": 2048,
     "intermediate_size": 6144, "max_position_embeddings": 40960, "mlp_only_layers": [],
     "model_type": "qwen3_moe", "moe_intermediate_size": 768, "num_attention_heads": 32,
     "num_experts": 128, "num_experts_per_tok": 8, "num_hidden_layers": 48,
     "num_key_value_heads": 4, "tie_word_embeddings": false, "use_sliding_window": false,
     "vocab_size": 151936}
    """

  @Test func `a Qwen3 with experts`() throws {
    #expect(try read(qwen3Mixture) == unnamed("qwen3-30b-a3b"))
  }

  @Test func `layers without experts are dense`() throws {
    let text = qwen3Mixture.replacing("step\": 1", with: "step\": 2")
      .replacing("layers\": []", with: "layers\": [1, 3, 4]")
    let model = try read(text)
    #expect(model.expertLayers == 22 && model.denseLayers == 26)
  }

  @Test func `a Qwen2 with experts has a shared one with a gate`() throws {
    let model = try read(
      """
      {"decoder_sparse_step": 1, "hidden_size": 3584, "intermediate_size": 18944,
       "max_position_embeddings": 131072, "max_window_layers": 28, "model_type": "qwen2_moe",
       "moe_intermediate_size": 2560, "num_attention_heads": 28, "num_experts": 64,
       "num_experts_per_tok": 8, "num_hidden_layers": 28, "num_key_value_heads": 4,
       "shared_expert_intermediate_size": 20480, "sliding_window": 131072,
       "tie_word_embeddings": false, "use_sliding_window": false, "vocab_size": 151936}
      """)
    #expect(try model == unnamed("qwen2-57b-a14b"))
  }

  @Test func `a Qwen2's upper layers look back through a window where it says so`() throws {
    let text = """
      {"hidden_size": 64, "intermediate_size": 128, "max_position_embeddings": 1000,
       "max_window_layers": 5, "model_type": "qwen2", "num_attention_heads": 4,
       "num_hidden_layers": 8, "sliding_window": 100, "use_sliding_window": true,
       "vocab_size": 10}
      """
    let model = try read(text)
    #expect(model.windows == (100, 3))
    #expect(try read(text.replacing(": 5,", with: ": 8,")).windows.layers == 0)
    #expect(try read(text.replacing("window\": true", with: "window\": false")).windows.layers == 0)
  }

  /// `max_window_layers` of `Qwen2Config`: 28.
  @Test func `a Qwen2's first 28 layers have no window where it does not say how many`() throws {
    let model = try read(
      """
      {"hidden_size": 64, "intermediate_size": 128, "max_position_embeddings": 1000,
       "model_type": "qwen2", "num_attention_heads": 4, "num_hidden_layers": 30,
       "sliding_window": 100, "use_sliding_window": true, "vocab_size": 10}
      """)
    #expect(model.windows == (100, 2))
  }

  @Test func `every other layer of a Gemma 2 has a window`() throws {
    let model = try read(
      """
      {"architectures": ["Gemma2ForCausalLM"], "attention_bias": false, "head_dim": 256,
       "hidden_size": 3584, "intermediate_size": 14336, "max_position_embeddings": 8192,
       "model_type": "gemma2", "num_attention_heads": 16, "num_hidden_layers": 42,
       "num_key_value_heads": 8, "query_pre_attn_scalar": 256, "sliding_window": 4096,
       "vocab_size": 256000}
      """)
    #expect(try model == unnamed("gemma-2-9b"))
  }

  /// The default of `Gemma2Config` and `Gemma3TextConfig`.
  @Test(arguments: [("gemma2", 21), ("gemma3_text", 35)])
  func `the window of a Gemma that does not say is of 4,096 tokens`(
    _ family: String, windowLayers: Int
  ) throws {
    let model = try read(
      """
      {"head_dim": 256, "hidden_size": 3584, "intermediate_size": 14336,
       "max_position_embeddings": 8192, "model_type": "\(family)", "num_attention_heads": 16,
       "num_hidden_layers": 42, "num_key_value_heads": 8, "vocab_size": 256000}
      """)
    #expect(model.windows == (4096, windowLayers))
  }

  private let gemma3 = """
    {"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3",
     "text_config": {"head_dim": 128, "hidden_size": 5376, "intermediate_size": 21504,
      "model_type": "gemma3_text", "num_attention_heads": 32, "num_hidden_layers": 62,
      "num_key_value_heads": 16, "query_pre_attn_scalar": 168,
      "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024},
     "vision_config": {"hidden_size": 1152, "num_hidden_layers": 27}}
    """

  @Test func `a Gemma 3 is what its text_config says, and its class's defaults`() throws {
    #expect(try read(gemma3) == unnamed("gemma-3-27b"))
    let error = #expect(throws: InputError.self) {
      try read(gemma3.replacing("text_config", with: "words"))
    }
    #expect(error?.column == "hidden_size")
  }

  @Test func `layers are of the types that they are said to be`() throws {
    func types(_ types: String) -> String {
      """
      {"hidden_size": 64, "intermediate_size": 128, "model_type": "gemma3_text",
       "num_hidden_layers": 3, "sliding_window": 512, "layer_types": [\(types)]}
      """
    }
    let model = try read(
      types(#""sliding_attention", "sliding_attention", "full_attention""#))
    #expect(model.windows.layers == 2 && model.attention?.heads == 8 && model.headSize == 256)
    for wrong in [#""full_attention""#, #""linear_attention", "a", "b""#] {
      let error = #expect(throws: InputError.self) { try read(types(wrong)) }
      #expect(error?.column == "layer_types")
    }
  }

  private let deepSeek = """
    {"architectures": ["DeepseekV3ForCausalLM"], "first_k_dense_replace": 3, "hidden_size": 7168,
     "intermediate_size": 18432, "kv_lora_rank": 512, "max_position_embeddings": 163840,
     "model_type": "deepseek_v3", "moe_intermediate_size": 2048, "moe_layer_freq": 1,
     "n_group": 8, "n_routed_experts": 256, "n_shared_experts": 1, "num_attention_heads": 128,
     "num_experts_per_tok": 8, "num_hidden_layers": 61, "num_key_value_heads": 128,
     "num_nextn_predict_layers": 1, "q_lora_rank": 1536, "qk_nope_head_dim": 128,
     "qk_rope_head_dim": 64, "tie_word_embeddings": false, "v_head_dim": 128,
     "vocab_size": 129280, "quantization_config": {"activation_scheme": "dynamic",
      "fmt": "e4m3", "quant_method": "fp8", "weight_block_size": [128, 128]}}
    """

  @Test func `a DeepSeek-V3 has latent attention, experts, and weights in 8-bit floats`() throws {
    #expect(try read(deepSeek) == unnamed("deepseek-v3"))
  }

  /// The defaults of `DeepseekV3Config` and `DeepseekV2Config`; null is none.
  @Test func `a DeepSeek has the layers and shared experts of its class where it says none`() throws
  {
    func variant(_ family: String, without keys: String...) throws -> Model {
      let text = deepSeek.replacing("deepseek_v3", with: family)
      return try read(keys.reduce(text) { $0.replacing("\"\($1)\"", with: "\"other\"") })
    }
    for (family, dense, shared) in [("deepseek_v3", 3, 1), ("deepseek_v2", 0, 2)] {
      let layers = try variant(family, without: "first_k_dense_replace")
      #expect(layers.denseLayers == dense && layers.expertLayers == 61 - dense)
      let experts = try variant(family, without: "n_shared_experts")
      #expect(experts.mixture?.sharedIntermediate == shared * 2048)
      let every = try variant(family, without: "moe_layer_freq")
      #expect(every.expertLayers == 58)
    }
    let none = deepSeek.replacing("n_shared_experts\": 1", with: "n_shared_experts\": null")
    #expect(try read(none).mixture?.sharedIntermediate == 0)
  }

  @Test func `a small DeepSeek-V2 does not compress its queries`() throws {
    let model = try read(
      """
      {"first_k_dense_replace": 1, "hidden_size": 2048, "intermediate_size": 10944,
       "kv_lora_rank": 512, "max_position_embeddings": 163840, "model_type": "deepseek_v2",
       "moe_intermediate_size": 1408, "moe_layer_freq": 1, "n_routed_experts": 64,
       "n_shared_experts": 2, "num_attention_heads": 16, "num_experts_per_tok": 6,
       "num_hidden_layers": 27, "num_key_value_heads": 16, "q_lora_rank": null,
       "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "tie_word_embeddings": false,
       "v_head_dim": 128, "vocab_size": 102400}
      """)
    #expect(try model == unnamed("deepseek-v2-lite"))
  }

  private let longCat = """
    {"attention_method": "MLA", "expert_ffn_hidden_size": 2048, "ffn_hidden_size": 12288,
     "hidden_size": 6144, "kv_lora_rank": 512, "max_position_embeddings": 131072,
     "model_type": "longcat_flash", "moe_topk": 12, "n_routed_experts": 512,
     "num_attention_heads": 64, "num_layers": 28, "q_lora_rank": 1536, "qk_nope_head_dim": 128,
     "qk_rope_head_dim": 64, "v_head_dim": 128, "vocab_size": 131072, "zero_expert_num": 256,
     "zero_expert_type": "identity"}
    """

  @Test func `a LongCat-Flash has two attentions and two MLPs a layer`() throws {
    #expect(try read(longCat) == unnamed("longcat-flash"))
    let error = #expect(throws: InputError.self) {
      try read(longCat.replacing("\"zero_expert_type", with: "\"ngram_vocab_size_ratio\": 78, \"a"))
    }
    #expect(error?.column == "ngram_vocab_size_ratio")
  }

  @Test(arguments: [
    "kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim", "num_experts_per_tok",
    "moe_intermediate_size", "intermediate_size",
  ])
  func `a missing key of a DeepSeek is named`(key: String) {
    let text = deepSeek.replacing("\"\(key)\"", with: "\"other\"")
    let error = #expect(throws: InputError.self) { try read(text) }
    #expect(error?.column == key && error?.problem == "the key \(key) is missing")
  }

  @Test(arguments: ["num_layers", "moe_topk", "expert_ffn_hidden_size", "n_routed_experts"])
  func `a missing key of a LongCat-Flash is named`(key: String) {
    let error = #expect(throws: InputError.self) {
      try read(longCat.replacing("\"\(key)\"", with: "\"other\""))
    }
    #expect(error?.column == key)
  }

  @Test func `more experts a token than there are is refused`() {
    let error = #expect(throws: InputError.self) {
      try read(qwen3Mixture.replacing("per_tok\": 8", with: "per_tok\": 129"))
    }
    #expect(error?.problem == "a token cannot go through 129 of 128 experts")
    #expect(error?.column == "num_experts_per_tok")
  }

  @Test func `what a family has that is not known is named`() {
    let error = #expect(throws: InputError.self) { try read(#"{"model_type": "mllama"}"#) }
    #expect(
      error?.problem
        == "the family mllama is not supported: attention to an image's tokens is not known")
  }

  /// A number for each of the families whose experts are stated otherwise.
  @Test(arguments: ["num_experts", "kv_lora_rank"])
  func `what a dense family cannot have is refused`(key: String) {
    let text = #"""
      {"model_type": "smollm3", "hidden_size": 64, "intermediate_size": 128,
       "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100,
       "max_position_embeddings": 64, "\#(key)": 8}
      """#
    let error = #expect(throws: InputError.self) { try read(text) }
    #expect(error?.column == key)
  }

  @Test(arguments: [
    (#""model_type": "exaone4", "sliding_window": 8, "sliding_window_pattern": """#, "_pattern"),
    (#""model_type": "lfm2", "full_attn_idxs": [0], "block_ffn_dim_multiplier": 1e300"#, "plier"),
    (#""model_type": "lfm2", "full_attn_idxs": [0], "block_ffn_dim_multiplier": NaN"#, "plier"),
    (#""model_type": "lfm2""#, "layer_types"),
    (#""model_type": "minimax", "attn_type_list": [0]"#, "attn_type_list"),
    (#""model_type": "nemotron-nas", "block_configs": []"#, "block_configs"),
    (#""model_type": "nemotron-nas", "block_configs": [{"attention": {}, "ffn": {}}]"#, "group"),
    (
      #""model_type": "nemotron-nas", "block_configs": [{"attention": {"no_op": true}, "ffn": "#
        + #"{"ffn_mult": 1e300}}]"#, "ffn_mult"
    ),
  ])
  func `what no model has is refused in new families too`(more: String, key: String) {
    let text = #"""
      {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
       "num_attention_heads": 4, "vocab_size": 100, "max_position_embeddings": 64, \#(more)}
      """#
    let error = #expect(throws: InputError.self) { try read(text) }
    #expect(error?.column?.hasSuffix(key) == true, "\(String(describing: error))")
  }

  @Test func `an unknown family gets those that are known`() {
    let error = #expect(throws: InputError.self) { try read(#"{"model_type": "rwkv"}"#) }
    #expect(error?.column == "model_type")
    #expect(error?.problem == "the family rwkv is not supported")
    #expect(error?.remedy.contains("gemma3, gemma3n, gemma4, glm, glm4, glm4_moe") == true)
  }
}
