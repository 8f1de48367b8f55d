import Formats
import Serving

/// A law of lengths as a user names it, such as `lognormal:median=500,mean=800,max=8192`.
public struct NamedLengthLaw: Sendable, Equatable {
  /// As it is named.
  public let name: String
  /// What it is.
  public let law: any LengthLaw

  public static func == (a: NamedLengthLaw, b: NamedLengthLaw) -> Bool { a.name == b.name }

  private struct Form: Sendable {
    var name: String
    /// Its options, with what holds where they are left out.
    var options: String
    var make: @Sendable (inout NamedOptions) throws(InputError) -> any LengthLaw
  }

  private static let range = 0.0...Double(EngineRange.tokens.upperBound)
  private static let counts = 1...EngineRange.tokens.upperBound

  private static let forms = [
    Form(name: "fixed", options: "NUMBER") { (options) throws(InputError) in
      FixedLength(tokens: try options.number("value", in: range))
    },
    Form(name: "uniform", options: "min,max") { (options) throws(InputError) in
      let least = try options.count("min", in: 0...counts.upperBound)
      return UniformLength(
        least: Double(least),
        greatest: Double(try options.count("max", in: least...counts.upperBound)))
    },
    Form(name: "normal", options: "mean,deviation,min=1,max") { (options) throws(InputError) in
      let mean = try options.number("mean", in: range)
      let deviation = try options.number("deviation", in: range)
      let least = try options.number("min", in: range, or: 1)
      return NormalLength(
        mean: mean, deviation: deviation, least: least,
        greatest: try options.number("max", in: least...range.upperBound, or: range.upperBound))
    },
    Form(name: "lognormal", options: "median,mean|sigma,min=0,max") {
      (options) throws(InputError) in
      let median = try options.number("median", in: 1e-6...range.upperBound)
      // From median and mean, the spread of the logarithm is sqrt(2 ln(mean / median)).
      let mean = try options.number("mean", in: range, or: 0)
      let sigma = try options.number("sigma", in: 0...20, or: -1)
      guard (mean == 0) != (sigma < 0), mean == 0 || mean >= median else {
        throw options.mistake(
          "lognormal needs mean or sigma beside median", "give one, a mean of at least the median")
      }
      let least = try options.number("min", in: range, or: 0)
      return LognormalLength(
        median: median,
        sigma: sigma >= 0 ? sigma : (2 * naturalLogarithm(mean / median)).squareRoot(),
        least: least,
        greatest: try options.number("max", in: least...range.upperBound, or: range.upperBound))
    },
    Form(name: "zipf", options: "theta=1.1,min=1,max") { (options) throws(InputError) in
      let theta = try options.number("theta", in: 0...100, or: 1.1)
      let least = try options.count("min", in: counts, or: 1)
      let most = min(least + 10_000_000, counts.upperBound)
      return ZipfLength(
        theta: theta, least: least, greatest: try options.count("max", in: least...most))
    },
  ]

  /// What can be named, for help.
  public static let help =
    forms.map { "\($0.name):\($0.options)" }.joined(separator: "; ")

  /// The law that is named, with its options; a number alone is always itself.
  public init(_ given: GivenValue) throws(InputError) {
    name = try given.string()
    var options = try NamedOptions(
      name.first?.isNumber == true ? "fixed:value=\(name)" : Self.fixed(name), in: given)
    guard let form = Self.forms.first(where: { $0.name == options.name }) else {
      throw .unknown(
        "law of lengths", options.name, among: Self.forms.map(\.name), in: given.source)
    }
    law = try form.make(&options)
    try options.finish()
  }

  /// `fixed:512` with the name of its option.
  private static func fixed(_ name: String) -> String {
    name.hasPrefix("fixed:") && !name.contains("=")
      ? name.replacing("fixed:", with: "fixed:value=") : name
  }

  /// A law that goes by `name`, of which nobody types more.
  init(_ name: String, _ law: any LengthLaw) {
    self.name = name
    self.law = law
  }
}
