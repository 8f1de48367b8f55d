import Formats

extension Setting {
  /// A value that this setting takes, made from numbers that `draw` gives of a range; nil where its
  /// values are not to be made up, as names and texts are.
  public func value(_ draw: (ClosedRange<Int>) -> Int) -> String? {
    switch takes {
    case .count(let range): String(draw(range))
    case .number(let range, _):
      String(range.upperBound * Double(draw(1...1000)) / 1000)
    case .words(let words, _): words[draw(0...words.count - 1)]
    case .flag: "true"
    case .name, .text: nil
    }
  }
}
