import Foundation
import PackagePlugin

/// Compiles the JSON files in the folders of a target's `Data` into it as strings, so that the
/// command stays one file that runs from anywhere.
@main
struct EmbedData: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = target.directoryURL.appending(path: "Data")
    let files = try contents(of: folder).flatMap(contents)
      .filter { $0.pathExtension == "json" }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedData.swift")
    return [
      .buildCommand(
        displayName: "Embedding the data of \(target.name)",
        executable: URL(filePath: "/bin/sh"),
        arguments: ["-c", script, "sh", output.path] + files.map(\.path),
        inputFiles: files, outputFiles: [output])
    ]
  }

  private func contents(of folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }

  /// Writes a Swift file, the first argument, that holds the files that follow by their folders and
  /// names.
  private let script = ##"""
    output=$1
    shift
    {
      echo 'enum EmbeddedData {'
      echo '  static let files: [(folder: String, name: String, contents: StaticString)] = ['
      for file in "$@"; do
        folder=$(basename "$(dirname "$file")")
        printf '("%s", "%s", #"""\n' "$folder" "$(basename "$file" .json)"
        cat "$file"
        printf '\n"""#),\n'
      done
      echo '  ]'
      echo '}'
    } > "$output"
    """##
}
