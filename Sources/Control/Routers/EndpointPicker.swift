import Serving

/// The Gateway API's endpoint picker, as llm-d's scheduler has it: each replica gets a score from 0
/// to 1 of every scorer, and the one with the greatest weighted sum gets the request; one of equal
/// ones at random.
///
/// Queues and caches are as old as the reports that it reads; what was sent where it knows itself.
///
/// llm-d-inference-scheduler 520af478, gateway-api-inference-extension 84436a96.
public struct EndpointPicker: Router {
  /// What a replica is scored by.
  public enum Scorer: String, CaseIterable, Sendable {
    /// The queue, from the longest to the shortest.
    case queue
    /// Admitted requests, likewise.
    case runningRequests = "running-requests"
    /// The share of the cache that is free.
    case cacheUtilization = "kv-cache-utilization"
    /// The share of the prompt that the replica was sent before.
    case prefixCache = "prefix-cache"
    /// A half for an empty queue, nothing for 128 requests.
    case loadAware = "load-aware"
    /// Tokens of prompts in flight, of four million.
    case tokenLoad = "token-load"
    /// Where nobody was sent any of the prompt, how long ago the replica got such a one; else a
    /// half.
    case noHitLRU = "no-hit-lru"
    /// The replica that served the session last.
    case session

    /// What its score is multiplied by unless that is given: the chart's own profile.
    var standardWeight: Double {
      switch self {
      case .queue, .cacheUtilization: 2
      case .prefixCache: 3
      default: 0
      }
    }
  }

  private static let longestQueue = 128.0
  private static let fullTokens = 4_194_304.0
  /// Blocks that it remembers of each replica (`lruCapacityPerServer`).
  static let blocksPerReplica = 31_250

  private let weights: [(scorer: Scorer, weight: Double)]
  private var open: OpenRequests
  private var tokens: [Int]
  private var reports: [ReplicaReport]
  private var sent: SentPrompts
  /// Where each session went last, by its name.
  private var homes: [String: Int] = [:]
  private let sessions: [String]
  /// By replica: when it last got a prompt that nobody was sent any of, as a number.
  private var coldTurns: [Int]
  private var turns = 0
  private var random: any RandomNumberGenerator & Sendable

  /// A router over so many replicas that weighs scores by `weight`; those at 0 are not asked.
  public init(
    replicas: Int, columns: Columns, weight: (Scorer) -> Double,
    random: any RandomNumberGenerator & Sendable
  ) {
    weights = Scorer.allCases.map { ($0, weight($0)) }.filter { $0.1 != 0 }
    open = OpenRequests(replicas: replicas)
    tokens = Array(repeating: 0, count: replicas)
    reports = Array(
      repeating: ReplicaReport(waiting: 0, running: 0, cacheUsage: 0), count: replicas)
    sent = SentPrompts(columns, replicas: replicas, capacity: Self.blocksPerReplica)
    sessions = columns.sessions ?? []
    coldTurns = Array(repeating: -1, count: replicas)
    self.random = random
  }

  public var readsReports: Bool { true }

  public mutating func note(_ reports: [ReplicaReport]) { self.reports = reports }

  public mutating func route(_ request: RoutedRequest) -> Int {
    var scores = Array(repeating: 0.0, count: open.takers.count)
    let asks = weights.contains { $0.scorer == .prefixCache || $0.scorer == .noHitLRU }
    let matches = asks ? open.takers.map { sent.match(request, on: $0) } : []
    for (scorer, weight) in weights {
      for (place, score) in self.scores(by: scorer, request, matches).enumerated() {
        scores[place] += weight * score
      }
    }
    let best = scores.indices.filter { [most = scores.max()] in scores[$0] == most }
    let place = best.count == 1 ? best[0] : best[random.draw(below: best.count)]
    let replica = open.takers[place]
    note(request, on: replica, isCold: matches.allSatisfy { $0 == 0 })
    return replica
  }

  private mutating func note(_ request: RoutedRequest, on replica: Int, isCold: Bool) {
    open.add(to: replica)
    tokens[replica] += request.promptTokens
    sent.note(request, on: replica)
    if isCold { coldTurns[replica] = turns }
    turns += 1
    if let session = session(of: request) { homes[session] = replica }
  }

  private func session(of request: RoutedRequest) -> String? {
    sessions.isEmpty || sessions[request.id.index].isEmpty ? nil : sessions[request.id.index]
  }

  private func scores(
    by scorer: Scorer, _ request: RoutedRequest, _ matches: [Int]
  ) -> [Double] {
    let takers = open.takers
    switch scorer {
    case .queue: return Self.ranked(takers.map { reports[$0].waiting })
    case .runningRequests: return Self.ranked(takers.map { reports[$0].running })
    case .cacheUtilization: return takers.map { 1 - reports[$0].cacheUsage }
    case .prefixCache: return matches.map { Double($0) / Double(request.promptTokens) }
    case .loadAware:
      return takers.map {
        0.5 * (1 - min(Double(reports[$0].waiting), Self.longestQueue) / Self.longestQueue)
      }
    case .tokenLoad: return takers.map { max(0, 1 - Double(tokens[$0]) / Self.fullTokens) }
    case .noHitLRU:
      if matches.contains(where: { $0 > 0 }) { return takers.map { _ in 0.5 } }
      return Self.ranked(takers.map { coldTurns[$0] })
    case .session:
      let home = session(of: request).flatMap { homes[$0] }
      return takers.map { $0 == home ? 1 : 0 }
    }
  }

  /// 1 for the least of `values` to 0 for the greatest; 1 for all where they are equal.
  public static func ranked(_ values: [Int]) -> [Double] {
    guard let least = values.min(), let most = values.max(), least < most else {
      return values.map { _ in 1 }
    }
    return values.map { Double(most - $0) / Double(most - least) }
  }

  /// Its tokens less.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {
    open.remove(from: replica)
    tokens[replica] -= request.promptTokens
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    open.set(replica, takesRequests: takesRequests)
    sent.forget(replica)
  }
}
