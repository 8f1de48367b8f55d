/// A text that the user gave, and the option or argument that it was given for.
public struct GivenValue: Sendable, Equatable {
  /// The name of the option or argument.
  public var source: String
  /// As it was typed; may be empty.
  public var text: String

  /// What was given for `source`.
  public init(source: String, text: String) {
    self.source = source
    self.text = text
  }

  /// The text, which must not be empty.
  public func string() throws(InputError) -> String {
    if text.isEmpty { throw mistake("the value is empty", "give a value") }
    return text
  }

  /// The whole number in `range` that the text is.
  public func int(in range: ClosedRange<Int>, or word: String? = nil) throws(InputError) -> Int {
    try int(
      min: range.lowerBound, max: range.upperBound == Int.max ? nil : range.upperBound, or: word)
  }

  /// The whole number that the text is, within the bounds given.
  public func int(
    min: Int? = nil, max: Int? = nil, or word: String? = nil
  ) throws(InputError) -> Int {
    let remedy =
      "give a whole number" + bounds(min.map { "of at least \($0)" }, max)
      + (word.map { ", or \($0)" } ?? "")
    guard isDigits(unsigned(text)) else {
      throw mistake("\(quoted(text)) is not a whole number", remedy)
    }
    guard let value = Int(text) else {
      throw mistake("\(quoted(text)) is out of the range of numbers", remedy)
    }
    if let min, value < min { throw mistake("\(value) is too small", remedy) }
    if let max, value > max { throw mistake("\(value) is too large", remedy) }
    return value
  }

  /// The finite number that the text is in decimal notation, within the bounds given.
  ///
  /// - Parameter exclusive: whether `min` itself is refused.
  public func double(min: Double? = nil, max: Double? = nil, exclusive: Bool = false)
    throws(InputError) -> Double
  {
    let lower = min.map { (exclusive ? "above " : "of at least ") + plain($0) }
    let remedy = "give a number" + bounds(lower, max.map(plain))
    guard isDecimal(text), let value = Double(text) else {
      throw mistake("\(quoted(text)) is not a number", remedy)
    }
    if !value.isFinite {
      throw mistake("\(quoted(text)) is out of the range of numbers", remedy)
    }
    if let min, exclusive ? value <= min : value < min {
      throw mistake("\(quoted(text)) is too small", remedy)
    }
    if let max, value > max { throw mistake("\(quoted(text)) is too large", remedy) }
    return value
  }

  /// The one of `names` that the text is.
  public func choice(of names: [String]) throws(InputError) -> String {
    if names.contains(text) { return text }
    let near = nearest(to: text, among: names).map { "did you mean \($0)? " } ?? ""
    throw mistake(
      "there is no \(quoted(text))", near + "give one of \(names.joined(separator: ", "))")
  }

  /// The pieces between commas, none of them empty; commas in braces do not count.
  public func list() throws(InputError) -> [String] {
    var pieces: [String] = []
    var depth = 0
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      if depth > 0 { pieces[pieces.count - 1] += "," + piece } else { pieces.append(String(piece)) }
      for byte in piece.utf8 {
        if byte == UInt8(ascii: "{") { depth += 1 } else if byte == UInt8(ascii: "}") { depth -= 1 }
      }
    }
    if pieces.contains("") {
      throw mistake("\(quoted(text)) has an empty piece", "give names with one comma between them")
    }
    return pieces
  }

  /// The pieces between commas, of which those that are options belong to the name with a colon
  /// before them: `vllm,sarathi:chunk=512,max-num-seqs=64,orca` has three. What is given by kinds,
  /// as `experts=mxfp4,attention=fp8`, is one piece until a kind returns.
  public func namesWithOptions() throws(InputError) -> [String] {
    var names: [String] = []
    for piece in try list() {
      let sign = piece.first { $0 == ":" || $0 == "=" }
      let kind = piece.prefix { $0 != "=" } + "="
      if sign == "=", let last = names.last,
        last.contains(":")
          || last.contains("=")
            && !last.split(separator: ",").contains(where: { $0.hasPrefix(kind) })
      {
        names[names.count - 1] = last + "," + piece
      } else {
        names.append(piece)
      }
    }
    return names
  }

  /// A mistake in this value.
  public func mistake(_ problem: String, _ remedy: String) -> InputError {
    InputError(source, problem: problem, remedy: remedy)
  }
}

/// ` of at least 1 and at most 8`, or as much of it as there are bounds.
private func bounds(_ lower: String?, _ upper: (some CustomStringConvertible)?) -> String {
  let parts = [lower, upper.map { "\(lower == nil ? "of " : "")at most \($0)" }].compactMap { $0 }
  return parts.isEmpty ? "" : " " + parts.joined(separator: " and ")
}

/// `number` without a fraction where it has none.
private func plain(_ number: Double) -> String {
  Int(exactly: number).map(String.init) ?? String(number)
}

private func isDigits(_ text: Substring) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
}

private func unsigned(_ text: some StringProtocol) -> Substring {
  Substring(text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : String(text))
}

/// Whether `text` is digits with at most one point among them and at most one exponent behind.
private func isDecimal(_ text: String) -> Bool {
  let parts = unsigned(text).split(maxSplits: 1, omittingEmptySubsequences: false) {
    $0 == "e" || $0 == "E"
  }
  let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
  return mantissa.count <= 2 && isDigits(Substring(mantissa.joined()))
    && (parts.count == 1 || isDigits(unsigned(parts[1])))
}
