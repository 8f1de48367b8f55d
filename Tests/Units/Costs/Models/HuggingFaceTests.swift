import Foundation
import Serving
import Testing

@testable import Costs
@testable import Formats

/// The model of a `config.json` of these contents, with others beside it.
func read(_ text: String, beside others: [String: String] = [:]) throws(InputError) -> Model {
  try Model(
    huggingFaceConfiguration: Array(text.utf8), beside: others.mapValues { Array($0.utf8) },
    source: "config.json")
}

/// The built-in model called `name` under the name that a file gives it.
func unnamed(_ name: String) throws -> Model {
  var model = try Models.named(name)
  model.name = "config.json"
  model.source = "config.json"
  return model
}

let llama3 = """
  {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "bos_token_id": 128000,
   "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
   "max_position_embeddings": 8192, "model_type": "llama", "num_attention_heads": 32,
   "num_hidden_layers": 32, "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
   "rope_scaling": null, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
   "vocab_size": 128256}
  """

@Suite struct HuggingFaceTests {
  @Test func `a Llama is read as it is`() throws {
    #expect(try read(llama3) == unnamed("llama-3-8b"))
  }

  @Test func `a Mixtral has experts`() throws {
    let model = try read(
      """
      {"hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 32768,
       "model_type": "mixtral", "num_attention_heads": 32, "num_experts_per_tok": 2,
       "num_hidden_layers": 32, "num_key_value_heads": 8, "num_local_experts": 8,
       "sliding_window": null, "vocab_size": 32000}
      """)
    #expect(try model == unnamed("mixtral-8x7b"))
  }

  @Test func `a Qwen2 has biases on queries, keys and values`() throws {
    let model = try read(
      """
      {"hidden_size": 3584, "intermediate_size": 18944, "max_position_embeddings": 32768,
       "model_type": "qwen2", "num_attention_heads": 28, "num_hidden_layers": 28,
       "num_key_value_heads": 4, "tie_word_embeddings": false, "vocab_size": 152064}
      """)
    #expect(try model == unnamed("qwen2.5-7b"))
  }

  @Test func `a large Falcon has two norms beside each other`() throws {
    let model = try read(
      """
      {"bias": false, "hidden_size": 8192, "model_type": "falcon", "multi_query": true,
       "new_decoder_architecture": true, "num_attention_heads": 128, "num_hidden_layers": 60,
       "num_kv_heads": 8, "parallel_attn": true, "vocab_size": 65024}
      """)
    #expect(try model == unnamed("falcon-40b"))
  }

  /// The files of tiiuae/falcon-7b hold its embedding a second time, as the head.
  @Test func `a small Falcon has one norm and one head of keys and values`() throws {
    let model = try read(
      """
      {"bias": false, "hidden_size": 4544, "model_type": "falcon", "multi_query": true,
       "new_decoder_architecture": false, "num_attention_heads": 71, "num_hidden_layers": 32,
       "num_kv_heads": 71, "parallel_attn": true, "vocab_size": 65024}
      """)
    #expect(model.attention?.keyValueHeads == 1 && model.blocks[0].normalizations == 1)
    #expect(model.parameters + 65024 * 4544 == 7_217_189_760)
  }

  @Test(arguments: ["hidden_size", "num_hidden_layers", "vocab_size", "intermediate_size"])
  func `a missing key is named`(key: String) {
    let text = llama3.replacingOccurrences(of: "\"\(key)\"", with: "\"other\"")
    let error = #expect(throws: InputError.self) { try read(text) }
    #expect(error?.column == key)
    #expect(error?.problem == "the key \(key) is missing")
  }

  @Test func `a value of the wrong kind is named`() {
    let text = llama3.replacingOccurrences(of: "4096", with: "\"wide\"")
    let error = #expect(throws: InputError.self) { try read(text) }
    #expect(error?.column == "hidden_size")
  }

  @Test(arguments: ["", "[]", "{", "{}", #"{"model_type": "mamba"}"#])
  func `what is no model is refused`(text: String) {
    let error = #expect(throws: InputError.self) { try read(text) }
    #expect(error?.source == "config.json")
  }

  @Test func `heads that do not divide are refused`() {
    let keys = llama3.replacingOccurrences(of: "heads\": 8", with: "heads\": 5")
    #expect(throws: InputError.self) { try read(keys) }
    let width = llama3.replacingOccurrences(of: "4096", with: "4100")
    #expect(throws: InputError.self) { try read(width) }
    let none = llama3.replacingOccurrences(of: "layers\": 32", with: "layers\": 0")
    #expect(throws: InputError.self) { try read(none) }
  }
}
