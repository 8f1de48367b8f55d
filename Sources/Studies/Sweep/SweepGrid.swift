import Formats
import Serving
import Workloads

/// All combinations of the values that were given with commas between them.
public struct SweepGrid: Sendable {
  /// A setting, by its name, and its values as they were given; at least one, none twice.
  public struct Axis: Sendable {
    public var name: String
    public var values: [String]
  }

  /// One combination but for the rate.
  public struct Combination: Sendable {
    /// By setting, in the order of the axes.
    public var values: [(name: String, value: String)]
    /// What was given for what is no axis.
    fileprivate let others: @Sendable (String) -> GivenValue?
    /// The fleets of which the combination has one; nil where flags describe what serves.
    fileprivate let pools: PoolAxis?

    /// The value of the setting `name`, if it is an axis.
    public func value(of name: String) -> String? { values.first { $0.name == name }?.value }

    /// How many replicas each pool has; nil where there are no pools.
    public var counts: PoolCounts? {
      value(of: PoolAxis.name).flatMap { pools?.counts($0) }
    }

    /// Whether one pool does all in place of several that hand over.
    var isTogether: Bool { counts.flatMap { pools?.isTogether($0) } ?? false }

    /// The fleet that serves; nil where a deployment does.
    func fleet(_ files: DescribedFiles) throws(InputError) -> PooledDeployment? {
      guard let pools, let counts else { return nil }
      return try pools.fleet(counts, files, given)
    }

    /// What is given for the setting `name`, as a scenario asks for it.
    public func given(_ name: String) -> GivenValue? {
      switch name {
      case SweepGrid.rate: nil
      case Scenario.Settings.scheduler.name:
        value(of: SweepGrid.schedulers).map { GivenValue(source: "--\(name)", text: $0) }
      default:
        value(of: name).map { GivenValue(source: "--\(name)", text: $0) } ?? others(name)
      }
    }
  }

  /// The name of the axis of schedulers.
  public static let schedulers = "schedulers"
  /// The name of the setting whose values are the points of a curve.
  public static let rate = Load.Settings.requestRate.name
  private static let mostPoints = 100_000
  /// The axes but that of rates; the last changes first from one combination to the next.
  public let axes: [Axis]
  /// The rates on each curve, which are the innermost axis.
  public let loads: Sweep.Loads
  public let combinations: [Combination]

  /// - Parameters:
  ///   - names: the settings that may be axes, in the order of the axes; `schedulers` is one.
  ///   - schedulers: the values of that axis, each with its options.
  ///   - pools: the fleets that serve, which are the first axis; nil where deployments do.
  ///   - given: what is given for a setting, with commas between values; nil where nothing is.
  public init(
    of names: [String] = standardNames, schedulers: [String], pools: PoolAxis? = nil,
    _ given: @escaping @Sendable (String) -> GivenValue?
  ) throws(InputError) {
    var axes = pools.map { [Axis(name: PoolAxis.name, values: $0.values.map(\.text))] } ?? []
    for name in names where name != Self.rate {
      if name == Self.schedulers {
        axes.append(Axis(name: name, values: schedulers))
      } else if let value = given(name) {
        axes.append(Axis(name: name, values: try Self.values(value)))
      }
    }
    loads = try Self.loads(given)
    let rates = if case .rates(let rates) = loads { rates.count } else { 1 }
    let points = axes.reduce(Double(rates)) { $0 * Double($1.values.count) }
    guard points <= Double(Self.mostPoints) else {
      throw InputError(
        "sweep", problem: "there are \(points) combinations",
        remedy: "give lists whose lengths multiply to at most \(Self.mostPoints)")
    }
    self.axes = axes
    combinations = Self.product(axes).map { Combination(values: $0, others: given, pools: pools) }
  }

  /// The settings of what serves, the schedulers and the settings of the load, but for those that
  /// take no value.
  public static var standardNames: [String] {
    Deployment.settings().filter { $0.takes != .flag }.map(\.name) + [schedulers]
      + Load.settings.filter { $0.takes != .flag }.map(\.name)
  }

  private static func values(_ given: GivenValue) throws(InputError) -> [String] {
    let values = try given.namesWithOptions()
    guard Set(values).count == values.count else {
      throw given.mistake("a value is given twice", "name each once")
    }
    return values
  }

  private static func loads(
    _ given: (String) -> GivenValue?
  ) throws(InputError) -> Sweep.Loads {
    guard let rate = given(rate) else { return .given }
    if given(Load.Settings.clients.name) != nil {
      let isClosed = given(Load.Settings.sessions.name)?.text == SessionReplay.Mode.closed.rawValue
      let idle =
        isClosed ? [Load.Settings.stagger] : [Load.Settings.stagger, Load.Settings.thinkTime]
      if let idle = idle.compactMap({ given($0.name) }).first { throw Load.idle(idle.source) }
    }
    if rate.text == "auto" { return .auto }
    var rates: [Double] = []
    for text in try values(rate) {
      rates.append(
        try GivenValue(source: rate.source, text: text).double(min: 0, exclusive: true))
    }
    guard Set(rates).count == rates.count else {
      throw rate.mistake("a rate is given twice", "give each once")
    }
    return .rates(rates)
  }

  private static func product(_ axes: [Axis]) -> [[(name: String, value: String)]] {
    axes.reduce([[]]) { rows, axis in
      rows.flatMap { row in axis.values.map { row + [(axis.name, $0)] } }
    }
  }
}
