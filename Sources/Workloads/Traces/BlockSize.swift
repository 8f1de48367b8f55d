import Formats
import Serving

extension CSVReader {
  /// The tokens in a block that a comment `# block_size=512` gives, or nil where none does.
  func blockTokens() throws(InputError) -> Int? {
    var given: (tokens: Int, line: Int)?
    for comment in comments {
      guard let text = value(of: "block_size", in: comment) else { continue }
      let tokens = try blockTokens(text, line: comment.line)
      if let given, given.tokens != tokens {
        throw mistake(
          "line \(given.line) has another size, \(given.tokens)", line: comment.line)
      }
      given = given ?? (tokens, comment.line)
    }
    return given?.tokens
  }

  /// Where the value stands that a comment `# name=value` gives; nil for any other comment.
  private func value(of name: StaticString, in comment: Comment) -> Range<Int>? {
    let text = bytes.span.trimmed(comment.range)
    guard let sign = text.first(where: { bytes[$0] == .equals }) else { return nil }
    let word = bytes.span.trimmed(text.lowerBound..<sign)
    return bytes.span.extracting(word).isWord(name) ? sign + 1..<text.upperBound : nil
  }

  private func blockTokens(_ text: Range<Int>, line: Int) throws(InputError) -> Int {
    let text = bytes.span.extracting(bytes.span.trimmed(text))
    do throws(NumberProblem) {
      let tokens = try DecimalNumber.tokens(text)
      if tokens > 0 { return tokens }
    } catch {
      throw mistake(error.clause(about: Formats.excerpt(of: text)), line: line)
    }
    throw mistake("a block of no tokens holds nothing", line: line)
  }

  private func mistake(_ problem: String, line: Int) -> InputError {
    InputError(
      source, line: line, column: "block_size", problem: problem,
      remedy: "the tokens in a block of prefix_hashes, once, such as `# block_size=512`")
  }
}
