import Formats
import Serving

/// What prompts of one group begin with alike.
public struct SharedPrefix: Sendable, Equatable {
  /// Tokens of it.
  public var tokens: Int
  /// Groups, each with a prefix of its own.
  public var groups: Int
  /// The k-th group is chosen in proportion to k to the power of minus this; 0 for all alike.
  public var theta: Double

  /// What is given, for help and messages.
  public static let help =
    "tokens,groups=1,theta=0 (Zipf's law of the groups), with + a layer behind it"

  public init(tokens: Int, groups: Int = 1, theta: Double = 0) {
    self.tokens = tokens
    self.groups = groups
    self.theta = theta
  }

  /// The layers that are given, such as `tokens=2000+groups=64,tokens=512,theta=1`.
  public static func layers(_ given: GivenValue) throws(InputError) -> [SharedPrefix] {
    var layers: [SharedPrefix] = []
    for piece in try given.string().split(separator: "+", omittingEmptySubsequences: false) {
      var options = try NamedOptions("prefix:\(piece)", in: given)
      let tokens = try options.count("tokens", in: 1...1 << 24)
      let groups = try options.count("groups", in: 1...1_000_000, or: 1)
      let theta = try options.number("theta", in: 0...100, or: 0)
      try options.finish()
      layers.append(SharedPrefix(tokens: tokens, groups: groups, theta: theta))
    }
    return layers
  }

  /// The law of the groups, which are numbered from 1.
  var law: any LengthLaw {
    groups == 1
      ? FixedLength(tokens: 1) : ZipfLength(theta: theta, least: 1, greatest: groups)
  }
}
