/// The rule by which requests are spread over replicas.
///
/// A router knows what stands in front of the replicas and passes everything through: what came in,
/// what it sent where, and which answers have ended, as of the same instant, for the network takes
/// no time here. It sees neither inside a replica nor how long an answer will be.
public protocol Router: Sendable {
  /// The index of the replica that `request`, which has just come in, goes to.
  mutating func route(_ request: RoutedRequest) -> Int
  /// Notes that `request`, which went to `replica`, was answered to its end or refused.
  mutating func noteEnd(of request: RoutedRequest, on replica: Int)
}

extension Router {
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {}
}

/// What a router sees of a request.
public struct RoutedRequest: Sendable, Equatable {
  public var id: RequestID
  /// Tokens of the prompt.
  public var promptTokens: Int

  public init(_ id: RequestID, promptTokens: Int) {
    self.id = id
    self.promptTokens = promptTokens
  }
}

/// Each replica in turn, in order of arrival.
public struct RoundRobin: Router {
  private let replicas: Int
  private var next = 0

  /// A router over so many replicas.
  public init(replicas: Int) { self.replicas = replicas }

  public mutating func route(_ request: RoutedRequest) -> Int {
    defer { next = (next + 1) % replicas }
    return next
  }
}
