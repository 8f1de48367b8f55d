import Foundation
import Support
import Testing

@Suite struct ModelFileTests {
  private let config = """
    {"hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 8192,
     "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 32,
     "num_key_value_heads": 8, "tie_word_embeddings": false, "vocab_size": 128256}
    """

  /// The seconds of a decode with the model at `path`, from the table of costs.
  private func cost(_ path: String) throws -> Run {
    try Run("servesim cost --batch decode=1x1 --csv - --model '\(path)'")
  }

  @Test func `a folder is the config.json in it, with what stands beside`() throws {
    let folder = try TemporaryFolder()
    try folder.put(config, in: "config.json")
    let plain = try cost(folder.path)
    #expect(plain.code == 0 && plain.errors == "")
    #expect(try cost("\(folder.path)/config.json").output == plain.output)
    let built = try Run("servesim cost --batch decode=1x1 --csv - --model llama-3-8b")
    #expect(built.output == plain.output)
    let quantization = #""quant_algo": "FP8", "exclude_modules": ["lm_head"]"#
    try folder.put(
      #"{"producer": {"name": "modelopt"}, "quantization": {\#(quantization)}}"#,
      in: "hf_quant_config.json")
    let small = try cost(folder.path)
    let asked = try Run(
      "servesim cost --batch decode=1x1 --csv - --model llama-3-8b --quantization fp8")
    #expect(small.output == asked.output && small.output != plain.output)
  }

  @Test func `what is no config.json is refused in a line`() throws {
    let folder = try TemporaryFolder()
    try folder.put("", in: "empty.json")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/none", withIntermediateDirectories: true)
    _ = FileManager.default.createFile(atPath: "\(folder.path)/huge.json", contents: nil)
    try FileHandle(forWritingTo: URL(filePath: "\(folder.path)/huge.json")).truncate(
      atOffset: 1 << 33)
    for (name, words) in [
      ("empty.json", "it is empty"), ("none", "there is no such file"),
      ("other.json", "there is no such file"), ("huge.json", "has more than 32 MB"),
    ] {
      let run = try cost("\(folder.path)/\(name)")
      #expect(run.code == 2 && run.errors.contains(words), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}
