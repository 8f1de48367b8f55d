import Formats
import Serving

/// How a batch is written in one line: `prefill=512@1024,decode=64x2048`.
///
/// `prefill=TOKENS@CONTEXT` computes tokens of a prompt after cached ones, none where `@CONTEXT` is
/// left out; `prefill=NxTOKENS@CONTEXT` does so for N prompts. `decode=COUNTxCONTEXT` computes one
/// token for each of several sequences with the same cached tokens. Both may be repeated.
public enum BatchNotation {
  /// The form of a prefill and of a decode.
  public static let prefillForm = "prefill=TOKENS@CONTEXT"
  public static let decodeForm = "decode=COUNTxCONTEXT"

  /// The batch that `text` describes; `source` is what messages call it, and their column is the
  /// place of the mistake in `text`.
  public static func batch(_ text: String, source: String) throws(InputError) -> Batch {
    var parts = BatchParts()
    var place = 1
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      var scanner = NotationScanner(piece, place: place)
      do throws(NotationProblem) {
        try parts.add(&scanner)
      } catch {
        throw InputError(
          source, column: String(error.place), problem: error.problem, remedy: error.remedy)
      }
      place += piece.count + 1
    }
    return parts.batch
  }
}

/// What a batch is gathered from.
struct BatchParts {
  /// The most prompts of a batch.
  static let maxPrompts = 1 << 16
  private var prompts: [(tokens: Int, context: Int)] = []
  private var decodes = 0
  private var context = 0
  private var contextSquares = 0

  var batch: Batch {
    Batch(
      decodes: decodes, decodeContext: context, decodeContextSquares: contextSquares,
      prompts: prompts)
  }

  /// Adds `prefill=…` or `decode=…`.
  mutating func add(_ scanner: inout NotationScanner) throws(NotationProblem) {
    let place = scanner.place
    let word = scanner.word()
    if scanner.isAtEnd && word.isEmpty {
      throw NotationProblem(
        place, "there is nothing here",
        "write \(BatchNotation.prefillForm) or \(BatchNotation.decodeForm)")
    }
    guard scanner.take("="), ["prefill", "decode"].contains(word) else {
      throw unknown(word, at: place)
    }
    if word == "prefill" {
      try addPrompts(&scanner)
    } else {
      try addDecodes(&scanner)
    }
  }

  /// Adds `TOKENS`, `TOKENS@CONTEXT` or `NxTOKENS@CONTEXT`.
  mutating func addPrompts(_ scanner: inout NotationScanner) throws(NotationProblem) {
    let place = scanner.place
    var tokens = try scanner.number("tokens", atLeast: 1)
    var count = 1
    if scanner.take("x") {
      count = tokens
      tokens = try scanner.number("tokens", atLeast: 1)
    }
    let context = scanner.take("@") ? try scanner.number("cached tokens") : 0
    try scanner.end("a prefill is TOKENS, TOKENS@CONTEXT or NxTOKENS@CONTEXT")
    if count > Self.maxPrompts - prompts.count {
      throw NotationProblem(
        place, "more than \(Self.maxPrompts) prompts are too many", "give fewer prompts")
    }
    prompts += repeatElement((tokens: tokens, context: context), count: count)
  }

  private mutating func addDecodes(_ scanner: inout NotationScanner) throws(NotationProblem) {
    let place = scanner.place
    let count = try scanner.number("sequences", atLeast: 1)
    guard scanner.take("x") else {
      throw NotationProblem(
        scanner.place, "the cached tokens of each sequence are missing",
        "write \(BatchNotation.decodeForm), such as decode=\(count)x2048")
    }
    let each = try scanner.number("cached tokens")
    try scanner.end("a decode is COUNTxCONTEXT")
    let sum = context + count * each
    if sum > Int32.max || decodes + count > Int32.max {
      throw NotationProblem(
        place, "the decodes are too many", "give at most \(Int32.max) cached tokens in sum")
    }
    decodes += count
    context = sum
    contextSquares += count * each * each
  }

  /// Adds `count` decodes with `context` cached tokens in sum, as even as can be.
  mutating func addDecodes(_ count: Int, sum context: Int) {
    guard count > 0 else { return }
    let (each, longer) = context.quotientAndRemainder(dividingBy: count)
    decodes += count
    self.context += context
    contextSquares += (count - longer) * each * each + longer * (each + 1) * (each + 1)
  }

  private func unknown(_ word: String, at place: Int) -> NotationProblem {
    let near = nearest(to: word, among: ["prefill", "decode"]).map { "did you mean \($0)? " } ?? ""
    return NotationProblem(
      place, "`\(word.prefix(24))` is neither prefill= nor decode=",
      "\(near)write \(BatchNotation.prefillForm) or \(BatchNotation.decodeForm)")
  }
}
