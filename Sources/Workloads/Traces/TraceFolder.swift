import Formats
import Foundation

/// A folder of files that are a session each, taken for one trace.
struct TraceFolder {
  private let path: String

  init(_ path: String) { self.path = path }

  /// Whether there is a folder at `path`.
  static func isAt(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// The requests of all its files, in the order of their names.
  func read(
    _ named: (any TraceFormat)?, _ reading: TraceReading, checksums: Bool
  ) throws(InputError) -> LoadedTrace {
    var all: [UInt8] = []
    let names = try names()
    for name in names {
      let file = URL(filePath: path).appending(path: name).relativePath
      let bytes = try InputFile.read(file)
      let (firstLine, line) = try FirstLine.read(bytes, source: file)
      if !ObjectFormat.weka.recognises(firstLine) {
        if TraceFormats.recognising(firstLine) != nil { throw notSessions(name) }
        throw TraceRefusals.error(firstLine, source: file, line: line)
      }
      all += bytes
      all.append(.lineFeed)
    }
    var loaded: LoadedTrace
    do throws(InputError) {
      loaded = try TraceFile.parse(all, source: path, as: named, reading)
    } catch {
      // The file that is at fault says it better.
      for name in names {
        let file = URL(filePath: path).appending(path: name).relativePath
        _ = try TraceFile.parse(try InputFile.read(file), source: file, as: named, reading)
      }
      throw error
    }
    loaded.notes.insert("\(names.count) files, a session each", at: 0)
    if checksums { loaded.checksum = SHA256.hexadecimal(all) }
    return loaded
  }

  /// The files in it that may be traces.
  private func names() throws(InputError) -> [String] {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let names = found.filter { name in
      [".json", ".jsonl", ".csv", ".gz"].contains { name.hasSuffix($0) }
    }
    if names.contains("experiments.csv") {
      throw InputError(
        path, problem: "this is a directory of runs, each a trace of its own",
        remedy: "give it to servesim validate, or name a file in it")
    }
    if names.isEmpty {
      throw InputError(
        path, problem: "this is a directory without traces", remedy: "name a file in it")
    }
    return names.sorted()
  }

  private func notSessions(_ name: String) -> InputError {
    InputError(
      path, problem: "this is a directory, and \(shortened(name)) in it is no session",
      remedy: "name a file in it; of directories, those of weka's sessions are read")
  }
}
