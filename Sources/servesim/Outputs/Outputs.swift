import Formats
import Foundation
import Serving

/// Where the outputs of one command go, all checked before the command starts to work.
///
/// `-` is the standard output. Devices and pipes are written as they are; everything else is
/// written beside its place and put there when all files are whole.
struct Outputs: Sendable {
  private var files: [(option: String, file: OutputFile, content: OwnFile)] = []
  private var streams: [GivenValue] = []
  private var standardOutput: GivenValue?
  private var folder: OutputFolder?
  private let rule: OverwriteRule

  /// - Parameters:
  ///   - wanted: options with the paths that were given for them, and what they write.
  ///   - folder: a folder for `names`, made if it is not there; `write` calls each by the folder's
  ///     option, a slash and its name.
  ///   - rule: what may be written over.
  init(
    _ wanted: [(GivenValue, OwnFile)], folder: (given: GivenValue, names: [String])? = nil,
    rule: OverwriteRule = OverwriteRule()
  ) throws {
    self.rule = rule
    try rule.checkStandardOutput()
    for (given, content) in wanted { try add(given, content) }
    guard let folder else { return }
    let made = try OutputFolder(folder.given)
    try made.whileThere {
      for name in folder.names { try add(made.value(for: name), .result) }
    }
    self.folder = made
  }

  /// Whether an output was asked for with `option`.
  func includes(_ option: String) -> Bool {
    files.contains { $0.option == option } || folder?.option == option
      || streams.contains { $0.source == option }
      || standardOutput?.source == option
  }

  /// Whether one of the outputs goes where the command would print its report.
  var usesStandardOutput: Bool { standardOutput != nil }

  /// Calls `body` with the name of each output's option and a writer, and puts the files in place
  /// when all are whole; after an error every file is as it was.
  ///
  /// Pipes and the standard output come last, so that a reader who leaves early costs no file.
  func write(_ body: (_ option: String, _ writer: inout ByteWriter) throws -> Void) throws {
    do {
      try folder?.make()
      for (option, file, _) in files { try file.fill { try body(option, &$0) } }
      // What was not there when the command began may have come since.
      for (option, file, content) in files {
        try rule.check(file.path, content, GivenValue(source: option, text: file.path))
      }
      try Leftovers.whileHeld { for (_, file, _) in files { try file.commit() } }
    } catch {
      for (_, file, _) in files { file.discard() }
      folder?.discard()
      throw error
    }
    for given in streams { try stream(given, body) }
    if let standardOutput {
      var writer = ByteWriter.standardOutput
      try body(standardOutput.source, &writer)
      try writer.finish()
    }
  }

  private mutating func add(_ given: GivenValue, _ content: OwnFile) throws {
    if try given.string() == "-" || given.text == "/dev/stdout" {
      if let other = standardOutput {
        throw given.mistake(
          "\(other.source) goes to the standard output already", "give a file to one of them")
      }
      standardOutput = given
      return
    }
    if isDescriptor(given.text) { return streams.append(given) }
    switch kind(of: given.text) {
    case S_IFDIR: throw given.mistake("\(quoted(given.text)) is a folder", "give a file in it")
    case S_IFREG, nil: try add(file: given, content)
    default: streams.append(given)
    }
  }

  private mutating func add(file given: GivenValue, _ content: OwnFile) throws {
    let file = try OutputFile(given)
    if let other = files.first(where: { $0.file.path == file.path }) {
      throw given.mistake(
        "\(quoted(given.text)) is the output of \(other.option) already", "give another name")
    }
    try rule.check(file.path, content, given)
    files.append((given.source, file, content))
  }

  private func stream(
    _ given: GivenValue, _ body: (String, inout ByteWriter) throws -> Void
  ) throws {
    let descriptor = open(given.text, O_WRONLY | O_APPEND | O_CLOEXEC)
    if descriptor < 0 { throw Failure("\(quoted(given.text)): \(systemMessage())") }
    defer { close(descriptor) }
    var writer = ByteWriter(to: descriptor, named: given.text)
    try body(given.source, &writer)
    try writer.finish()
  }
}

/// What `path` is to the system, or nil if nothing is there.
private func kind(of path: String) -> mode_t? {
  var found = stat()
  return stat(path, &found) == 0 ? found.st_mode & S_IFMT : nil
}

/// Whether `path` is a name of something that is open already, as `/dev/stderr` is.
private func isDescriptor(_ path: String) -> Bool {
  path == "/dev/stderr" || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/")
}
