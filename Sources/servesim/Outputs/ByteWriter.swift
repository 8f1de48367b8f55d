import Foundation

/// Bytes on their way to an open file, a block at a time.
///
/// What goes wrong is kept and thrown by `finish`, so that text can be printed to a writer without
/// a `try` a line; nothing is written after the first error.
struct ByteWriter: TextOutputStream {
  private static let block = 1 << 16
  private let descriptor: Int32
  private let name: String
  private var buffer: [UInt8] = []
  private var error: (any Error)?

  /// A writer to an open file; `name` is what a message calls it.
  init(to descriptor: Int32, named name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// A writer to the standard output.
  static var standardOutput: ByteWriter {
    ByteWriter(to: STDOUT_FILENO, named: "standard output")
  }

  /// Whether nothing that is written from here on can arrive.
  var hasFailed: Bool { error != nil }

  mutating func write(_ text: String) { write(text.utf8) }

  mutating func write(_ bytes: some Sequence<UInt8>) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.block { flush() }
  }

  /// Writes what is still held back; throws what went wrong since the beginning.
  mutating func finish() throws {
    flush()
    if let error { throw error }
  }

  private mutating func flush() {
    do {
      if error == nil { try buffer.withUnsafeBytes { try send($0) } }
    } catch {
      self.error = error
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = Foundation.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if sent >= 0 {
        rest = rest.dropFirst(sent)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: waitUntilWritable()
      case EPIPE: throw BrokenPipe()
      default: throw Failure("\(name): cannot be written: \(systemMessage())")
      }
    }
  }

  private func waitUntilWritable() {
    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = Foundation.poll(&poll, 1, -1)
  }
}

/// The reader of a pipe has seen enough, as `head` has; no mistake and no failure.
struct BrokenPipe: Error {}

/// What the system says of its last error.
func systemMessage() -> String { String(cString: strerror(errno)) }
