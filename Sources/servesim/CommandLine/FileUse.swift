import Formats
import Foundation
import Workloads

/// What a command does with the file that a value names.
enum FileUse: Sendable {
  /// The value names no file.
  case none
  /// It is the path of a file that is read, or of a trace as FORMAT:PATH.
  case reads
  /// It is a name of something built in or the path of a file that is read; several with commas
  /// between them in a sweep.
  case readsUnlessNamed
  /// It is the path of a file that is written.
  case writes(OwnFile)
  /// It is a folder, which the command writes files in.
  case writesFolder

  var isRead: Bool {
    switch self {
    case .reads, .readsUnlessNamed: true
    case .none, .writes, .writesFolder: false
    }
  }

  var isWritten: Bool {
    switch self {
    case .writes, .writesFolder: true
    case .none, .reads, .readsUnlessNamed: false
    }
  }

  /// Every path that may be read where `given` is what the user gave.
  func paths(_ given: GivenValue) -> [GivenValue] {
    var texts = [given.text]
    switch self {
    case .none, .writes, .writesFolder: return []
    case .reads: if let path = Self.withoutFormat(given.text) { texts.append(path) }
    case .readsUnlessNamed:
      texts += given.text.split(separator: ",").map(String.init)
      texts += texts.flatMap(Self.companions)
    }
    return texts.map { GivenValue(source: given.source, text: $0) }
  }

  /// The path of a trace that is given as FORMAT:PATH.
  private static func withoutFormat(_ text: String) -> String? {
    guard let colon = text.firstIndex(of: ":"), TraceFormats.named(String(text[..<colon])) != nil
    else { return nil }
    return String(text[text.index(after: colon)...])
  }

  /// What is read beside the configuration of a model, or in the folder of one.
  private static func companions(of path: String) -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
    let slash = path.lastIndex(of: "/")
    let folder = isFolder.boolValue ? path + "/" : slash.map { String(path[...$0]) } ?? ""
    return ["config.json", "hf_quant_config.json", "quantize_config.json", "quant_config.json"]
      .map { folder + $0 }
  }
}
