import Formats
import Serving

extension GivenValue {
  /// The schedulers between commas, each with its options, such as `sarathi:chunk=512`.
  func schedulerNames() throws -> [String] {
    let names = try namesWithOptions()
    if let piece = names.first(where: { $0.first { $0 == ":" || $0 == "=" } == "=" }) {
      throw mistake(
        "\(quoted(piece)) belongs to no scheduler", "write a scheduler as name:\(piece)")
    }
    let firsts = names.indices.filter { names.firstIndex(of: names[$0]) == $0 }
    if firsts.count < names.count {
      throw mistake("a scheduler is named twice", "name each once, or with other options")
    }
    return names
  }
}
