import Serving
import Testing

@testable import Costs
@testable import Formats

/// Files as their publishers wrote them, less what no one here reads.
private let files: [(name: String, text: String)] = [
  // huggingface.co/facebook/opt-13b
  (
    "opt-13b",
    """
    {"_remove_final_layer_norm": false, "activation_function": "relu",
     "architectures": ["OPTForCausalLM"], "do_layer_norm_before": true, "ffn_dim": 20480,
     "hidden_size": 5120, "max_position_embeddings": 2048, "model_type": "opt",
     "num_attention_heads": 40, "num_hidden_layers": 40, "vocab_size": 50272,
     "word_embed_proj_dim": 5120}
    """
  ),
  // huggingface.co/microsoft/phi-2
  (
    "phi-2",
    """
    {"architectures": ["PhiForCausalLM"], "hidden_act": "gelu_new", "hidden_size": 2560,
     "intermediate_size": 10240, "max_position_embeddings": 2048, "model_type": "phi",
     "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 32,
     "partial_rotary_factor": 0.4, "qk_layernorm": false, "tie_word_embeddings": false,
     "vocab_size": 51200}
    """
  ),
  // huggingface.co/tiiuae/falcon-180B
  (
    "falcon-180b",
    """
    {"alibi": false, "architectures": ["FalconForCausalLM"], "bias": false, "hidden_size": 14848,
     "model_type": "falcon", "multi_query": true, "new_decoder_architecture": true,
     "num_attention_heads": 232, "num_hidden_layers": 80, "num_kv_heads": 8,
     "parallel_attn": true, "vocab_size": 65024}
    """
  ),
  // huggingface.co/01-ai/Yi-34B
  (
    "yi-34b",
    """
    {"architectures": ["LlamaForCausalLM"], "hidden_size": 7168, "intermediate_size": 20480,
     "max_position_embeddings": 4096, "model_type": "llama", "num_attention_heads": 56,
     "num_hidden_layers": 60, "num_key_value_heads": 8, "rope_theta": 5000000.0,
     "tie_word_embeddings": false, "vocab_size": 64000}
    """
  ),
  // huggingface.co/codellama/CodeLlama-34b-Instruct-hf
  (
    "codellama-34b",
    """
    {"architectures": ["LlamaForCausalLM"], "hidden_size": 8192, "intermediate_size": 22016,
     "max_position_embeddings": 16384, "model_type": "llama", "num_attention_heads": 64,
     "num_hidden_layers": 48, "num_key_value_heads": 8, "tie_word_embeddings": false,
     "vocab_size": 32000}
    """
  ),
  // huggingface.co/google/gemma-2-27b
  (
    "gemma-2-27b",
    """
    {"architectures": ["Gemma2ForCausalLM"], "attention_bias": false, "head_dim": 128,
     "hidden_size": 4608, "intermediate_size": 36864, "max_position_embeddings": 8192,
     "model_type": "gemma2", "num_attention_heads": 32, "num_hidden_layers": 46,
     "num_key_value_heads": 16, "query_pre_attn_scalar": 144, "sliding_window": 4096,
     "vocab_size": 256000}
    """
  ),
  // huggingface.co/mistralai/Mixtral-8x22B-v0.1
  (
    "mixtral-8x22b",
    """
    {"architectures": ["MixtralForCausalLM"], "hidden_size": 6144, "intermediate_size": 16384,
     "max_position_embeddings": 65536, "model_type": "mixtral", "num_attention_heads": 48,
     "num_experts_per_tok": 2, "num_hidden_layers": 56, "num_key_value_heads": 8,
     "num_local_experts": 8, "sliding_window": null, "tie_word_embeddings": false,
     "vocab_size": 32000}
    """
  ),
  // huggingface.co/deepseek-ai/DeepSeek-V2
  (
    "deepseek-v2",
    """
    {"first_k_dense_replace": 1, "hidden_size": 5120, "intermediate_size": 12288,
     "kv_lora_rank": 512, "max_position_embeddings": 163840, "model_type": "deepseek_v2",
     "moe_intermediate_size": 1536, "moe_layer_freq": 1, "n_routed_experts": 160,
     "n_shared_experts": 2, "num_attention_heads": 128, "num_experts_per_tok": 6,
     "num_hidden_layers": 60, "num_key_value_heads": 128, "q_lora_rank": 1536,
     "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "tie_word_embeddings": false,
     "v_head_dim": 128, "vocab_size": 102400}
    """
  ),
  // huggingface.co/Qwen/Qwen3-235B-A22B
  (
    "qwen3-235b-a22b",
    """
    {"attention_bias": false, "decoder_sparse_step": 1, "head_dim": 128, "hidden_size": 4096,
     "intermediate_size": 12288, "max_position_embeddings": 40960, "max_window_layers": 94,
     "mlp_only_layers": [], "model_type": "qwen3_moe", "moe_intermediate_size": 1536,
     "num_attention_heads": 64, "num_experts": 128, "num_experts_per_tok": 8,
     "num_hidden_layers": 94, "num_key_value_heads": 4, "sliding_window": null,
     "tie_word_embeddings": false, "use_sliding_window": false, "vocab_size": 151936}
    """
  ),
]

@Suite struct BuiltInConfigTests {
  @Test(arguments: files)
  func `a built-in model's own file gives the model`(name: String, text: String) throws {
    #expect(try read(text) == unnamed(name))
  }

  @Test(arguments: Models.all)
  func `every built-in model is in range`(model: Model) throws { try model.check() }

  @Test(arguments: [
    ("do_layer_norm_before\": true", "do_layer_norm_before\": false", "do_layer_norm_before"),
    ("word_embed_proj_dim\": 5120", "word_embed_proj_dim\": 512", "word_embed_proj_dim"),
  ])
  func `an OPT of another make is refused`(from: String, to: String, key: String) {
    let error = #expect(throws: InputError.self) {
      try read(files[0].text.replacing(from, with: to))
    }
    #expect(error?.column == key)
  }
}
