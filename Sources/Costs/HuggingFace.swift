import Foundation
import Serving

extension Model {
  /// The model that a Hugging Face `config.json` describes, as it is.
  ///
  /// The families are llama (Yi and CodeLlama too), mistral, mixtral, qwen2 and falcon. Weights
  /// are taken to be in 16 bits whatever the file says, as vLLM loads them; sliding windows and
  /// stretched positions are not looked at.
  ///
  /// - Parameters:
  ///   - data: the file's contents.
  ///   - source: the file, as the user named it; the model's name too.
  public init(huggingFaceConfiguration data: Data, source: String) throws(InputError) {
    let file = try HuggingFaceFile(data, source: source)
    switch file.keys.modelType {
    case "llama", "mistral", "mixtral", "qwen2": self = try file.gatedModel()
    case "falcon", "RefinedWeb", "RefinedWebModel": self = try file.falcon()
    case let family?:
      throw InputError(
        source, column: "model_type", problem: "the family \(family) is not supported",
        remedy: "use a model of llama, mistral, mixtral, qwen2 or falcon")
    case nil: throw file.missing("model_type", "the model's family, such as llama")
    }
  }
}

/// A `config.json`: its keys and where it is from.
struct HuggingFaceFile {
  var keys: Keys
  var source: String

  init(_ data: Data, source: String) throws(InputError) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      keys = try decoder.decode(Keys.self, from: data)
    } catch let error as DecodingError {
      throw HuggingFaceFile.explain(error, source: source)
    } catch {
      throw InputError(
        source, problem: "it cannot be read as JSON", remedy: "use a model's config.json")
    }
    self.source = source
    if keys.quantizationConfig != nil {
      throw InputError(
        source, column: "quantization_config", problem: "quantised weights are not supported",
        remedy: "use the config.json of the model in 16 bits")
    }
  }

  /// The keys that matter, under their names in camel case.
  struct Keys: Decodable {
    var modelType: String?
    var numHiddenLayers, nLayer: Int?
    var hiddenSize: Int?
    var numAttentionHeads, nHead: Int?
    var numKeyValueHeads, numKvHeads, nHeadKv: Int?
    var headDim: Int?
    var intermediateSize, ffnHiddenSize: Int?
    var vocabSize: Int?
    var maxPositionEmbeddings: Int?
    var tieWordEmbeddings: Bool?
    var attentionBias, mlpBias, bias: Bool?
    var numLocalExperts, numExpertsPerTok: Int?
    var newDecoderArchitecture, multiQuery, parallelAttn: Bool?
    var quantizationConfig: Empty?
  }

  /// An object whose contents do not matter.
  struct Empty: Decodable {}

  /// The error for a key that the file does not have.
  func missing(_ key: String, _ meaning: String) -> InputError {
    InputError(
      source, column: key, problem: "the key \(key) is missing", remedy: "add it: \(meaning)")
  }

  /// The value of `key`, a count that every model has.
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
    if case .typeMismatch(let type, let context) = error, let key = context.codingPath.first {
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
