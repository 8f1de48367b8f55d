import Foundation
import Serving
import Testing

@testable import Costs

/// What vLLM 0.33.0 makes of a file, counted on PyTorch's meta device (TP 1): bytes of all weights
/// and, under an automatic cache format, of a token's keys and values.
private struct Case: Sendable {
  var name: String
  var quantization: String
  var weightBytes: Int
  var cacheBytes = 131_072
}

private let lowered = #""input_activations": {"num_bits": 8, "type": "float", "dynamic": true}"#

/// A config of one group of Llama-3.1-8B.
private func tensors(_ layout: String, _ weights: String, _ inputs: String, _ targets: String)
  -> String
{
  """
  "quant_method": "compressed-tensors", "format": "\(layout)", "ignore": ["lm_head"],
  "config_groups": {"group_0": {"targets": ["\(targets)"], "weights": {\(weights)}, \(inputs)}}
  """
}

private let eightBits = #""num_bits": 8, "type": "float", "strategy": "channel""#
private let scheme = #""kv_cache_scheme": {"dynamic": false, "num_bits": 8, "type": "float"}"#

private let cases = [
  Case(
    name: "auto-round",
    quantization: #"""
      "quant_method": "auto-round", "bits": 4, "group_size": 128, "sym": true, "data_type": "int"
      """#, weightBytes: 5_727_854_592),
  Case(
    name: "ct-fp8", quantization: tensors("float-quantized", eightBits, lowered, "Linear"),
    weightBytes: 9_086_706_240),
  Case(
    name: "ct-fp8-kvfp8",
    quantization: tensors("float-quantized", eightBits, lowered, "Linear") + ", " + scheme,
    weightBytes: 9_086_706_240, cacheBytes: 65_536),
  Case(
    name: "ct-targets-mlp-only",
    quantization: tensors("float-quantized", eightBits, lowered, "re:.*mlp.*"),
    weightBytes: 10_427_572_800),
  Case(
    name: "ct-w4a16",
    quantization: tensors(
      "pack-quantized",
      #""num_bits": 4, "type": "int", "strategy": "group", "group_size": 128"#,
      #""input_activations": null"#, "Linear"), weightBytes: 5_700_594_240),
  // vLLM looks for whole names here, of which this is none.
  Case(
    name: "fp8-ignored_layers",
    quantization: #"""
      "quant_method": "fp8", "activation_scheme": "static", "ignored_layers": ["re:.*self_attn.*"]
      """#, weightBytes: 9_081_202_688),
  Case(
    name: "gptq-dynamic-noattn",
    quantization: #"""
      "quant_method": "gptq", "bits": 4, "group_size": 128, "desc_act": false, "sym": true,
      "dynamic": {"-:.*self_attn.*": {}}, "checkpoint_format": "gptq"
      """#, weightBytes: 7_714_906_112),
  Case(
    name: "modelopt-fp8-inline",
    quantization: #"""
      "quant_method": "modelopt", "quant_algo": "FP8", "ignore": ["lm_head"], \#(scheme)
      """#, weightBytes: 9_081_202_688, cacheBytes: 65_536),
  Case(
    name: "modelopt-nvfp4-inline",
    quantization: #"""
      "quant_method": "modelopt", "quant_algo": "NVFP4", \#(scheme),
      "ignore": ["lm_head", "model.layers.0.self_attn*"]
      """#, weightBytes: 6_088_042_464, cacheBytes: 65_536),
]

private let llama8 = llama3.replacing("embeddings\": 8192", with: "embeddings\": 131072")

private let llama70 = """
  {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "hidden_size": 8192,
   "intermediate_size": 28672, "max_position_embeddings": 131072, "mlp_bias": false,
   "model_type": "llama", "num_attention_heads": 64, "num_hidden_layers": 80,
   "num_key_value_heads": 8, "tie_word_embeddings": false, "vocab_size": 128256}
  """

private let deepSeek = """
  {"first_k_dense_replace": 3, "hidden_size": 7168, "intermediate_size": 18432,
   "kv_lora_rank": 512, "max_position_embeddings": 163840, "model_type": "deepseek_v3",
   "moe_intermediate_size": 2048, "moe_layer_freq": 1, "n_routed_experts": 256,
   "n_shared_experts": 1, "num_attention_heads": 128, "num_experts_per_tok": 8,
   "num_hidden_layers": 61, "num_key_value_heads": 128, "q_lora_rank": 1536,
   "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "tie_word_embeddings": false,
   "v_head_dim": 128, "vocab_size": 129280}
  """

/// A file of ModelOpt beside a config.
private func modelOpt(_ algorithm: String, _ excluded: [String]) -> String {
  let names = excluded.map { "\"\($0)\"" }.joined(separator: ", ")
  return #"""
    {"producer": {"name": "modelopt", "version": "0.23.0"}, "quantization": {
     "quant_algo": "\#(algorithm)", "kv_cache_quant_algo": "FP8", "exclude_modules": [\#(names)]}}
    """#
}

@Suite struct QuantizedModelTests {
  @Test(arguments: cases)
  private func `weights and cache are what vLLM makes of the file`(each: Case) throws {
    let text = llama8.replacing(
      "\"vocab_size\"", with: "\"quantization_config\": {\(each.quantization)}, \"vocab_size\"")
    let shard = try Shard(of: read(text))
    #expect(isWithin(0.01, shard.weightBytes, each.weightBytes))
    #expect(shard.keyValueBytesPerToken == each.cacheBytes)
  }

  @Test(arguments: ["quant_config.json", "quantize_config.json"])
  func `GPTQ's and AWQ's own files are not read, as vLLM does not`(name: String) throws {
    let model = try read(llama70, beside: [name: #"{"bits": 4, "group_size": 128}"#])
    #expect(try isWithin(0.01, Shard(of: model).weightBytes, 141_107_412_992))
  }

  /// huggingface.co/nvidia/Llama-3.1-70B-Instruct-FP8
  @Test func `ModelOpt's own file is read`() throws {
    let own = modelOpt("FP8", ["lm_head"])
    let shard = try Shard(of: read(llama70, beside: ["hf_quant_config.json": own]))
    #expect(isWithin(0.01, shard.weightBytes, 72_656_376_832))
    #expect(shard.keyValueBytesPerToken == 163_840)
  }

  /// huggingface.co/nvidia/DeepSeek-V3.1-NVFP4, whose latent attention is in 16 bits but for its
  /// output.
  @Test func `some matrices of all layers stay in 16 bits`() throws {
    let excluded = (0..<61).flatMap { layer in
      ["kv_a_proj_with_mqa", "kv_b_proj", "q_a_proj", "q_b_proj"].map {
        "model.layers.\(layer).self_attn.\($0)"
      }
    }
    let own = modelOpt("NVFP4", ["lm_head", "model.layers.61*"] + excluded)
    let model = try read(deepSeek, beside: ["hf_quant_config.json": own])
    let shard = try Shard(of: model)
    #expect(isWithin(0.01, shard.weightBytes, 386_380_142_984))
    #expect(shard.keyValueBytesPerToken == 70_272 / 2)
    #expect(
      model.formatsInWords
        == "nvfp4, QKV down in bf16, query up in bf16, KV up in bf16")
  }

  /// As NVIDIA's configs, which say nothing of their weights.
  @Test(arguments: [
    ("configs/nvidia--DeepSeek-V3.1-NVFP4.json", true), ("Llama-3.1-8B-FP8/config.json", true),
    ("fp8/llama.json", false), ("config.json", false), ("Meta-Llama-3-8B/config.json", false),
  ])
  func `a name that says a format, where nothing in the file does, is refused`(
    source: String, isRefused: Bool
  ) {
    let model = try? Model(huggingFaceConfiguration: Array(llama3.utf8), source: source)
    #expect((model == nil) == isRefused)
  }

  private func isWithin(_ share: Double, _ value: Int, _ expected: Int) -> Bool {
    abs(Double(value) / Double(expected) - 1) < share
  }
}
