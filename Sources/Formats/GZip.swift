import Foundation

/// Files that gzip has compressed.
enum GZip {
  /// Whether a file that begins with `bytes` is one.
  static func begins(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// The bytes that were compressed into the file at `path`, at most `limit` of them and one more;
  /// `source` is what messages call it. The system's own gzip unpacks them.
  static func unpacked(
    _ path: String, named source: String, atMost limit: Int
  ) throws(InputError) -> [UInt8] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", "--", path]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw InputError(
        source, problem: "the file is compressed, and gzip cannot be started",
        remedy: "unpack it with gunzip")
    }
    var bytes: [UInt8] = []
    let reader = pipe.fileHandleForReading
    while bytes.count <= limit, let part = try? reader.read(upToCount: 1 << 20), !part.isEmpty {
      bytes.append(contentsOf: part)
    }
    if bytes.count > limit {
      process.terminate()
      return bytes
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw InputError(
        source, problem: "the file is compressed, and gzip cannot unpack it",
        remedy: "check it with gzip -t")
    }
    return bytes
  }
}
