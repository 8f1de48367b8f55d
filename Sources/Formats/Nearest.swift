extension InputError {
  /// The mistake of a `name` that no `kind` goes by, cut where it is longer than any: what there
  /// is, and what was probably meant.
  public static func unknown(
    _ kind: String, _ name: String, among names: [String], in source: String
  ) -> InputError {
    let suggestion = nearest(to: name, among: names).map { "did you mean \($0)? " } ?? ""
    let start = String(name.unicodeScalars.prefix(60))
    let shown = start.utf8.count < name.utf8.count ? start + "…" : start
    return InputError(
      source, problem: "there is no \(kind) \"\(shown)\"",
      remedy: "\(suggestion)there are \(names.joined(separator: ", "))")
  }
}

/// The one of `names` that was probably meant by `word`, or nil where none is close.
///
/// A name is close if `word` is the beginning of it, or if few keystrokes lead to it.
public func nearest(to word: String, among names: [String]) -> String? {
  let typed = Array(word.lowercased().unicodeScalars.prefix(64))
  let ranked = names.map { name in
    (name: name, distance: editDistance(typed, Array(name.lowercased().unicodeScalars)))
  }
  let longer = ranked.filter {
    word.count > 2 && $0.name.lowercased().hasPrefix(word.lowercased())
  }
  if let best = longer.min(by: { $0.distance < $1.distance }) { return best.name }
  let close = ranked.filter { $0.distance <= max(1, $0.name.unicodeScalars.count / 3) }
  return close.min { $0.distance < $1.distance }?.name
}

/// Keystrokes between two words: a letter added, dropped or replaced, or two neighbours swapped.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        least = min(least, beforeLast[j - 1] + 1)
      }
      row.append(least)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
