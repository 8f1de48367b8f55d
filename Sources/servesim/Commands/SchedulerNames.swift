import Formats
import Serving

extension GivenValue {
  /// The schedulers between commas, each with its options, such as `sarathi:chunk=512`.
  ///
  /// Commas part the options of one scheduler too: a piece with `=` and without `:` in front of it
  /// belongs to the scheduler before it. So `vllm,sarathi:chunk=512,max-num-seqs=64,orca` names
  /// three schedulers.
  func schedulerNames() throws -> [String] {
    var names: [String] = []
    for piece in try list() {
      if !continues(piece) {
        names.append(piece)
      } else if let last = names.last, last.contains(":") {
        names[names.count - 1] = last + "," + piece
      } else {
        throw mistake(
          "\(quoted(piece)) belongs to no scheduler", "write a scheduler as name:\(piece)")
      }
    }
    let firsts = names.indices.filter { names.firstIndex(of: names[$0]) == $0 }
    if firsts.count < names.count {
      throw mistake("a scheduler is named twice", "name each once, or with other options")
    }
    return names
  }

  private func continues(_ piece: String) -> Bool {
    piece.firstIndex { $0 == ":" || $0 == "=" }.map { piece[$0] == "=" } ?? false
  }
}
