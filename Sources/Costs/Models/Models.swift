import Formats
import Serving

/// The models that servesim knows by name: the files in `Sources/Costs/Data/Models`, compiled in.
///
/// Each is the `config.json` of the Hugging Face repository that its `_name_or_path` names, less
/// what is not read, or one that says in its words what a paper says.
public enum Models {
  /// Their names, by family and size.
  public static let names = [
    "llama-2-7b", "llama-2-13b", "llama-2-70b", "llama-3-8b", "llama-3-70b", "llama-3.1-8b",
    "llama-3.1-70b", "llama-3.1-405b", "codellama-34b", "mistral-7b", "mixtral-8x7b",
    "mixtral-8x22b", "yi-34b", "yi-34b-200k", "falcon-40b", "falcon-180b", "qwen2.5-7b",
    "qwen2.5-32b", "qwen2.5-72b", "qwen2-57b-a14b", "qwen3-8b", "qwen3-32b", "qwen3-30b-a3b",
    "qwen3-235b-a22b", "phi-2", "phi-3-mini", "phi-3-medium", "gemma-2-9b", "gemma-2-27b",
    "gemma-3-27b", "gpt-oss-20b", "gpt-oss-120b", "qwen3.5-397b-a17b", "minimax-m2.5",
    "deepseek-v2-lite", "deepseek-v2", "deepseek-v3", "kimi-k2.5", "longcat-flash", "opt-13b",
    "opt-66b", "opt-175b", "gpt-3-175b",
  ]

  /// Every one of them.
  public static let all = names.map(builtIn)

  /// The model called `name`.
  public static func named(_ name: String) throws(InputError) -> Model {
    if names.contains(name) { return builtIn(name) }
    throw .unknown("model", name, among: names, in: "--model")
  }

  private static func builtIn(_ name: String) -> Model {
    do {
      return try Model(builtIn: EmbeddedData.bytes("Models", name), name: name)
    } catch {
      preconditionFailure("a built-in model is well-formed: \(error)")
    }
  }
}

extension EmbeddedData {
  /// The contents of the file called `name` in `folder`.
  static func bytes(_ folder: String, _ name: String) -> [UInt8] {
    guard let file = files.first(where: { $0.folder == folder && $0.name == name }) else {
      preconditionFailure("there is a file for \(name)")
    }
    return Array(
      UnsafeBufferPointer(
        start: file.contents.utf8Start, count: file.contents.utf8CodeUnitCount))
  }
}

extension Model {
  /// The same model with `experts` in place of each MLP, of which a token goes through `perToken`.
  func with(experts: Int, perToken: Int) -> Model {
    with { model in
      for (index, block) in model.blocks.enumerated() {
        model.blocks[index].channels = block.denses.map { dense in
          var mixture = Mixture(
            experts: experts, perToken: perToken, intermediate: dense.width)
          mixture.isGated = dense.isGated
          return .experts(mixture)
        }
      }
    }
  }

  /// The same model with what all Falcons share: a plain MLP beside the attention, LayerNorm, and
  /// the embedding's matrix as its head.
  func asFalcon() -> Model {
    with {
      $0.changeDense { $0.isGated = false }
      for index in $0.blocks.indices { $0.blocks[index].isParallel = true }
      $0.normalizationHasBias = true
      $0.hasTiedHead = true
    }
  }
}
