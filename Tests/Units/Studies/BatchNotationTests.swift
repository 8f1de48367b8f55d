import Serving
import Studies
import Testing

@testable import Formats

private func batch(_ text: String) throws -> Batch {
  try BatchNotation.batch(text, source: "--batch")
}

@Suite struct BatchNotationTests {
  @Test func `prompts and decodes are gathered in order`() throws {
    let found = try batch("prefill=512@1024, decode=3x10,prefill=2x7 ,decode=1x4,prefill=2x5@6")
    #expect(found.chunks.map(\.tokens) == [512, 7, 7, 5, 5])
    #expect(found.chunks.map(\.context) == [1024, 0, 0, 6, 6])
    #expect((found.decodes, found.decodeContext, found.decodeContextSquares) == (4, 34, 316))
    #expect((found.tokens, found.sequences) == (540, 9))
  }

  @Test func `a decode may have nothing cached`() throws {
    let found = try batch("decode=2x0")
    #expect((found.decodes, found.decodeContext, found.chunks.count) == (2, 0, 0))
  }

  @Test(arguments: [
    (" ", 2, "nothing here"), ("prefill=1,,decode=1x1", 11, "nothing here"),
    ("decode=1x1,", 12, "nothing here"), ("512@4", 1, "`512@4` is neither"),
    ("prefil=4", 1, "`prefil` is neither"), ("decode=1x1, Prefill=4", 13, "`Prefill` is neither"),
    ("prefill=", 9, "tokens is missing"), ("prefill=0", 9, "`0` is too small"),
    ("prefill=5@", 11, "cached tokens is missing"), ("prefill=5k", 9, "`5k` is not a whole"),
    ("prefill=2147483648", 9, "`2147483648` is too large"),
    ("prefill=99999999999999999999", 9, "too large"), ("prefill=2x3x4", 12, "`x4` is left over"),
    ("prefill=2@3@4", 12, "`@4` is left over"), ("prefill=65537x1", 9, "65536 prompts"),
    ("prefill=65536x1,prefill=1", 25, "65536 prompts"), ("decode=64", 10, "are missing"),
    ("decode=64@3", 10, "are missing"), ("decode=0x3", 8, "`0` is too small"),
    ("decode=3x-1", 10, "`-1` is not a whole"), ("decode=3x1@2", 11, "`@2` is left over"),
    ("decode=2x2000000000", 8, "too many"),
    ("decode=1x2147483647,decode=1x1", 28, "too many"),
    ("decode=2147483647x0,decode=1x0", 28, "too many"),
  ])
  func `a mistake is told with its place`(text: String, place: Int, words: String) {
    let error = #expect(throws: InputError.self) { try batch(text) }
    #expect(error?.source == "--batch")
    #expect(error?.column == String(place))
    #expect(error?.problem.contains(words) == true)
    #expect(error?.remedy.isEmpty == false)
  }

  @Test func `a word that is nearly right is guessed`() {
    let error = #expect(throws: InputError.self) { try batch("prefil=3") }
    #expect(error?.remedy.hasPrefix("did you mean prefill? ") == true)
  }

  @Test func `the largest batch that can be written is priced without overflow`() throws {
    let found = try batch("prefill=65536x2147483647@2147483647,decode=1x2147483647")
    #expect(found.decodeContextSquares == 2_147_483_647 * 2_147_483_647)
    #expect(found.chunkTokens == 65536 * 2_147_483_647)
  }
}
