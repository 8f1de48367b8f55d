import Formats
import Serving
import Studies

/// All combinations of the values that were given with commas between them.
struct SweepGrid: Sendable {
  /// An option and its values, as they were typed; at least one, none twice.
  struct Axis: Sendable {
    var option: String
    var values: [String]
  }

  /// One combination but for the rate.
  struct Combination: Sendable {
    /// By option, in the order of the axes.
    var values: [(option: String, value: String)]
    var invocation: Invocation

    /// The value of `option`, if it is an axis.
    func value(of option: String) -> String? { values.first { $0.option == option }?.value }
  }

  static let rateOption = Load.Settings.requestRate.option
  private static let mostPoints = 100_000
  /// The axes but that of rates; the last changes first from one combination to the next.
  let axes: [Axis]
  /// The rates on each curve, which are the innermost axis.
  let loads: Sweep.Loads
  let combinations: [Combination]

  /// - Parameter options: the options that take lists, in the order of the axes.
  init(_ invocation: Invocation, options: [Option], schedulers: [String]) throws {
    var axes: [Axis] = []
    for option in options where option.placeholder != nil && option.name != Self.rateOption {
      if option.name == "--schedulers" {
        axes.append(Axis(option: option.name, values: schedulers))
      } else if let given = invocation[option.name] {
        axes.append(Axis(option: option.name, values: try Self.values(given)))
      }
    }
    loads = try Self.loads(invocation)
    let rates = if case .rates(let rates) = loads { rates.count } else { 1 }
    let points = axes.reduce(Double(rates)) { $0 * Double($1.values.count) }
    guard points <= Double(Self.mostPoints) else {
      throw InputError(
        "sweep", problem: "there are \(points) combinations",
        remedy: "give lists whose lengths multiply to at most \(Self.mostPoints)")
    }
    self.axes = axes
    combinations = Self.product(axes).map { values in
      var changes = Dictionary(uniqueKeysWithValues: values.map { ($0.option, String?($0.value)) })
      changes[Self.rateOption] = String?.none
      return Combination(values: values, invocation: invocation.with(changes))
    }
  }

  private static func values(_ given: GivenValue) throws -> [String] {
    let values = try given.list()
    guard Set(values).count == values.count else {
      throw given.mistake("a value is given twice", "name each once")
    }
    return values
  }

  private static func loads(_ invocation: Invocation) throws -> Sweep.Loads {
    guard let given = invocation[rateOption] else { return .given }
    if let clients = invocation[Load.Settings.clients.option] {
      throw Load.closedLoop(clients.source, beside: rateOption)
    }
    if given.text == "auto" { return .auto }
    let rates = try values(given).map { text in
      try GivenValue(source: rateOption, text: text).double(min: 0, exclusive: true)
    }
    guard Set(rates).count == rates.count else {
      throw given.mistake("a rate is given twice", "give each once")
    }
    return .rates(rates)
  }

  private static func product(_ axes: [Axis]) -> [[(option: String, value: String)]] {
    axes.reduce([[]]) { rows, axis in
      rows.flatMap { row in axis.values.map { row + [(axis.option, $0)] } }
    }
  }
}
