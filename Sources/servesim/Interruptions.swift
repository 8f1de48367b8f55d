import Foundation

/// What ends the tool from outside: a key, the system, a terminal that is closed.
enum Interruptions {
  /// Sees to it that an interruption leaves no file half written; the signal then ends the tool as
  /// it would have.
  static func watch() {
    let signals = [SIGINT, SIGTERM, SIGHUP].filter { !isIgnored($0) }
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals { sigaddset(&set, number) }
    // Threads that are made from here on hold the signals back as this one does.
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let watched = set
    Thread.detachNewThread {
      var (set, number) = (watched, Int32(0))
      while sigwait(&set, &number) != 0 {}
      Leftovers.removeAll {
        signal(number, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(number)
      }
    }
  }

  /// Whether whoever started the tool has it pass over the signal, as `nohup` does.
  private static func isIgnored(_ number: Int32) -> Bool {
    let before = signal(number, SIG_DFL)
    guard unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) else {
      return false
    }
    signal(number, SIG_IGN)
    return true
  }
}
