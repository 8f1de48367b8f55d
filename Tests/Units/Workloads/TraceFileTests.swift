import Foundation
import Serving
import Testing

@testable import Formats
@testable import Workloads

private let native = "arrival_s,prompt_tokens,output_tokens\n0,5,6\n"

/// Runs `body` in a folder of its own.
private func inFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

private func refusal(of specification: String) -> InputError? {
  do {
    _ = try TraceFile.read(specification)
    return nil
  } catch {
    return error
  }
}

@Test func `a file is read by its path, its format told by its header or by name`() throws {
  try inFolder { folder in
    let path = "\(folder)/a.csv"
    try Data(native.utf8).write(to: URL(fileURLWithPath: path))
    #expect(try TraceFile.read(path).trace.count == 1)
    #expect(try TraceFile.read("native:\(path)") == TraceFile.read(path))
    let error = try #require(refusal(of: "azure:\(path)"))
    #expect(error.description.hasPrefix("\(path):1:TIMESTAMP: the column is missing"))
  }
}

@Test func `a file whose name has a colon in it is read`() throws {
  try inFolder { folder in
    for name in ["12:30.csv", "azure:a.csv", "x:y:z.csv"] {
      let path = "\(folder)/\(name)"
      try Data(native.utf8).write(to: URL(fileURLWithPath: path))
      #expect(try TraceFile.read(path).trace.count == 1)
      #expect(try TraceFile.read("native:\(path)").trace.count == 1)
    }
  }
}

@Test func `a file that cannot be read is refused in a line`() throws {
  try inFolder { folder in
    #expect(refusal(of: folder)?.problem == "this is a directory without traces")
    #expect(refusal(of: "native:\(folder)")?.problem == "this is a directory without traces")
    try Data(native.utf8).write(to: URL(fileURLWithPath: "\(folder)/a.csv"))
    #expect(refusal(of: folder)?.problem == "this is a directory, and a.csv in it is no session")
    #expect(refusal(of: "\(folder)/none.csv")?.problem == "there is no such file")
    #expect(refusal(of: "\(folder)/no:ne.csv")?.problem == "there is no such file")
    #expect(refusal(of: "azure:\(folder)/none.csv")?.source == "\(folder)/none.csv")
  }
  #expect(refusal(of: "")?.problem == "no file is named")
  #expect(refusal(of: "azure:")?.problem == "no file is named")
}

@Test func `an unknown format says which there are`() {
  let error = refusal(of: "azur:foo.csv")
  #expect(error?.problem == "there is neither a file of this name nor a format `azur`")
  #expect(error?.remedy.contains("native, azure, mooncake") == true)
}

@Test func `an unknown header says which formats there are`() throws {
  let error = try #require(refusal("a,b,c\n1,2,3\n"))
  #expect(isAbout(error, line: 1, column: nil, says: "`a,b,c` is the header of no known format"))
  for format in TraceFormats.all { #expect(error.remedy.contains(format.name)) }
}

@Test func `JSON lines are told apart by the keys of their first object`() throws {
  let row = #"{"timestamp": 0, "input_length": 5, "output_length": 6, "hash_ids": []}"#
  for start in ["", "\u{FEFF}", "\n \r\n", "\u{FEFF}\n\t"] {
    #expect(try load(start + row).formatName == "mooncake")
  }
  let error = refusal("\n" + #"{"turn": 1, "chat_id": 5}"#)
  #expect(isAbout(error, line: 2, column: nil, says: "`chat_id,turn` are the keys of no known"))
  let others = refusal(#"{"chat_id": 5, "timestamp": 0, "inputs": 5}"#)
  #expect(isAbout(others, line: 1, column: nil, says: "are the keys of no known format"))
  let broken = refusal("{a,b\n1,2\n")
  #expect(isAbout(broken, line: 1, column: nil, says: "`{a,b` is not a JSON object"))
}

@Test func `JSON lines are read by name`() throws {
  try inFolder { folder in
    let path = "\(folder)/a.jsonl"
    let row = #"{"timestamp": 0, "input_length": 5, "output_length": 6, "hash_ids": [1]}"#
    try Data(row.utf8).write(to: URL(fileURLWithPath: path))
    #expect(try TraceFile.read("mooncake:\(path)") == TraceFile.read(path))
    #expect(refusal(of: "native:\(path)")?.column == "arrival_s")
    try Data(native.utf8).write(to: URL(fileURLWithPath: path))
    let problem = refusal(of: "mooncake:\(path)")?.problem
    #expect(problem == "`arrival_s,prompt_tokens,…` is not a JSON object")
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(refusal(of: "mooncake:\(path)")?.problem == "the file is empty")
  }
}

@Test func `a gzipped file is read as what is in it, and a damaged one refused`() throws {
  let whole = try #require(
    Data(
      base64Encoded: "H4sIAAAAAAACA0ssKsosS8yJL9YpKMrPLSiJL8nPTs0r1skvLSkohfG4DHQM"
        + "DXSMuAz1THWMDHSMuQAtOAlrNgAAAA=="))
  try inFolder { folder in
    let path = "\(folder)/a.csv.gz"
    try whole.write(to: URL(fileURLWithPath: path))
    let trace = try TraceFile.read(path).trace
    #expect(trace.requests.map(\.promptTokens) == [10, 20])
    try whole.dropLast(9).write(to: URL(fileURLWithPath: path))
    #expect(
      refusal(of: path)?.problem == "the file is compressed, and gzip cannot unpack it")
  }
}

@Test(
  arguments: [
    ([0x50, 0x4B, 3, 4], "zip archive", "unzip"), (Array("PAR1".utf8), "Parquet", "to_csv"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed", "unzstd"), ([0xFF, 0xFE, 0x61, 0], "UTF-16", "UTF-8"),
    (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "pointer", "git lfs pull"),
    (Array("\n<!DOCTYPE html>\n<html>".utf8), "web page", "download"),
  ] as [([UInt8], String, String)])
func `a file of another kind is told apart, with what to do`(
  bytes: [UInt8], kind: String, remedy: String
) throws {
  try inFolder { folder in
    let path = "\(folder)/a.csv"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let error = try #require(refusal(of: path))
    #expect(error.source == path && error.problem.contains(kind) && error.remedy.contains(remedy))
  }
}

@Test func `a file with no end, or too long to be a trace, is refused before memory is full`()
  throws
{
  #expect(refusal(of: "/dev/zero")?.problem == "the file holds NUL bytes")
  try inFolder { folder in
    let path = "\(folder)/sparse.csv"
    try Data(native.utf8).write(to: URL(fileURLWithPath: path))
    #expect(truncate(path, 200 << 30) == 0)
    #expect(refusal(of: path)?.problem == "the file is 200 GiB long")
  }
}

@Test func `columns that tabs part are read as those of commas are`() throws {
  let tabs = try load("# a note\n" + native.replacing(",", with: "\t"))
  #expect(try tabs.trace == load(native).trace)
}

@Test func `what gzip packed comes through a pipe as well`() throws {
  try inFolder { folder in
    let path = "\(folder)/a.csv"
    try Data(native.utf8).write(to: URL(fileURLWithPath: path))
    #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "cd '\(folder)' && exec gzip -c a.csv > pipe"]
    try process.run()
    #expect(try TraceFile.read("\(folder)/pipe").trace == load(native).trace)
    process.waitUntilExit()
  }
}

@Test(arguments: [";", "|"])
func `columns that no comma parts are told apart`(mark: String) throws {
  let error = try #require(refusal(native.replacing(",", with: mark)))
  #expect(error.line == 1 && error.problem.contains("parted by"))
  #expect(error.remedy.contains("commas"))
}

@Test func `a rate that no service has is told`() throws {
  try inFolder { folder in
    let path = "\(folder)/a.csv"
    for (step, isTold) in [(1e-4, true), (0.01, false), (10, false), (1e5, true)] {
      let rows = (0..<9).map { "\(Double($0) * step),5,6\n" }.joined()
      try Data("arrival_s,prompt_tokens,output_tokens\n\(rows)".utf8)
        .write(to: URL(fileURLWithPath: path))
      let notes = try TraceFile.read(path).notes
      #expect(notes.contains { $0.contains("per second on average") } == isTold)
    }
  }
}

@Test func `formats have names of their own, a line of summary and a header they recognise`() {
  #expect(Set(TraceFormats.all.map(\.name)).count == TraceFormats.all.count)
  for format in TraceFormats.all {
    #expect(TraceFormats.named(format.name)?.name == format.name)
    #expect(!format.summary.isEmpty && !format.summary.contains("\n"))
    let names = format.header.split { "{[,]}".contains($0) }.map(String.init)
    let isObject = format.header.hasPrefix("{")
    let firstLine = isObject ? FirstLine.keys(names) : .columns(names)
    #expect(TraceFormats.recognising(firstLine)?.name == format.name)
    #expect(TraceFormats.recognising(isObject ? .columns(names) : .keys(names)) == nil)
  }
}
