/// Text that stays where it is put: nothing in it moves, hides or colours what stands beside it on
/// a terminal or a page.
public enum Plain {
  /// `text` with all that would act on a terminal written as Swift would write it, but for the ends
  /// of its lines where those are kept.
  public static func text(_ text: String, keepsLines: Bool = false) -> String {
    let isPlain = text.utf8.allSatisfy { (32..<127).contains($0) || keepsLines && $0 == 10 }
    if isPlain { return text }
    return text.unicodeScalars.reduce(into: "") { line, scalar in
      if moves(scalar) && !(keepsLines && scalar == "\n") {
        line += scalar.escaped(asASCII: true)
      } else {
        line.unicodeScalars.append(scalar)
      }
    }
  }

  /// Whether a terminal or a page acts on `scalar` in place of showing it.
  public static func moves(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
