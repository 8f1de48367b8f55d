/// The rule by which arriving requests are spread over replicas.
public protocol Router: Sendable {
  /// The index of the replica that `request` goes to.
  mutating func route(_ request: RequestID, among replicas: borrowing [Replica]) -> Int
}

/// Each replica in turn, in order of arrival.
public struct RoundRobin: Router {
  private var next = 0

  public init() {}

  public mutating func route(_ request: RequestID, among replicas: borrowing [Replica]) -> Int {
    defer { next = (next + 1) % replicas.count }
    return next
  }
}
