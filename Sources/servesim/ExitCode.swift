import Formats
import Metrics
import Serving

/// What the tool tells the shell.
enum ExitCode: Int32, Sendable {
  /// The command did what it was asked for.
  case fine = 0
  /// A simulation could not go on, or the tool or the system failed.
  case failure = 1
  /// The user gave something that is not right.
  case mistake = 2

  /// The code for a command that ended with `error`.
  init(after error: any Error) {
    switch error {
    case is InputError: self = .mistake
    case is BrokenPipe: self = .fine
    default: self = .failure
    }
  }
}

/// Something that went wrong and is no mistake of the user's.
struct Failure: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }

  /// That some of `count` runs of a kind, such as schedulers, could not go on; nil where all could.
  init?(_ stopped: [StoppedRun], of count: Int, _ kind: String) {
    guard let first = stopped.first else { return nil }
    description =
      "\(stopped.count) of \(count) \(kind) could not go on; \(first.scheduler): \(first.reason)"
  }
}

/// The one line that tells of `error`, with its newline; nil if there is nothing to tell.
func errorLine(for error: any Error) -> String? {
  if error is BrokenPipe { return nil }
  return "servesim: \(abridged(String(describing: error), to: 600))\n"
}
