/// What a client sends, and how many tokens it will get back.
public struct Request: Sendable, Equatable {
  /// When the request reaches the service, since the start of the trace; where clients wait for
  /// answers, when one of them sends it.
  public var arrival: Nanoseconds
  private var prompt: Int32
  private var output: Int32

  /// - Parameters:
  ///   - promptTokens: at least 1.
  ///   - outputTokens: at least 1; no scheduler can see it.
  public init(arrival: Nanoseconds, promptTokens: Int, outputTokens: Int) {
    precondition(arrival >= 0, "a request arrives at or after the start of its trace")
    precondition(promptTokens > 0 && outputTokens > 0, "a request has a prompt and an answer")
    self.arrival = arrival
    prompt = Int32(promptTokens)
    output = Int32(outputTokens)
  }

  /// Tokens of the prompt.
  public var promptTokens: Int { Int(prompt) }
  /// Tokens of the answer.
  public var outputTokens: Int { Int(output) }
}

/// A request, by its row in the trace.
public struct RequestID: Hashable, Comparable, Sendable {
  private let row: Int32

  public init(_ row: Int) { self.row = Int32(row) }

  /// The row in the trace, counted from 0 in order of arrival.
  public var index: Int { Int(row) }

  public static func < (a: RequestID, b: RequestID) -> Bool { a.row < b.row }
}
