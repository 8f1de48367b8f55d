import Formats
import Serving

extension Model {
  /// The model that a Hugging Face `config.json` describes, as it is.
  ///
  /// The families are those of `HuggingFaceFile.families`; Yi and CodeLlama are llamas. Weights are
  /// in 16 bits unless the file has a `quantization_config`, or one stands beside it, as vLLM loads
  /// them. Stretched positions are not looked at; of a model that also sees, only what reads and
  /// writes text is taken.
  ///
  /// - Parameters:
  ///   - bytes: the file's contents.
  ///   - others: the contents of the files of `filesBeside` that there are in the same folder.
  ///   - source: the file, as the user named it; the model's name too.
  public init(
    huggingFaceConfiguration bytes: [UInt8], beside others: [String: [UInt8]] = [:], source: String
  ) throws(InputError) {
    let file = try HuggingFaceFile(bytes, source: source)
    var model = try file.model()
    try file.check(model)
    try file.quantize(&model, beside: others)
    model.family = file.stated
    self = model
  }

  /// The model that the file of a built-in one, called `name`, describes.
  init(builtIn bytes: [UInt8], name: String) throws(InputError) {
    let file = try HuggingFaceFile(bytes, source: name)
    self = try file.model()
    try file.quantize(&self, beside: [:])
    family = file.stated
    source = try file.repository ?? name
  }

  /// The names of files beside a `config.json` that say what weights are stored in.
  public static let filesBeside = [
    "hf_quant_config.json", "quantize_config.json", "quant_config.json",
  ]
}

/// A `config.json`: its keys and where it is from.
struct HuggingFaceFile {
  /// The keys that the text part of the model is described by.
  var keys: JSONKeys
  /// The model's `model_type`, as the file states it.
  let stated: String
  /// The family whose reader reads the text part.
  let family: String
  /// The keys of the whole file, where those of text are an object in it.
  private let whole: JSONKeys

  var source: String { keys.source }
  /// Whether the model has more than text, whose modules then go by longer names.
  let isPartOfLarger: Bool

  /// What a file that is none should be.
  static let remedy = "use a model's config.json as it is published"

  init(_ bytes: [UInt8], source: String) throws(InputError) {
    whole = try JSONKeys(bytes, source: source, remedy: Self.remedy)
    guard let stated = try whole.text("model_type") else {
      throw whole.missing("model_type", "the model's family, such as llama")
    }
    self.stated = stated
    keys = whole
    isPartOfLarger = Self.larger.contains(stated)
    var family = stated
    if isPartOfLarger {
      let text = whole.has("llm_config") ? "llm_config" : "text_config"
      let outer = try whole.object("thinker_config") ?? whole
      keys = try outer.object(text) ?? JSONKeys(source: source)
      family = try keys.text("model_type") ?? stated
      for (name, value) in Self.standards[family] ?? [] where !keys.has(name) {
        keys.values[name] = .integer(value)
      }
      if !keys.has("tie_word_embeddings") {
        keys.values["tie_word_embeddings"] = whole.values["tie_word_embeddings"]
      }
    }
    if family.hasSuffix("_text") { family = String(family.dropLast("_text".count)) }
    self.family = Self.alike[family] ?? family
  }

  /// What Hugging Face's configuration classes have, which a file with more than text may leave out
  /// of its text part.
  private static let standards = [
    "llama": [
      ("hidden_size", 4096), ("intermediate_size", 11008), ("num_hidden_layers", 32),
      ("num_attention_heads", 32), ("vocab_size", 32000), ("max_position_embeddings", 2048),
    ],
    "mistral": [
      ("hidden_size", 4096), ("intermediate_size", 14336), ("num_hidden_layers", 32),
      ("num_attention_heads", 32), ("num_key_value_heads", 8), ("vocab_size", 32000),
      ("max_position_embeddings", 131_072),
    ],
  ]

  /// Where the file says that it is from.
  var repository: String? {
    get throws(InputError) { try whole.text("_name_or_path") }
  }

  /// The model, its weights in 16 bits.
  func model() throws(InputError) -> Model {
    guard let read = Self.readers[family] else {
      let lack = Self.lacking[family].map { ": \($0) is not known" } ?? ""
      throw keys.mistake(
        "model_type", "the family \(shortened(stated)) is not supported\(lack)",
        "use a model of \(Self.families.joined(separator: ", "))")
    }
    return try read(self)()
  }

  /// Throws if sizes that are right by themselves are too large together.
  func check(_ model: Model) throws(InputError) {
    do {
      try model.check()
    } catch {
      throw InputError(
        source, problem: error.problem, remedy: "check the sizes that it states")
    }
  }

  /// The object that says how weights are quantised, wherever a file of this kind has it.
  var quantization: JSONKeys? {
    get throws(InputError) {
      for keys in [keys, whole] {
        for name in ["quantization_config", "compression_config"] {
          if let found = try keys.object(name) { return found }
        }
        if keys.has("quantization") {
          throw keys.mistake(
            "quantization", "weights quantised as MLX does are not known",
            "use a checkpoint that vLLM serves")
        }
      }
      return nil
    }
  }
}
