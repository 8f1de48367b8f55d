import Costs
import Formats
import Foundation

extension Models {
  /// The model that `given` names, or that the Hugging Face `config.json` at its path describes, or
  /// in the folder at its path.
  static func described(by given: GivenValue) throws(InputError) -> Model {
    let text = try given.string()
    let isPath = text.contains("/") || text.hasSuffix(".json")
    if !isPath && (names.contains(text) || !isFolder(text)) { return try named(text) }
    let path =
      isFolder(text) ? URL(filePath: text).appending(path: "config.json").relativePath : text
    let folder = URL(filePath: path).deletingLastPathComponent()
    var others: [String: [UInt8]] = [:]
    for name in Model.filesBeside {
      let other = folder.appending(path: name).relativePath
      if FileManager.default.fileExists(atPath: other) {
        others[name] = try contents(of: other, given)
      }
    }
    return try Model(
      huggingFaceConfiguration: try contents(of: path, given), beside: others, source: path)
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Bytes of the longest file that is read: the lists of quantised modules reach one MB.
  private static let mostBytes = 1 << 25

  private static func contents(of path: String, _ given: GivenValue) throws(InputError) -> [UInt8] {
    let remedy = "give the path of a config.json, or a name (servesim list models)"
    func mistake(_ problem: String) -> InputError {
      given.mistake("\(quoted(path)) cannot be read (\(problem))", remedy)
    }
    guard FileManager.default.fileExists(atPath: path) else {
      throw mistake("there is no such file")
    }
    if isFolder(path) { throw mistake("it is a folder") }
    guard let file = FileHandle(forReadingAtPath: path) else { throw mistake("it may not be read") }
    defer { try? file.close() }
    do {
      let data = try file.read(upToCount: mostBytes + 1) ?? Data()
      if data.count <= mostBytes { return Array(data) }
    } catch {
      throw mistake(error.localizedDescription)
    }
    throw mistake("it has more than \(mostBytes >> 20) MB, and is no model's config.json")
  }
}

extension GPUs {
  /// The GPU that `given` names, or that the JSON file at its path describes.
  public static func described(by given: GivenValue) throws(InputError) -> GPU {
    let text = try given.string()
    guard text.contains("/") || text.hasSuffix(".json") else { return try named(text) }
    return try GPU(json: try InputFile.read(text), source: text)
  }
}
