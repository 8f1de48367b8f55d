import Formats

/// A policy in a list: its name, what it is, what can be set of it, and how to make it.
public struct PolicyEntry<Policy>: Sendable {
  /// Its name, with the options that were given behind it.
  public private(set) var name: String
  /// One sentence on its rule.
  public let summary: String
  /// What can be set of it.
  public let options: [PolicyOption]
  private var values: PolicyOptions
  private let make: @Sendable (PolicyOptions) -> Policy

  /// A policy of a list or of another package.
  public init(
    _ name: String, _ summary: String, options: [PolicyOption] = [],
    make: @escaping @Sendable (PolicyOptions) -> Policy
  ) {
    self.name = name
    self.summary = summary
    self.options = options
    values = PolicyOptions(options)
    self.make = make
  }

  /// One that has decided nothing yet.
  public var policy: Policy { make(values) }

  /// What it is, and what can be set of it.
  public var description: String { options.description(behind: summary) }
}

extension Array {
  /// The policy of this list that `given` names, with its options; `what` is what it is.
  public func named<Policy>(
    _ given: GivenValue, _ what: String
  ) throws(InputError) -> PolicyEntry<Policy> where Element == PolicyEntry<Policy> {
    var words = try NamedOptions(given.text, in: given)
    guard var entry = first(where: { $0.name == words.name }) else {
      throw .unknown(what, words.name, among: map(\.name), in: given.source)
    }
    try entry.take(&words, as: given.text)
    return entry
  }
}

extension PolicyEntry {
  /// Takes the options that stand in `given`, and is called `name` from now on.
  fileprivate mutating func take(
    _ given: inout NamedOptions, as name: String
  ) throws(InputError) {
    values = try PolicyOptions(options, &given)
    self.name = name
  }
}

extension [PolicyOption] {
  /// `summary`, and what can be set besides.
  func description(behind summary: String) -> String {
    if isEmpty { return summary }
    return summary + " Options: " + map(\.words).joined(separator: ", ")
  }
}
