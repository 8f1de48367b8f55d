import Foundation
import PackagePlugin

/// Compiles the JSON files in a target's `Data` folder into it as strings, so that the command
/// stays one file that runs from anywhere.
@main
struct EmbedData: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = target.directoryURL.appending(path: "Data")
    let files = try FileManager.default
      .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }
      .sorted { $0.path < $1.path }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedData.swift")
    return [
      .buildCommand(
        displayName: "Embedding the data of \(target.name)",
        executable: URL(filePath: "/bin/sh"),
        arguments: ["-c", script, "sh", output.path] + files.map(\.path),
        inputFiles: files, outputFiles: [output])
    ]
  }

  /// Writes a Swift file, the first argument, that holds the files that follow by their names.
  private let script = ##"""
    output=$1
    shift
    {
      echo 'enum EmbeddedData {'
      echo '  static let files: [(name: String, contents: StaticString)] = ['
      for file in "$@"; do
        printf '("%s", #"""\n' "$(basename "$file" .json)"
        cat "$file"
        printf '\n"""#),\n'
      done
      echo '  ]'
      echo '}'
    } > "$output"
    """##
}
