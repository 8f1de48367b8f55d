import Foundation

@main struct Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    keepStandardDescriptorsTaken()
    exit(Tool(.standard).run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// Sees to it that no file is opened under a number that the tool prints to.
  private static func keepStandardDescriptorsTaken() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
  }
}
