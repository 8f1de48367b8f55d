import Formats
import Serving

/// A router in the list: its name, what it is, and how to make it.
public struct RouterEntry: Sendable {
  /// What of a trace a router cannot do without.
  public enum Need: Sendable { case nothing, sessions, prefixHashes }

  /// The name that `--router` takes, with the options that were given behind it.
  public private(set) var name: String
  /// The name without options.
  public let kind: String
  /// One sentence on its rule.
  public let summary: String
  public let needs: Need
  /// What can be set of it.
  public let options: [PolicyOption]
  private var values: PolicyOptions
  private let make: @Sendable (RouterSetting, PolicyOptions) -> any Router

  /// A router of this list or of another package.
  public init(
    _ name: String, _ summary: String, needs: Need = .nothing,
    make: @escaping @Sendable (RouterSetting) -> any Router
  ) {
    self.init(name, summary, needs: needs, options: []) { (setting, _) in make(setting) }
  }

  /// A router with options.
  public init(
    _ name: String, _ summary: String, needs: Need = .nothing, options: [PolicyOption],
    make: @escaping @Sendable (RouterSetting, PolicyOptions) -> any Router
  ) {
    (self.name, kind) = (name, name)
    self.summary = summary
    self.needs = needs
    self.options = options
    values = PolicyOptions(options)
    self.make = make
  }

  /// The same with the options that are `given` behind its name, called `name`.
  func with(_ given: inout NamedOptions, as name: String) throws(InputError) -> RouterEntry {
    var entry = self
    entry.values = try PolicyOptions(options, &given)
    entry.name = name
    return entry
  }

  /// What it is, and what can be set of it.
  public var description: String {
    options.description(behind: summary)
  }

  /// The router over the replicas of `setting`, whose trace has what it needs.
  public func router(_ setting: RouterSetting) -> any Router { make(setting, values) }

  /// Throws if `trace` lacks what the router goes by.
  public func check(_ trace: Trace) throws(InputError) {
    switch needs {
    case .nothing: return
    case .sessions:
      if trace.columns.sessions == nil { throw lack("sessions", "a session_id") }
    case .prefixHashes:
      if trace.columns.prefixHashes == nil {
        throw lack("prefix hashes", "prefix_hashes or hash_ids")
      }
    }
  }

  private func lack(_ what: String, _ column: String) -> InputError {
    InputError(
      "--router", problem: "\(name) goes by \(what), and the trace has none",
      remedy: "give a trace with \(column), or another router")
  }
}

/// What routers are made from; nothing of what requests will get back.
public struct RouterSetting: Sendable {
  /// Replicas, at least 1.
  public var replicas: Int
  /// Tokens that the caches of all replicas hold together.
  public var cachedTokens: Int
  /// Tokens in a block of a replica's cache.
  public var blockTokens: Int
  /// Where a router's random numbers come from.
  public var random: any RandomNumberGenerator & Sendable
  /// What is known of the requests besides times and tokens, row by row.
  public let columns: Columns

  /// - Parameters:
  ///   - trace: what will be routed; its columns are what a router would read off it.
  ///   - replicas: how many replicas there are.
  ///   - cachedTokens: tokens that the caches of all replicas hold together.
  ///   - blockTokens: tokens in a block of a replica's cache.
  public init(
    _ trace: Trace, replicas: Int, cachedTokens: Int, blockTokens: Int = 16,
    random: any RandomNumberGenerator & Sendable
  ) {
    precondition(replicas > 0, "there is a replica to send requests to")
    self.replicas = replicas
    self.cachedTokens = cachedTokens
    self.blockTokens = blockTokens
    self.random = random
    columns = trace.columns
  }
}
