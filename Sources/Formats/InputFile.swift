import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Files that a user names, read whole.
public enum InputFile {
  /// Whether there is anything at `path`.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The most bytes that are taken of a file: 8 GiB, more than any trace that could be served.
  public static let mostBytes = 8 << 30

  /// The bytes of the file at `path`, which is text, or text that gzip has compressed: what is of
  /// another kind that its first bytes tell is a mistake, and what is too long or never ends.
  public static func read(_ path: String) throws(InputError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw problem(with: path, errno) }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw problem(with: path, errno) }
    if status.st_mode & S_IFMT == S_IFDIR { throw problem(with: path, EISDIR) }
    if status.st_mode & S_IFMT == S_IFREG && Int(status.st_size) > mostBytes {
      throw tooLong(path, "\(Int(status.st_size) >> 30) GiB long")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(Int(status.st_size), 1 << 28))
    var part = [UInt8](repeating: 0, count: 1 << 18)
    var isPacked = false
    while true {
      let count = part.withUnsafeMutableBytes {
        #if canImport(Darwin)
          Darwin.read(descriptor, $0.baseAddress, $0.count)
        #elseif canImport(Musl)
          Musl.read(descriptor, $0.baseAddress, $0.count)
        #else
          Glibc.read(descriptor, $0.baseAddress, $0.count)
        #endif
      }
      if count == 0 { return isPacked ? try unpacked(bytes, from: path) : bytes }
      if count > 0 {
        if bytes.isEmpty && GZip.begins(part[..<count]) {
          if status.st_mode & S_IFMT == S_IFREG { return try unpacked(path, from: path) }
          isPacked = true
        }
        if bytes.isEmpty && !isPacked { try ForeignFile.check(part[..<count], at: path) }
        bytes.append(contentsOf: part[..<count])
        // Where a zero stands in a text, its reader says so; what is full of them may not end.
        let hasZero = part.withUnsafeBytes { memchr($0.baseAddress!, 0, count) != nil }
        if bytes.count > 1 << 22, !isPacked, hasZero {
          throw InputError(
            path, problem: "the file holds NUL bytes", remedy: "name a file that is text")
        }
        if bytes.count > mostBytes { throw tooLong(path, "longer than \(mostBytes >> 30) GiB") }
      }
      if count < 0 && errno != EINTR { throw problem(with: path, errno) }
    }
  }

  /// What gzip compressed into the file at `path`, which stands for `source`.
  private static func unpacked(_ path: String, from source: String) throws(InputError) -> [UInt8] {
    let bytes = try GZip.unpacked(path, named: source, atMost: mostBytes)
    try ForeignFile.check(bytes.prefix(512), at: source)
    if bytes.count > mostBytes { throw tooLong(source, "longer than \(mostBytes >> 30) GiB") }
    return bytes
  }

  /// Likewise of `packed`, which came through a pipe.
  private static func unpacked(
    _ packed: [UInt8], from source: String
  ) throws(InputError) -> [UInt8] {
    let file = FileManager.default.temporaryDirectory.appending(path: "servesim-\(UUID()).gz")
    defer { try? FileManager.default.removeItem(at: file) }
    do {
      try Data(packed).write(to: file)
    } catch {
      throw InputError(
        source, problem: "what comes is compressed, and there is no room to unpack it",
        remedy: "unpack it with gunzip -c")
    }
    return try unpacked(file.path, from: source)
  }

  private static func tooLong(_ path: String, _ length: String) -> InputError {
    InputError(
      path, problem: "the file is \(length)",
      remedy: "name a file of at most \(mostBytes >> 30) GiB, such as a part of it")
  }

  private static func problem(with path: String, _ code: Int32) -> InputError {
    let source = path.isEmpty ? "trace" : path
    switch code {
    case _ where path.isEmpty:
      return InputError(source, problem: "no file is named", remedy: "the path of a file")
    case ENOENT, ENOTDIR:
      return InputError(source, problem: "there is no such file", remedy: "check the path")
    case EISDIR:
      return InputError(source, problem: "this is a directory", remedy: "name a file in it")
    case EACCES, EPERM:
      return InputError(
        source, problem: "the file may not be read", remedy: "ask for permission to read it")
    default:
      return InputError(
        source, problem: "the file cannot be read: \(String(cString: strerror(code)))",
        remedy: "name a file that can")
    }
  }
}
