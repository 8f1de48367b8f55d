import Formats
import Serving

/// The list of routers; it drives the command line and the tests.
public enum Routers {
  /// Every router, from the one that knows least.
  public static let all: [RouterEntry] = [
    RouterEntry("round-robin", "Each replica in turn.") { RoundRobin(replicas: $0.replicas) },
    RouterEntry("least-requests", "The replica with the fewest unfinished requests.") {
      LeastRequests(replicas: $0.replicas)
    },
    RouterEntry("least-tokens", "The replica with the fewest prompt tokens of unfinished ones.") {
      LeastTokens(replicas: $0.replicas)
    },
    RouterEntry("power-of-two", "Of two drawn at random, that with fewer unfinished requests.") {
      PowerOfTwo(replicas: $0.replicas, random: $0.random)
    },
    RouterEntry("session", "Where the session's first request went.", needs: .sessions) {
      StickySessions(replicas: $0.replicas, sessions: $0.columns.sessions ?? [])
    },
    RouterEntry("prefix", "Where the prompt's beginning was sent last.", needs: .prefixHashes) {
      PrefixAffinity(
        replicas: $0.replicas, hashes: $0.columns.prefixHashes ?? [],
        blocks: $0.cachedTokens / $0.columns.prefixBlockTokens)
    },
  ]

  /// The router called `name`.
  public static func named(_ name: String) throws(InputError) -> RouterEntry {
    if let entry = all.first(where: { $0.name == name }) { return entry }
    throw .unknown("router", name, among: all.map(\.name), in: "--router")
  }
}

/// A router in the list: its name, what it is, and how to make it.
public struct RouterEntry: Sendable {
  /// What of a trace a router cannot do without.
  public enum Need: Sendable { case nothing, sessions, prefixHashes }

  /// The name that `--router` takes.
  public let name: String
  /// One sentence on its rule.
  public let summary: String
  public let needs: Need
  private let make: @Sendable (RouterSetting) -> any Router

  /// A router of this list or of another package.
  public init(
    _ name: String, _ summary: String, needs: Need = .nothing,
    make: @escaping @Sendable (RouterSetting) -> any Router
  ) {
    self.name = name
    self.summary = summary
    self.needs = needs
    self.make = make
  }

  /// The router over the replicas of `setting`, whose trace has what it needs.
  public func router(_ setting: RouterSetting) -> any Router { make(setting) }

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
  /// Where a router's random numbers come from.
  public var random: any RandomNumberGenerator & Sendable
  /// What is known of the requests besides times and tokens, row by row.
  public let columns: Columns

  /// - Parameters:
  ///   - trace: what will be routed; its columns are what a router would read off it.
  ///   - replicas: how many replicas there are.
  ///   - cachedTokens: tokens that the caches of all replicas hold together.
  public init(
    _ trace: Trace, replicas: Int, cachedTokens: Int,
    random: any RandomNumberGenerator & Sendable
  ) {
    precondition(replicas > 0, "there is a replica to send requests to")
    self.replicas = replicas
    self.cachedTokens = cachedTokens
    self.random = random
    columns = trace.columns
  }
}
