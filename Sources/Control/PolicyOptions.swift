import Formats

/// A number that can be set of a policy, behind its name.
public struct PolicyOption: Sendable {
  /// Its name, as the original's users know it.
  public let name: String
  /// What holds where it is left out.
  public let standard: Double
  /// What it may be.
  public let range: ClosedRange<Double>
  /// Whether it is a whole number.
  public let isWhole: Bool

  /// An option that is a number in `range`.
  public init(
    _ name: String, _ standard: Double, in range: ClosedRange<Double> = 0...1e9,
    isWhole: Bool = false
  ) {
    self.name = name
    self.standard = standard
    self.range = range
    self.isWhole = isWhole
  }

  /// Its name and what holds where it is left out.
  var words: String {
    name + "=" + (Int(exactly: standard).map(String.init) ?? String(standard))
  }
}

/// What was given for the options of a policy.
public struct PolicyOptions: Sendable {
  private let names: [String]
  private let values: [Double]

  /// What stands behind the name in `given`, or else the standards of `options`.
  init(_ options: [PolicyOption], _ given: inout NamedOptions) throws(InputError) {
    names = options.map(\.name)
    var values: [Double] = []
    for option in options {
      if option.isWhole {
        let (least, most) = (Int(option.range.lowerBound), Int(option.range.upperBound))
        values.append(
          Double(
            try given.count(option.name, in: least...most, or: Int(option.standard))))
      } else {
        values.append(try given.number(option.name, in: option.range, or: option.standard))
      }
    }
    self.values = values
    try given.finish()
  }

  /// The standards of `options`.
  init(_ options: [PolicyOption]) {
    names = options.map(\.name)
    values = options.map(\.standard)
  }

  /// What holds for the option called `name`, which the policy has.
  public subscript(name: String) -> Double {
    guard let place = names.firstIndex(of: name) else {
      preconditionFailure("a policy asks for options that it has")
    }
    return values[place]
  }
}
