import Serving

extension InputError {
  /// The error for a `name` that no `kind` has: the nearest one that there is, and all of them.
  ///
  /// A name that contains all of it is nearer than any that does not.
  static func unknown(_ name: String, _ kind: String, among names: [String]) -> InputError {
    let whole = names.filter { $0.contains(name.lowercased()) && !name.isEmpty }
    let nearest = (whole.isEmpty ? names : whole).min {
      editDistance(name, $0) < editDistance(name, $1)
    }
    let suggestion = nearest.map { "did you mean \($0)? " } ?? ""
    return InputError(
      "--\(kind)", problem: "there is no \(kind) called \(name)",
      remedy: "\(suggestion)there are: \(names.joined(separator: ", "))")
  }
}

/// How many characters must be added, dropped or changed to make `a` into `b`, in any case
/// (Levenshtein's distance).
func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.lowercased())
  let b = Array(b.lowercased())
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let changed = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(changed, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
