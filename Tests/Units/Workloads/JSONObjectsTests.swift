import Serving
import Testing

@testable import Workloads

private let rows = (0..<5).map { index in
  #"{"timestamp": \#(index * 1000), "input_length": 5, "output_length": 6, "hash_ids": [],"#
    + #" "note": "a ] } \\\" { ,[ \#(index)"}"#
}

@Suite struct `JSON objects that do not stand on a line each` {
  @Test func `are read as those that do`() throws {
    let lines = try load(rows.joined(separator: "\n"))
    let indented = rows.map { $0.replacing(", ", with: ",\n  ").replacing("{\"t", with: "{\n\"t") }
    let texts: [String] = [
      "[\(rows.joined(separator: ","))]", "[\n\(rows.joined(separator: ",\n"))\n]\n",
      "\u{FEFF} \r\n[ \(indented.joined(separator: " ,\r\n"))\r\n]",
      indented.joined(separator: "\n"), "\(indented.joined(separator: "\n\n"))\n",
    ]
    for text in texts {
      #expect(try load(text) == lines)
    }
  }

  @Test func `are refused on the line that they begin on`() {
    let bad = #"{"timestamp": NaN, "input_length": 5, "output_length": 6, "hash_ids": []}"#
    let error = refusal("[\n\(rows[0]),\n\(rows[1]),\n\(bad)\n]")
    #expect(isAbout(error, line: 4, column: "timestamp", says: "the value is not a number"))
  }

  @Test(arguments: [
    ("[\(rows[0])", 1, "the array has no end"), ("[\(rows[0]),]", 1, "`]` is not a JSON object"),
    ("[\(rows[0])\n\(rows[1])]", 2, "no comma stands before `{"),
    ("[\(rows[0])]\nx", 2, "`x` is not a JSON object"), ("[\(rows[0]), 5]", 1, "`5]` is not a"),
    ("[\(rows[0]),\n{\"a\": [1}", 2, "is not a JSON object"), ("[{", 1, "is not a JSON object"),
  ])
  func `are refused where one has no end or no comma`(text: String, line: Int, words: String) {
    #expect(isAbout(refusal(text), line: line, column: nil, says: words))
  }

  @Test func `say so where words that are no numbers stand in a text alone`() throws {
    let text = rows[0].replacing("a ]", with: "NaN and -Infinity")
    #expect(try load(text).trace.count == 1)
  }
}

@Suite struct `A list of hashes that is empty` {
  @Test func `is of a prompt of any length, and shares nothing`() throws {
    let row = #"{"timestamp": 0, "input_length": 5000, "output_length": 6, "hash_ids": []}"#
    #expect(try load("\(row)\n\(row)").trace.columns.prefixHashes == [[], []])
  }
}
