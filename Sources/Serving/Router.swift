/// The rule by which requests are spread over replicas.
///
/// A router knows what stands in front of the replicas and passes everything through: what came in,
/// what it sent where, and which answers have ended, as of the same instant, for the network takes
/// no time here. It sees neither inside a replica, but for what that says of itself when it is
/// asked, nor how long an answer will be.
public protocol Router: Sendable {
  /// The index of the replica that `request`, which has just come in, goes to; one that takes
  /// requests.
  mutating func route(_ request: RoutedRequest) -> Int
  /// Notes that `request`, which went to `replica`, was answered to its end or refused.
  mutating func noteEnd(of request: RoutedRequest, on replica: Int)
  /// Whether it goes by what replicas say of themselves, for which they are asked now and then.
  var readsReports: Bool { get }
  /// Notes what each replica said of itself when all were asked last.
  mutating func note(_ reports: [ReplicaReport])
  /// Notes that `replica` takes requests from now on, with nothing in its cache, or takes no more.
  /// All do at the beginning.
  mutating func note(_ replica: Int, takesRequests: Bool)
}

extension Router {
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {}
  /// It is not asked for.
  public var readsReports: Bool { false }
  public mutating func note(_ reports: [ReplicaReport]) {}
  public mutating func note(_ replica: Int, takesRequests: Bool) {}
}

/// What a router sees of a request.
public struct RoutedRequest: Sendable, Equatable {
  public var id: RequestID
  /// Tokens of the prompt.
  public var promptTokens: Int
  /// When it came in.
  public var time: Nanoseconds

  public init(_ id: RequestID, promptTokens: Int, at time: Nanoseconds = 0) {
    self.id = id
    self.promptTokens = promptTokens
    self.time = time
  }
}

/// What a replica says of itself when it is asked, as the page of metrics of vLLM does.
public struct ReplicaReport: Sendable, Equatable {
  /// Requests in its queue (`vllm:num_requests_waiting`).
  public var waiting: Int
  /// Requests that are admitted (`vllm:num_requests_running`).
  public var running: Int
  /// The share of its KV blocks that are in use (`vllm:kv_cache_usage_perc`), 0 to 1.
  public var cacheUsage: Double

  /// A report of these figures.
  public init(waiting: Int, running: Int, cacheUsage: Double) {
    self.waiting = waiting
    self.running = running
    self.cacheUsage = cacheUsage
  }
}

/// Each replica in turn, in order of arrival, but for those that take no requests.
public struct RoundRobin: Router {
  private var takes: [Bool]
  private var next = 0

  /// A router over so many replicas.
  public init(replicas: Int) { takes = Array(repeating: true, count: replicas) }

  public mutating func route(_ request: RoutedRequest) -> Int {
    while !takes[next] { next = (next + 1) % takes.count }
    defer { next = (next + 1) % takes.count }
    return next
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    takes[replica] = takesRequests
  }
}
