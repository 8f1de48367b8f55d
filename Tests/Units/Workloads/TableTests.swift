import Serving
import Testing

@testable import Workloads

private let header = "id,arrival_s,prompt_tokens,output_tokens"

@Test func `an empty file is refused by name`() {
  #expect(isAbout(refusal(""), line: 1, column: nil, says: "the file is empty"))
}

@Test(arguments: ["\n\r\n  \n", "# a comment\n", "\u{FEFF}", "\u{FEFF}\n# made by: x\n\t\n"])
func `a file of blank lines and comments has no header`(text: String) {
  #expect(isAbout(refusal(text), line: 1, column: nil, says: "no header"))
}

@Test(arguments: ["\(header)", "\(header)\r\n", "\(header)\n\n# the end\n"])
func `a header alone is refused`(text: String) {
  #expect(isAbout(refusal(text), line: 1, column: nil, says: "nothing after it"))
}

@Test func `a missing column is named, on the line of the header`() {
  let error = refusal("# a comment\n\nid,arrival_s,prompt_tokens\n0,0,1\n")
  #expect(isAbout(error, line: 3, column: "output_tokens", says: "missing"))
  #expect(error?.remedy.contains(NativeFormat().header) == true)
}

@Test func `two columns of the same name are refused`() {
  let error = refusal("\(header),arrival_s\n0,0,1,1,0\n")
  #expect(isAbout(error, line: 1, column: "arrival_s", says: "two columns"))
}

@Test func `a short row names the first column that it lacks`() {
  let error = refusal("\(header)\n0,0,5,6\n\n1,1.5,7\n")
  #expect(isAbout(error, line: 4, column: "output_tokens", says: "after 3 of 4 fields"))
}

@Test func `a row with a field too many is refused unless it is empty`() throws {
  #expect(isAbout(refusal("\(header)\n0,1,000,5,6\n"), line: 2, column: nil, says: "5 fields"))
  #expect(try load("\(header)\n0,1,5,6,,\n").trace.count == 1)
}

@Test func `an unclosed quote is placed where it opens`() {
  let error = refusal("\(header)\n0,0,1,1\n\"a\nb,1,1,1\n2,2,1,1\n")
  #expect(isAbout(error, line: 3, column: "id", says: "never closed"))
}

@Test func `text after a closing quote is refused`() {
  let error = refusal("\(header)\n0,0,\"1\"2,1\n")
  #expect(isAbout(error, line: 2, column: "prompt_tokens", says: "after a closing quote"))
}

@Test(arguments: ["0,0,\u{0}1,1", "0,0,\"\u{0}\",1"])
func `a NUL byte is refused, in quotes or not`(row: String) {
  let error = refusal("\(header)\n\(row)\n")
  #expect(isAbout(error, line: 2, column: "prompt_tokens", says: "NUL"))
}

@Test func `invalid UTF-8 in a text that is kept is refused`() {
  let bytes = Array("\(header),session_id\na,0,1,1,".utf8) + [0xC3, 0x28, 0x0A]
  #expect(isAbout(refusal(bytes), line: 2, column: "session_id", says: "UTF-8"))
}

@Test func `invalid UTF-8 in a column that nobody reads is passed over`() throws {
  let bytes = Array("\(header),comment\n0,0,1,1,".utf8) + [0xC3, 0x28, 0x0A]
  #expect(try TraceFile.parse(bytes, source: "trace.csv").trace.count == 1)
}

@Test(arguments: [
  "id,arrival_s,prompt_tokens,output_tokens\n0,0,5,6\n1,0.5,7,8\n",
  "id,arrival_s,prompt_tokens,output_tokens\r\n0,0,5,6\r\n1,0.5,7,8",
  "id,arrival_s,prompt_tokens,output_tokens\r0,0,5,6\r1,0.5,7,8\r",
  "id,arrival_s,prompt_tokens,output_tokens\r\n0,0,5,6\n\n \t \r\n1,0.5,7,8\r",
  "\u{FEFF}id,arrival_s,prompt_tokens,output_tokens\n0,0,5,6\n1,0.5,7,8\n",
  "# made by: hand\nid,arrival_s,prompt_tokens,output_tokens\n# one\n0,0,5,6\n1,0.5,7,8\n# two",
  "\"id\",\"arrival_s\",\"prompt_tokens\",output_tokens\n\"0\",\"0\",\"5\",\"6\"\n1,0.5,7,\"8\"",
  "output_tokens, model ,id,prompt_tokens ,arrival_s\n6,x,0,5,0\n8,\"a,\"\"b\"\"\",1,7,0.5\n",
  "id,arrival_s,prompt_tokens,output_tokens\n0, 0 ,5.0,6\n1,5e-1,\t7.000,0.8e1\n",
  "arrival_s,prompt_tokens,output_tokens\n0,5,6\n0.5,7,8\n",
])
func `line ends, marks, blanks, comments, quotes and column order do not matter`(
  text: String
) throws {
  let loaded = try load(text)
  #expect(
    loaded.trace.requests == [
      Request(arrival: 0, promptTokens: 5, outputTokens: 6),
      Request(arrival: 500_000_000, promptTokens: 7, outputTokens: 8),
    ])
  #expect(loaded.trace.columns.labels == nil)
  #expect(
    loaded.notes == (text.contains("model") ? ["columns that are not read: model"] : []))
  #expect(loaded.formatName == "native")
}

@Test func `a line end inside quotes counts as a line and belongs to the text`() throws {
  let text = "\(header),session_id\nx,0,1,1,\"a\r\nb\nc\"\ny,0,1,-1,\n"
  #expect(isAbout(refusal(text), line: 5, column: "output_tokens", says: "`-1` is negative"))
  let trace = try load(text.replacing("-1", with: "1")).trace
  #expect(trace.columns.sessions == ["a\r\nb\nc", ""])
}

@Test func `a message about a line of a million bytes is short`() throws {
  let long = String(repeating: "9", count: 1_000_000)
  for text in [
    "\(header)\n0,\(long),1,1", "\(header)\n0,0,\(long)x,1", "\(header)\n\(long),0,1",
    "\(long)\n1", "\(header),\(long)\n0,0,1,1", "\(header)\n0,0,1,1,\(long)",
    "\(header),prefix_hashes\n0,0,1,1,\(long)", "\(header)\n\(long),0,1,1\n\(long),0,1,1",
    "TIMESTAMP,ContextTokens,GeneratedTokens\n\(long),1,1", "\(header)\n\"\(long),0,1,1",
  ] {
    let error = try #require(refusal(text))
    #expect(error.description.utf8.count < 400)
  }
}

@Test func `a message holds nothing that a terminal would obey`() throws {
  let error = try #require(refusal("a\u{1B}[31mb\u{202E}\u{2028},c\n1,2\n"))
  #expect(error.problem.hasPrefix("`a\\u{1B}[31mb\\u{202E}\\u{2028},c`"))
}
