import Foundation
import Serving

extension Model {
  /// The model that a Hugging Face `config.json` describes, as it is.
  ///
  /// The families are those of `HuggingFaceFile.families`; Yi and CodeLlama are llamas. Weights
  /// are in 16 bits unless the file has a `quantization_config`, as vLLM loads them. Stretched
  /// positions are not looked at; of a model that also sees, only what reads and writes text is
  /// taken.
  ///
  /// - Parameters:
  ///   - data: the file's contents.
  ///   - source: the file, as the user named it; the model's name too.
  public init(huggingFaceConfiguration data: Data, source: String) throws(InputError) {
    let file = try HuggingFaceFile(data, source: source)
    self = try file.model()
    weights = try file.weights()
  }
}

/// A `config.json`: its keys and where it is from.
struct HuggingFaceFile {
  var keys: Keys
  var source: String

  /// The values of `model_type` that are understood.
  static let families = [
    "llama", "mistral", "mixtral", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "falcon", "phi3",
    "gemma2", "gemma3", "deepseek_v2", "deepseek_v3", "longcat_flash",
  ]

  init(_ data: Data, source: String) throws(InputError) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      keys = try decoder.decode(Keys.self, from: data)
      if keys.modelType == "gemma3" {
        let quantization = keys.quantizationConfig
        keys = try decoder.decode(Whole.self, from: data).textConfig ?? Keys()
        keys.modelType = "gemma3_text"
        keys.quantizationConfig = keys.quantizationConfig ?? quantization
      }
    } catch let error as DecodingError {
      throw HuggingFaceFile.explain(error, source: source)
    } catch {
      throw InputError(
        source, problem: "it cannot be read as JSON", remedy: "use a model's config.json")
    }
    self.source = source
  }

  /// The model, its weights in 16 bits.
  func model() throws(InputError) -> Model {
    switch keys.modelType {
    case "llama", "mistral", "mixtral", "phi3": try gatedModel()
    case "qwen2", "qwen2_moe", "qwen3", "qwen3_moe": try qwen()
    case "gemma2", "gemma3_text": try gemma()
    case "falcon", "RefinedWeb", "RefinedWebModel": try falcon()
    case "deepseek_v2", "deepseek_v3": try deepSeek()
    case "longcat_flash": try longCat()
    case let family?:
      throw InputError(
        source, column: "model_type", problem: "the family \(family) is not supported",
        remedy: "use a model of \(HuggingFaceFile.families.joined(separator: ", "))")
    case nil: throw missing("model_type", "the model's family, such as llama")
    }
  }

  /// The error for a key that the file does not have.
  func missing(_ key: String, _ meaning: String) -> InputError {
    InputError(
      source, column: key, problem: "the key \(key) is missing", remedy: "add it: \(meaning)")
  }

  /// The error for something that is there and not understood.
  func unsupported(_ key: String, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, column: key, problem: problem, remedy: remedy)
  }

  /// The value of `key`, a count that every such model has.
  func count(_ value: Int?, _ key: String, _ meaning: String) throws(InputError) -> Int {
    guard let value else { throw missing(key, meaning) }
    if value < 1 {
      throw InputError(
        source, column: key, problem: "\(value) is not positive",
        remedy: "use a whole number from 1 on: \(meaning)")
    }
    return value
  }

  private static func explain(_ error: DecodingError, source: String) -> InputError {
    if case .typeMismatch(let type, let context) = error,
      let key = context.codingPath.last(where: { $0.intValue == nil })
    {
      let name = snakeCase(key.stringValue)
      return InputError(
        source, column: name, problem: "the value of \(name) is of the wrong kind",
        remedy: "use \(type == Bool.self ? "true or false" : "a value of type \(type)")")
    }
    return InputError(
      source, problem: "it is not a JSON object", remedy: "use a model's config.json")
  }

  private static func snakeCase(_ name: String) -> String {
    name.map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }.joined()
  }
}
