import Serving
import Testing

@testable import Workloads

private let header = "id,arrival_s,prompt_tokens,output_tokens"

struct Misfit: Sendable, CustomTestStringConvertible {
  var row: String
  var column: String
  var words: String
  var testDescription: String { row }

  init(_ row: String, _ column: String, _ words: String) {
    self.row = row
    self.column = column
    self.words = words
  }
}

@Test(arguments: [
  Misfit("a,nan,1,1", "arrival_s", "`nan` stands for no number"),
  Misfit("a,-NaN,1,1", "arrival_s", "`-NaN` stands for no number"),
  Misfit("a,inf,1,1", "arrival_s", "`inf` is infinite"),
  Misfit("a,-Infinity,1,1", "arrival_s", "`-Infinity` is infinite"),
  Misfit("a,-0.5,1,1", "arrival_s", "`-0.5` is negative"),
  Misfit("a,-1e-20,1,1", "arrival_s", "`-1e-20` is negative"),
  Misfit("a,1e10,1,1", "arrival_s", "`1e10` is too large"),
  Misfit("a,9223372036.854775808,1,1", "arrival_s", "is too large"),
  Misfit("a,1e999999999999999999999,1,1", "arrival_s", "is too large"),
  Misfit("a,,1,1", "arrival_s", "the field is empty"),
  Misfit("a, ,1,1", "arrival_s", "the field is empty"),
  Misfit("a,0x1p3,1,1", "arrival_s", "`0x1p3` is not a number"),
  Misfit("a,1.2.3,1,1", "arrival_s", "`1.2.3` is not a number"),
  Misfit("a,.,1,1", "arrival_s", "`.` is not a number"),
  Misfit("a,-,1,1", "arrival_s", "`-` is not a number"),
  Misfit("a,1e,1,1", "arrival_s", "`1e` is not a number"),
  Misfit("a,\"1,5\",1,1", "arrival_s", "`1,5` is not a number"),
  Misfit("a,0,1.5,1", "prompt_tokens", "`1.5` is not whole"),
  Misfit("a,0,1,7564.0001", "output_tokens", "`7564.0001` is not whole"),
  Misfit("a,0,1,1e-1", "output_tokens", "`1e-1` is not whole"),
  Misfit("a,0,nan,1", "prompt_tokens", "stands for no number"),
  Misfit("a,0,1,inf", "output_tokens", "is infinite"),
  Misfit("a,0,-7,1", "prompt_tokens", "`-7` is negative"),
  Misfit("a,0,1,-7", "output_tokens", "`-7` is negative"),
  Misfit("a,0,2147483648,1", "prompt_tokens", "`2147483648` is too large"),
  Misfit("a,0,1,99999999999999999999", "output_tokens", "is too large"),
  Misfit("a,0,,1", "prompt_tokens", "the field is empty"),
  Misfit("a,0,ten,1", "prompt_tokens", "`ten` is not a number"),
  Misfit(",0,1,1", "id", "the field is empty"),
])
func `a field that is no time or token count is refused where it stands`(misfit: Misfit) {
  let error = refusal("\(header)\nfirst,0,1,1\n\(misfit.row)\n")
  #expect(isAbout(error, line: 3, column: misfit.column, says: misfit.words))
}

@Test(arguments: [
  ("0", 0), ("-0.0", 0), ("1", 1_000_000_000), ("0.1", 100_000_000), (".5", 500_000_000),
  ("3.", 3_000_000_000), ("+2", 2_000_000_000), ("0.000000001", 1), ("0.0000000005", 1),
  ("0.00000000049999999999999999999", 0), ("0.9999999995", 1_000_000_000), ("1e-9", 1),
  ("12345678.123456789", 12_345_678_123_456_789), ("1700158546.6805900", 1_700_158_546_680_590_000),
  ("1.7E3", 1_700_000_000_000), ("000000000000000000000001", 1_000_000_000), ("0e99999", 0),
  ("2000000000", EngineRange.time.upperBound),
])
func `an arrival is exact to the nanosecond, halves rounded up`(text: String, expected: Int) throws
{
  #expect(try load("\(header)\n0,\(text),1,1").trace.requests[0].arrival == expected)
}

@Test func `an id that stands twice is refused with both lines`() {
  let named = refusal("\(header)\nx,0,1,1\n# skip\ny,0,1,1\nx,0,1,1\n")
  #expect(isAbout(named, line: 5, column: "id", says: "the id `x` stands on line 2 as well"))
  let numbered = refusal("\(header)\n0,0,1,1\n1,0,1,1\n1,0,1,1\n")
  #expect(isAbout(numbered, line: 4, column: "id", says: "the id `1` stands on line 3 as well"))
  let quoted = refusal("\(header)\na\"b,0,1,1\n\"a\"\"b\",0,1,1\n")
  #expect(isAbout(quoted, line: 3, column: "id", says: "line 2"))
  let dropped = refusal("\(header)\nx,0,1,0\nx,0,1,1\n")
  #expect(isAbout(dropped, line: 3, column: "id", says: "line 2"))
}

@Test func `ids are labels, unless each is the number of its row`() throws {
  #expect(try load("\(header)\n0,0,1,1\n1,0,1,1\n").trace.columns.labels == nil)
  #expect(try load("\(header)\n1,0,1,1\n2,0,1,1\n").trace.columns.labels == ["1", "2"])
  #expect(try load("\(header)\n0,0,1,1\n01,0,1,1\n").trace.columns.labels == ["0", "01"])
  #expect(try load("\(header)\n0,0,1,1\n1,0,1,0\n2,0,1,1\n").trace.columns.labels == ["0", "2"])
  #expect(try load("\(header)\n0,9,1,1\n1,2,1,1\n").trace.columns.labels == ["1", "0"])
}

@Test func `rows out of order are sorted, stably, and counted`() throws {
  let loaded = try load("\(header)\na,2,1,1\nb,1,2,1\nc,2,3,1\nd,1,4,1\n")
  #expect(loaded.trace.columns.labels == ["b", "d", "a", "c"])
  #expect(loaded.trace.requests.map(\.promptTokens) == [2, 4, 1, 3])
  #expect(
    loaded.notes == ["2 rows earlier than the row above; the trace was sorted by arrival"])
}

@Test func `rows without output or prompt tokens are dropped and counted`() throws {
  let loaded = try load("\(header)\na,1,5,0\nb,2,0,5\nc,3,0,0\nd,4,6,7\n")
  #expect(loaded.trace.columns.labels == ["d"])
  #expect(
    loaded.trace.requests
      == [Request(arrival: 4_000_000_000, promptTokens: 6, outputTokens: 7)])
  #expect(
    loaded.notes == ["2 rows dropped: no output tokens", "1 row dropped: no prompt tokens"])
}

@Test func `a trace of which nothing is left is refused`() {
  let error = refusal("\(header)\na,1,5,0\nb,2,0,5\n")
  #expect(isAbout(error, line: nil, column: nil, says: "none of the 2 rows"))
}

@Test func `prefix hashes are 64 bits, signed, unsigned or hexadecimal`() throws {
  let loaded = try load(
    """
    arrival_s,prompt_tokens,output_tokens,prefix_hashes
    0,1,1,0 1 18446744073709551615  9007199254740993
    1,1,1,-1 -9223372036854775808
    2,1,1,0xffffffffffffffff 0XfF 0x0000000000000000001
    3,1,1,
    """)
  #expect(
    loaded.trace.columns.prefixHashes == [
      [0, 1, .max, 9_007_199_254_740_993], [.max, 1 << 63], [.max, 255, 1], [],
    ])
  #expect(loaded.notes == ["prefix hashes of 16-token blocks: 3 of 4 requests have some"])
}

@Test(arguments: [
  "18446744073709551616", "-9223372036854775809", "0x10000000000000000", "1.0", "abc", "0x", "-",
  "99999999999999999999999", "0xfg", "--1", "1e5",
])
func `a prefix hash that is no 64-bit number is refused`(hash: String) {
  let error = refusal("arrival_s,prompt_tokens,output_tokens,prefix_hashes\n0,1,1,7 \(hash) 8")
  #expect(isAbout(error, line: 2, column: "prefix_hashes", says: "is not a 64-bit number"))
}

@Test func `priorities are whole numbers of any sign`() throws {
  let loaded = try load(
    """
    priority,arrival_s,prompt_tokens,output_tokens
    -9223372036854775808,3,1,1
    9223372036854775807,2,1,1
    7,1,1,0
     -2.0 ,1,1,1
    +1e2,0,1,1
    -0,0,1,1
    """)
  #expect(loaded.trace.columns.priorities == [100, 0, -2, .max, .min])
  #expect(try load("\(header)\n0,0,1,1\n").trace.columns.priorities == nil)
}

@Test(arguments: [
  ("", "the field is empty"), (" ", "the field is empty"), ("1.5", "`1.5` is not whole"),
  ("-1e-1", "`-1e-1` is not whole"), ("nan", "stands for no number"), ("-inf", "is infinite"),
  ("high", "`high` is not a number"), ("--1", "`--1` is not a number"),
  ("9223372036854775808", "is too large"), ("-9223372036854775809", "is too large"),
])
func `a priority that is no whole number is refused`(priority: String, words: String) {
  let error = refusal("\(header),priority\na,0,1,1,0\nb,0,1,1,\(priority)\n")
  #expect(isAbout(error, line: 3, column: "priority", says: words))
}

@Test(arguments: [
  ("", 16), ("# block_size=512\n", 512), ("#block_size=1\r\n", 1),
  ("# made by: a\n\n#\tBlock_Size = 2147483647 \n# b\n", 2_147_483_647),
  ("# block_size=32\n# block_size=32.0\n", 32), ("# block_sizes=2\n# block_size: 3\n", 16),
  ("# a block_size=4\n# block_size\n", 16),
])
func `a comment gives the tokens in a block`(comments: String, expected: Int) throws {
  let loaded = try load(
    "\(comments)arrival_s,prompt_tokens,output_tokens,prefix_hashes\n0,1,1,7\n")
  #expect(loaded.trace.columns.prefixBlockTokens == expected)
  #expect(loaded.notes == ["prefix hashes of \(expected)-token blocks: 1 of 1 requests have some"])
}

@Test(arguments: [
  ("", "the field is empty"), ("0", "a block of no tokens"), ("-16", "`-16` is negative"),
  ("1.5", "`1.5` is not whole"), ("nan", "stands for no number"), ("16k", "`16k` is not a number"),
  ("2147483648", "is too large"), ("512, 16", "`512, 16` is not a number"),
])
func `a size of blocks that is none is refused`(size: String, words: String) {
  let error = refusal("# made by: a\n# block_size=\(size)\n\(header)\n0,0,1,1\n")
  #expect(isAbout(error, line: 2, column: "block_size", says: words))
}

@Test func `two sizes of blocks are refused, wherever they stand`() {
  let error = refusal("# block_size=16\n\(header)\n0,0,1,1\n# block_size=32\n")
  #expect(isAbout(error, line: 4, column: "block_size", says: "line 1 has another size, 16"))
}
