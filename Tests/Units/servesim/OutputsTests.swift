import Foundation
import Serving
import Support
import Testing

@testable import Formats
@testable import servesim

private struct Trouble: Error {}

private func value(_ option: String, _ path: String) -> (GivenValue, OwnFile) {
  (GivenValue(source: option, text: path), .result)
}

private func report(_ path: String) -> GivenValue { GivenValue(source: "--report", text: path) }

/// The beginning of a file that servesim writes.
private let own = "scheduler,engine,model,gpu,"

@Suite struct OutputsTests {
  @Test func `files appear under their names and nothing stays beside them`() throws {
    let folder = try TemporaryFolder()
    let outputs = try Outputs([
      value("--json", "\(folder.path)/a"), value("--csv", "\(folder.path)/b"),
    ])
    #expect(try folder.names == [])
    try outputs.write { option, writer in writer.write("for \(option)") }
    #expect(try folder.names == ["a", "b"])
    #expect(try folder.text(of: "a") == "for --json")
    #expect(try folder.text(of: "b") == "for --csv")
  }

  @Test func `after an error every file is as it was`() throws {
    let folder = try TemporaryFolder()
    try folder.put(own, in: "a")
    let outputs = try Outputs([
      value("--json", "\(folder.path)/a"), value("--csv", "\(folder.path)/b"),
    ])
    #expect(throws: Trouble.self) {
      try outputs.write { option, writer in
        writer.write("half")
        if option == "--csv" { throw Trouble() }
      }
    }
    #expect(try folder.names == ["a"])
    #expect(try folder.text(of: "a") == own)
  }

  @Test func `a file keeps its rights and its links when it is replaced`() throws {
    let folder = try TemporaryFolder()
    try folder.put(own, in: "a")
    chmod("\(folder.path)/a", 0o640)
    symlink("a", "\(folder.path)/link")
    try Outputs([value("--json", "\(folder.path)/link")]).write { $1.write("new") }
    #expect(try folder.text(of: "a") == "new")
    #expect(try folder.names == ["a", "link"])
    var found = stat()
    lstat("\(folder.path)/link", &found)
    #expect(found.st_mode & S_IFMT == S_IFLNK)
    stat("\(folder.path)/a", &found)
    #expect(found.st_mode & 0o777 == 0o640)
  }

  @Test func `a device is written as it is`() throws {
    try Outputs([value("--json", "/dev/null"), value("--csv", "/dev/null")]).write {
      $1.write("text")
    }
    var found = stat()
    stat("/dev/null", &found)
    #expect(found.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func `a device that is full is a failure`() throws {
    let outputs = try Outputs([value("--json", "/dev/full")])
    #expect(throws: Failure.self) { try outputs.write { $1.write("text") } }
  }

  @Test(arguments: ["missing/a", "file/a", "", "new/", "."])
  func `what cannot be written is refused before the work starts`(path: String) throws {
    let folder = try TemporaryFolder()
    try folder.put("", in: "file")
    let error = #expect(throws: InputError.self) {
      try Outputs([value("--json", path.isEmpty ? "" : "\(folder.path)/\(path)")])
    }
    #expect(error?.source == "--json")
    #expect(try folder.names == ["file"])
  }

  @Test func `two outputs are not one`() throws {
    let folder = try TemporaryFolder()
    let same = value("--csv", "\(folder.path)/../\((folder.path as NSString).lastPathComponent)/a")
    let error = #expect(throws: InputError.self) {
      try Outputs([value("--json", "\(folder.path)/a"), same])
    }
    #expect(error?.problem.hasSuffix("is the output of --json already") == true)
    #expect(throws: InputError.self) { try Outputs([value("--json", "-"), value("--csv", "-")]) }
  }

  @Test func `an input is not overwritten`() throws {
    let folder = try TemporaryFolder()
    try folder.put("trace", in: "a")
    symlink("a", "\(folder.path)/link")
    link("\(folder.path)/a", "\(folder.path)/hard")
    for isForced in [false, true] {
      for name in ["a", "link", "hard"] {
        let rule = OverwriteRule(
          inputs: [value("TRACE", "\(folder.path)/a").0], isForced: isForced)
        let error = #expect(throws: InputError.self) {
          try Outputs([value("--json", "\(folder.path)/\(name)")], rule: rule)
        }
        #expect(error?.problem.hasSuffix("is what TRACE reads") == true)
      }
    }
    #expect(try folder.text(of: "a") == "trace")
  }

  @Test func `a folder is made when its files are whole, and not before`() throws {
    let folder = try TemporaryFolder()
    let outputs = try Outputs([], folder: (report("\(folder.path)/new"), ["a", "b"]))
    #expect(outputs.includes("--report"))
    #expect(try folder.names == [])
    #expect(throws: Trouble.self) {
      try outputs.write { option, _ in if option == "--report/b" { throw Trouble() } }
    }
    #expect(try folder.names == [])
    try outputs.write { option, writer in writer.write("for \(option)") }
    #expect(try folder.names == ["new"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/new").count == 2)
    #expect(try folder.text(of: "new/b") == "for --report/b")
  }

  @Test func `a folder that is there keeps what else is in it`() throws {
    let folder = try TemporaryFolder()
    try folder.put("mine", in: "c")
    let outputs = try Outputs([], folder: (report(folder.path), ["a"]))
    try outputs.write { $1.write("new") }
    #expect(try folder.names == ["a", "c"])
    #expect(try folder.text(of: "c") == "mine")
  }

  @Test(arguments: ["file", "missing/new", "-", ""])
  func `what can be no folder is refused before the work starts`(name: String) throws {
    let folder = try TemporaryFolder()
    try folder.put("", in: "file")
    let path = name.isEmpty || name == "-" ? name : "\(folder.path)/\(name)"
    let error = #expect(throws: InputError.self) {
      try Outputs([], folder: (report(path), ["a"]))
    }
    #expect(error?.source == "--report")
    #expect(try folder.names == ["file"])
  }

  @Test func `a file that servesim did not write stays, unless it is empty or the user says so`()
    throws
  {
    let folder = try TemporaryFolder()
    for (text, isReplaced) in [("precious", false), ("", true), (own, true)] {
      for isForced in [false, true] {
        try folder.put(text, in: "a")
        let rule = OverwriteRule(isForced: isForced)
        func write() throws {
          try Outputs([value("--csv", "\(folder.path)/a")], rule: rule).write { $1.write("new") }
        }
        if isReplaced || isForced {
          try write()
        } else {
          let error = #expect(throws: InputError.self) { try write() }
          #expect(error?.remedy.contains("--force") == true)
        }
        #expect(try folder.text(of: "a") == (isReplaced || isForced ? "new" : text))
      }
    }
  }

  @Test func `a file that came while the command worked stays`() throws {
    let folder = try TemporaryFolder()
    let outputs = try Outputs([value("--csv", "\(folder.path)/a")])
    #expect(throws: InputError.self) {
      try outputs.write { _, writer in
        try folder.put("precious", in: "a")
        writer.write("new")
      }
    }
    #expect(try folder.names == ["a"])
    #expect(try folder.text(of: "a") == "precious")
  }

  @Test func `a link that leads to nothing yet stays a link`() throws {
    let folder = try TemporaryFolder()
    symlink("a", "\(folder.path)/link")
    try Outputs([value("--csv", "\(folder.path)/link")]).write { $1.write("new") }
    #expect(try folder.text(of: "a") == "new")
    #expect(try folder.names == ["a", "link"])
  }

  @Test func `a dash is the standard output`() throws {
    #expect(try Outputs([value("--json", "-")]).usesStandardOutput)
    #expect(try Outputs([value("--json", "/dev/stdout")]).usesStandardOutput)
    #expect(try !Outputs([value("--json", "/dev/null")]).usesStandardOutput)
  }
}

@Suite struct ByteWriterTests {
  @Test func `what is longer than a block arrives whole and in order`() throws {
    let folder = try TemporaryFolder()
    let lines = (0..<50_000).map { "line \($0)\n" }
    try Outputs([value("--csv", "\(folder.path)/a")]).write { _, writer in
      for line in lines { print(line, terminator: "", to: &writer) }
    }
    #expect(try folder.text(of: "a") == lines.joined())
  }

  @Test func `the first error stops the writing and is thrown at the end`() {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    var writer = ByteWriter(to: descriptor, named: "full")
    writer.write(repeatElement(UInt8(ascii: "a"), count: 1 << 20))
    #expect(writer.hasFailed)
    #expect(throws: Failure.self) { try writer.finish() }
  }
}
