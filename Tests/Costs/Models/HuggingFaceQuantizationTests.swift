import Serving
import Testing

@testable import Costs

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

@Suite struct HuggingFaceQuantizationTests {
  @Test(arguments: [
    (#""quant_method": "fp8", "activation_scheme": "dynamic""#, NumberFormat.fp8),
    (#""quant_method": "fp8", "weight_block_size": [128, 128]"#, .fp8Block),
    (#""quant_method": "gptq", "bits": 4, "group_size": 128, "desc_act": false"#, .int4Weight),
    (#""quant_method": "gptq", "bits": 8, "group_size": 128"#, .int8Weight),
    (#""quant_method": "awq", "bits": 4, "modules_to_not_convert": null"#, .int4Weight),
    (#""quant_method": "awq", "w_bit": 4"#, .int4Weight),
    (#""quant_method": "modelopt", "quant_algo": "NVFP4", "ignore": ["lm_head"]"#, .nvfp4),
    (#""quant_method": "modelopt", "quant_algo": "FP8""#, .fp8),
  ])
  func `a method says what weights are in`(contents: String, format: NumberFormat) throws {
    #expect(try quantized(contents) == unnamed("llama-3-8b").with { $0.weights = format })
  }

  @Test(arguments: [
    (#"{"num_bits": 8, "type": "float"}"#, #"{"num_bits": 8, "type": "float"}"#, NumberFormat.fp8),
    (
      #"{"num_bits": 8, "type": "float", "strategy": "block", "block_structure": [128, 128]}"#,
      #"{"num_bits": 8, "type": "float"}"#, .fp8Block
    ),
    (#"{"num_bits": 8, "type": "int"}"#, #"{"num_bits": 8, "type": "int"}"#, .int8),
    (#"{"num_bits": 8, "type": "int", "group_size": 128}"#, "null", .int8Weight),
    (#"{"num_bits": 4, "type": "int", "strategy": "group"}"#, "null", .int4Weight),
    (#"{"num_bits": 4, "type": "float"}"#, #"{"num_bits": 4, "type": "float"}"#, .nvfp4),
  ])
  func `compressed tensors say it by bits and type`(
    weights: String, inputs: String, format: NumberFormat
  ) throws {
    #expect(try quantized(group(weights, inputs)).weights == format)
  }

  @Test(arguments: [
    (#""bits": 4"#, "quant_method  is not known"),
    (#""quant_method": "bitsandbytes""#, "quant_method bitsandbytes is not known"),
    (#""quant_method": "gptq", "bits": 3"#, "3 bits are not known"),
    (#""quant_method": "awq""#, "an unknown number of bits are not known"),
    (#""quant_method": "fp8", "weight_block_size": [64, 64]"#, "blocks of [64, 64] weights "),
    (#""quant_method": "modelopt", "quant_algo": "W4A8""#, "quant_algo W4A8 is not known"),
    (#""quant_method": "compressed-tensors""#, "its config_groups say nothing of weights"),
    (
      group(#"{"num_bits": 8, "type": "float"}"#, "null"),
      "8-bit float weights with inputs in 16 bits are not known"
    ),
    (
      group(#"{"num_bits": 4, "type": "int"}"#, #"{"num_bits": 8, "type": "int"}"#),
      "4-bit int weights with 8-bit int are not known"
    ),
    (
      #""quant_method": "fp8", "modules_to_not_convert": ["model.layers.0.self_attn.q_proj"]"#,
      "the linear layer model.layers.0.self_attn.q_proj is left in 16 bits"
    ),
    (#""quant_method": "modelopt", "quant_algo": "NVFP4", "ignore": ["re:.*mlp"]"#, "the linear "),
  ])
  func `what is not understood is refused`(contents: String, problem: String) {
    let error = #expect(throws: InputError.self) { try quantized(contents) }
    #expect(error?.source == "config.json" && error?.column == "quantization_config")
    #expect(error?.problem.hasPrefix(problem) == true)
    #expect(
      error?.remedy.hasSuffix("fp8, fp8-block, int8, int8-weight, int4-weight, nvfp4") == true)
  }

  @Test func `groups of layers that differ are refused`() {
    let groups = """
      "quant_method": "compressed-tensors", "config_groups": {
       "group_0": {"weights": {"num_bits": 4, "type": "int"}},
       "group_1": {"weights": {"num_bits": 8, "type": "int"}}}
      """
    let error = #expect(throws: InputError.self) { try quantized(groups) }
    #expect(error?.problem == "its config_groups differ")
  }

  @Test func `heads, routers, normalisations and vision may stay in 16 bits`() throws {
    let ignored = [
      "lm_head", "model.layers.0.mlp.gate", "model.layers.0.input_layernorm",
      "re:.*mlp.shared_expert_gate$", "vision_tower.encoder.layers.0.self_attn.q_proj",
    ].map { "\"\($0)\"" }.joined(separator: ", ")
    let model = try quantized(
      "\"quant_method\": \"fp8\", \"modules_to_not_convert\": [\(ignored)]")
    #expect(model.weights == .fp8)
  }
}
