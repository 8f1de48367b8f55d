import Serving
import Support
import Testing

@testable import Costs
@testable import Formats

/// Llama-3-8B with a `quantization_config` of these contents.
private func quantized(_ contents: String) throws(InputError) -> Model {
  try read(
    llama3.replacing(
      "\"vocab_size\"", with: "\"quantization_config\": {\(contents)}, \"vocab_size\""))
}

/// What compressed-tensors writes of one group of layers.
private func group(_ weights: String, _ inputs: String) -> String {
  #""quant_method": "compressed-tensors", "ignore": ["lm_head"], "config_groups": "#
    + #"{"group_0": {"targets": ["Linear"], "input_activations": \#(inputs), "#
    + #""weights": \#(weights)}}"#
}

private let gptq = #""quant_method": "gptq", "desc_act": false, "sym": true"#
private let awq = #""quant_method": "awq", "zero_point": true"#
private let modelOpt = #""quant_method": "modelopt", "ignore": ["lm_head"]"#
private let floats8 = #"{"num_bits": 8, "type": "float"}"#

private let formats: [(String, WeightFormat)] = [
  (#""quant_method": "fp8", "activation_scheme": "dynamic""#, WeightFormat(.fp8)),
  (#""quant_method": "fp8", "weight_block_size": [128, 128]"#, WeightFormat(.fp8Block)),
  (
    #"\#(gptq), "bits": 4, "group_size": 128"#,
    WeightFormat(.int4Weight, scaleBytes: 2.5 / 128)
  ),
  (#"\#(gptq), "bits": 4, "group_size": 32"#, WeightFormat(.int4Weight, scaleBytes: 2.5 / 32)),
  (#"\#(gptq), "bits": 8, "group_size": -1"#, WeightFormat(.int8Weight)),
  (#"\#(awq), "bits": 4, "group_size": 64"#, WeightFormat(.int4Weight, scaleBytes: 2.5 / 64)),
  (#"\#(awq), "w_bit": 4, "q_group_size": -1"#, WeightFormat(.int4Weight, scaleBytes: 0)),
  (#"\#(modelOpt), "quant_algo": "NVFP4""#, WeightFormat(.nvfp4)),
  (#"\#(modelOpt), "quant_algo": "FP8""#, WeightFormat(.fp8)),
]

private let groups: [(String, String, WeightFormat)] = [
  (floats8, floats8, WeightFormat(.fp8)),
  (
    #"{"num_bits": 8, "type": "float", "strategy": "block", "block_structure": [128, 128]}"#,
    floats8, WeightFormat(.fp8Block)
  ),
  (#"{"num_bits": 8, "type": "int"}"#, #"{"num_bits": 8, "type": "int"}"#, WeightFormat(.int8)),
  (
    #"{"num_bits": 8, "type": "int", "group_size": 128}"#, "null",
    WeightFormat(.int8Weight, scaleBytes: 2.0 / 128)
  ),
  (
    #"{"num_bits": 4, "type": "int", "group_size": 32, "symmetric": false}"#, "null",
    WeightFormat(.int4Weight, scaleBytes: 2.5 / 32)
  ),
  (
    #"{"num_bits": 4, "type": "float", "group_size": 16}"#,
    #"{"num_bits": 4, "type": "float"}"#, WeightFormat(.nvfp4)
  ),
]

private let refusals: [(String, String)] = [
  (#""bits": 4"#, "it names no quant_method"),
  (#""quant_method": "bitsandbytes""#, "quant_method bitsandbytes is not known"),
  (#""quant_method": "quark""#, "quant_method quark is not known"),
  (#"\#(gptq), "bits": 3, "group_size": 128"#, "3 bits are not known"),
  (#"\#(gptq), "bits": 4, "group_size": 48"#, "groups of 48 weights are not known"),
  (#"\#(awq), "bits": 8, "group_size": 128"#, "8 bits of AWQ are not known"),
  (#""quant_method": "fp8", "weight_block_size": [64, 64]"#, "blocks of [64, 64] weights "),
  (#""quant_method": "modelopt", "quant_algo": "W4A8""#, "quant_algo W4A8 is not known"),
  (#""quant_method": "modelopt", "quant_algo": "FP8""#, "the head (lm_head) is not left out"),
  (
    #""quant_method": "modelopt", "quant_algo": "FP8", "exclude_modules": ["lm_head"]"#,
    "vLLM reads ignore in this place"
  ),
  (#""quant_method": "compressed-tensors""#, "its config_groups say nothing of weights"),
  (group(floats8, "null"), "8-bit float weights with inputs in 16 bits are not known"),
  (
    group(#"{"num_bits": 4, "type": "int"}"#, #"{"num_bits": 8, "type": "int"}"#),
    "4-bit int weights with 8-bit int are not known"
  ),
  (
    group(
      #"{"num_bits": 4, "type": "float", "group_size": 32}"#,
      #"{"num_bits": 4, "type": "float"}"#), "MXFP4 in groups of 32 are not known"
  ),
  (group(floats8, floats8) + #", "format": "marlin-24""#, "sparse weights"),
  (
    group(floats8, floats8) + #", "sparsity_config": {"sparsity_structure": "2:4"}"#,
    "sparse weights"
  ),
  (
    group(floats8, floats8) + #", "kv_cache_scheme": {"num_bits": 8, "type": "int"}"#,
    "kv_cache_scheme asks for a cache that is not known"
  ),
  (
    #""quant_method": "fp8", "modules_to_not_convert": ["model.layers.0.self_attn.q_proj"]"#,
    "the parts of model.layers.0.self_attn.qkv_proj are not stored alike"
  ),
]

@Suite struct HuggingFaceQuantizationTests {
  @Test(arguments: formats)
  func `a method says what weights are in`(contents: String, format: WeightFormat) throws {
    #expect(
      try quantized(contents) == unnamed("llama-3-8b").with { $0.formats = .init(format) })
  }

  @Test(arguments: groups)
  func `compressed tensors say it by bits and type`(
    weights: String, inputs: String, format: WeightFormat
  ) throws {
    let model = try quantized(group(weights, inputs))
    #expect(model.formats == WeightFormats(format))
  }

  @Test(arguments: refusals)
  func `what is not understood is refused`(contents: String, problem: String) {
    let error = #expect(throws: InputError.self) { try quantized(contents) }
    #expect(error?.source == "config.json")
    #expect(error?.column == "quantization_config")
    #expect(error?.problem.hasPrefix(problem) == true, "\(String(describing: error))")
    #expect(
      error?.remedy.hasSuffix(
        "fp8, fp8-block, int8, int8-weight, int4-weight, nvfp4, nvfp4-weight, mxfp4") == true)
  }

  @Test(arguments: ["bits", "group_size", "desc_act", "sym"])
  func `GPTQ needs what vLLM needs of it`(key: String) {
    let whole = #"\#(gptq), "bits": 4, "group_size": 128"#
    let error = #expect(throws: InputError.self) {
      try quantized(whole.replacing("\"\(key)\"", with: "\"other\""))
    }
    #expect(error?.column == "quantization_config.\(key)")
  }

  @Test func `heads, routers, normalisations and vision may stay in 16 bits`() throws {
    let ignored = [
      "lm_head", "model.layers.0.mlp.gate", "model.layers.0.input_layernorm",
      "re:.*mlp.shared_expert_gate$", "vision_tower.encoder.layers.0.self_attn.q_proj",
    ].map { "\"\($0)\"" }.joined(separator: ", ")
    let model = try quantized(
      "\"quant_method\": \"fp8\", \"modules_to_not_convert\": [\(ignored)]")
    #expect(model.formats == WeightFormats(.fp8))
  }

  /// 32 layers: QKV 4096 x 6144, output 4096 x 4096, MLP 3 x 4096 x 14336.
  @Test func `layers that differ are counted each in its format`() throws {
    let model = try quantized(
      #""quant_method": "fp8", "ignored_layers": ["model.layers.3.self_attn.o_proj", "#
        + #""model.layers.9.self_attn.o_proj", "model.layers.9.mlp.down_proj"]"#)
    let all = try quantized(#""quant_method": "fp8""#)
    let more = try Shard(of: model).weightBytes - Shard(of: all).weightBytes
    #expect(more == 2 * 4096 * 4096 + 4096 * 14336)
    #expect(
      model.formatsInWords
        == "fp8, attention output of 2 layers in bf16, MLP down of 1 layer in bf16")
    let list = try model.operations(for: batch(decodes: 3, context: 9))
    let outputs = list.filter { $0.name == .attentionOutput }
    #expect(outputs.map(\.repeats) == [30, 2] && outputs.map(\.format) == [.fp8, .bf16])
    let stage = try Shard(of: model.largestStage(of: 32)).model
    #expect(stage.formatsInWords == "fp8, attention output in bf16, MLP down in bf16")
  }

  @Test func `GPTQ's patterns leave layers alone, or give them other bits`() throws {
    let model = try quantized(
      #"\#(gptq), "bits": 4, "group_size": 128, "lm_head": true, "dynamic": "#
        + #"{"-:.*self_attn.*": {}, "+:.*\\.[01]\\.mlp.*": {"bits": 8, "group_size": -1}}"#)
    let layer = (4096 * 10240 * 2, Double(3 * 4096 * 14336))
    let int4 = 0.5 + 2.5 / 128
    let plain = (128_256 + 65) * 4096 * 2 + Int(128_256 * 4096 * int4)
    let bytes = 32 * layer.0 + plain + Int(layer.1 * (2 + 30 * int4))
    #expect(try Shard(of: model).weightBytes == bytes)
  }

  @Test func `a scheme of the cache is what the cache is in`() throws {
    let scheme = #", "kv_cache_scheme": {"num_bits": 8, "type": "float", "dynamic": false}"#
    for contents in [group(floats8, floats8), #"\#(modelOpt), "quant_algo": "FP8""#] {
      #expect(try quantized(contents).cache == .bf16)
      #expect(try quantized(contents + scheme).cache == .fp8)
    }
  }

  @Test func `ModelOpt's file beside the config is read where the config says nothing`() throws {
    let own = #"""
      {"producer": {"name": "modelopt"}, "quantization": {"quant_algo": "FP8",
       "kv_cache_quant_algo": "FP8", "exclude_modules": ["lm_head"]}}
      """#
    let model = try read(llama3, beside: ["hf_quant_config.json": own])
    #expect(model.weights == .fp8 && model.cache == .fp8)
    let stub = #expect(throws: InputError.self) {
      try read(llama3, beside: ["hf_quant_config.json": "{}"])
    }
    #expect(stub?.source == "hf_quant_config.json" && stub?.column == "producer")
  }

  @Test(arguments: ["quantize_config.json", "quant_config.json"])
  func `files that vLLM does not read are said to be unread`(name: String) throws {
    let model = try read(llama3, beside: [name: #"{"bits": 4}"#])
    #expect(model.weights == .bf16)
    #expect(model.formatsInWords.contains("\(name) beside it is not read"))
  }
}
