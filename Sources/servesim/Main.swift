import Formats
import Foundation
import Reporting
import Serving

@main struct Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    keepStandardDescriptorsTaken()
    Interruptions.watch()
    let code = TextTable.$terminalColumns.withValue(Terminal.columns) {
      Tool(.standard).run { try words() }
    }
    exit(code.rawValue)
  }

  /// The command line without the tool's own name.
  ///
  /// A name of a file may be any bytes, and Swift would put others in place of those that are no
  /// text.
  private static func words() throws -> [String] {
    try (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      guard let bytes = CommandLine.unsafeArgv[index] else { return nil }
      if let word = String(validatingCString: bytes) { return word }
      throw InputError(
        String(cString: bytes), problem: "argument \(index) is not valid UTF-8",
        remedy: "rename the file, or give the name of a link to it")
    }
  }

  /// Sees to it that no file is opened under a number that the tool prints to.
  private static func keepStandardDescriptorsTaken() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
  }
}
