import Foundation
import Testing

/// The built tool, run as a user runs it.
struct Run {
  var code: Int32
  var output: String
  var errors: String

  /// Runs `script` in a shell that knows the tool as `servesim`; a failure inside a pipe counts.
  init(_ script: String) throws {
    let tool = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("servesim").path
    try #require(FileManager.default.isExecutableFile(atPath: tool), "\(tool) is built")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "set -o pipefail; servesim() { \"$0\" \"$@\"; }; \(script)", tool]
    let (output, errors) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    self.errors = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    code = process.terminationStatus
  }
}
