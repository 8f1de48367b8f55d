import Foundation
import Reporting

@main struct Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    keepStandardDescriptorsTaken()
    let code = TextTable.$terminalColumns.withValue(Terminal.columns) {
      Tool(.standard).run(Array(CommandLine.arguments.dropFirst()))
    }
    exit(code.rawValue)
  }

  /// Sees to it that no file is opened under a number that the tool prints to.
  private static func keepStandardDescriptorsTaken() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
  }
}
