import Formats
import Serving

/// Which requests are taken, by their lengths or their session: conditions that all hold, such as
/// `prompt<=8192 and output>1`.
public struct RequestFilter: Sendable, Equatable {
  /// A number of a request, and its session.
  private enum Quantity: String, CaseIterable {
    case prompt, output, total, session
  }

  private struct Condition: Equatable {
    var quantity: Quantity
    var comparison: String
    var number: Int
    var text: String
  }

  /// As it was typed.
  public let text: String
  private var conditions: [Condition] = []

  /// What a filter is, for help and messages.
  public static let help =
    "\(Quantity.allCases.map(\.rawValue).joined(separator: ", ")) compared by <, <=, >, >=, = or "
    + "!=, with `and` between conditions"

  /// Those that are longest come first.
  private static let comparisons = ["<=", ">=", "!=", "<", ">", "="]

  public init(_ given: GivenValue) throws(InputError) {
    text = try given.string()
    for piece in text.components(separatedBy: " and ") {
      let words = piece.filter { $0 != " " }
      guard let place = words.firstIndex(where: { "<>=!".contains($0) }),
        let comparison = Self.comparisons.first(where: { words[place...].hasPrefix($0) })
      else { throw given.mistake("\(quoted(piece)) is no condition", "give \(Self.help)") }
      let name = String(words[..<place])
      let value = String(words[place...].dropFirst(comparison.count))
      guard let quantity = Quantity(rawValue: name) else {
        throw .unknown(
          "quantity", name, among: Quantity.allCases.map(\.rawValue), in: given.source)
      }
      if quantity == .session && !["=", "!="].contains(comparison) {
        throw given.mistake("a session is no number", "compare it by = or !=")
      }
      let number =
        quantity == .session
        ? 0 : try GivenValue(source: given.source, text: value).int(in: 0...Int(Int32.max) * 2)
      conditions.append(
        Condition(quantity: quantity, comparison: comparison, number: number, text: value))
    }
  }

  /// Whether the request in `row` of `trace` is taken.
  func takes(_ row: Int, of trace: Trace) -> Bool {
    let request = trace.requests[row]
    return conditions.allSatisfy { condition in
      let value: Int
      switch condition.quantity {
      case .prompt: value = request.promptTokens
      case .output: value = request.outputTokens
      case .total: value = request.promptTokens + request.outputTokens
      case .session:
        let isEqual = (trace.columns.sessions?[row] ?? "") == condition.text
        return isEqual == (condition.comparison == "=")
      }
      return switch condition.comparison {
      case "<=": value <= condition.number
      case ">=": value >= condition.number
      case "!=": value != condition.number
      case "<": value < condition.number
      case ">": value > condition.number
      default: value == condition.number
      }
    }
  }

  /// Whether it asks for sessions.
  var needsSessions: Bool { conditions.contains { $0.quantity == .session } }
}
