import Serving

/// The order of the queue.
extension SGLang {
  /// Requests above which cache-aware orders that look up every one of them are given up.
  private static let mostToSort = 128
  /// Tokens in the cache below which a request goes last if so many of its first tokens are those
  /// of one before it, for which they will be computed.
  private static let shared = 32

  /// Puts those who wait in order, as often as a batch of prompts is formed.
  mutating func sort(_ replica: inout Replica) {
    defer { passes += 1 }
    let count = replica.waiting.count
    let isGivenUp =
      count > Self.mostToSort && (policy == .longestPrefix || policy == .responseRatio)
    if isGivenUp || !policy.readsCache || !replica.rules.memory.keepsTree {
      if passes % 32 == 0 { touchPrefixes(&replica) }
      if policy == .longestAnswer {
        order(&replica) { [hasPriorities] id, replica in
          [
            hasPriorities ? Double(replica.priority(of: id)) : 0,
            -Double(replica.requestedTokens(of: id)),
          ]
        }
      } else if hasPriorities && policy == .arrival {
        order(&replica) { id, replica in
          [Double(replica.priority(of: id)), Double(replica.turn(of: id))]
        }
      }
      return
    }
    if policy == .weight {
      let waiting = replica.waiting.all
      let nodes = waiting.map { replica.touchPrefix(of: $0).node }
      replica.orderWaiting(replica.orderByWeight(nodes).map { waiting[$0] })
    } else {
      sortByPrefix(&replica)
    }
  }

  /// Has the prefixes of the first that wait count as used, so that they are not dropped first.
  private func touchPrefixes(_ replica: inout Replica) {
    var ids: [SequenceID] = []
    var cursor = replica.waiting.first
    while ids.count < Self.mostToSort, let id = cursor {
      ids.append(id)
      cursor = replica.waiting.next(after: id)
    }
    for id in ids.reversed() { replica.touchPrefix(of: id) }
  }

  private mutating func sortByPrefix(_ replica: inout Replica) {
    hits.removeAll(keepingCapacity: true)
    var deferred: Set<SequenceID> = []
    var beginnings: Set<UInt64> = []
    for id in replica.waiting.all {
      let (tokens, _) = replica.touchPrefix(of: id)
      hits[id] = min(tokens, replica.tokensLeft(id) - 1)
      guard tokens <= Self.shared,
        let beginning = replica.beginning(of: id, tokens: Self.shared)
      else { continue }
      if !beginnings.insert(beginning).inserted { deferred.insert(id) }
    }
    order(&replica) { [aging, policy, hits] id, replica in
      let hit = hits[id] ?? 0
      let isDeferred = deferred.contains(id)
      switch policy {
      case .shortestPrefill:
        let work = Double(max(1, replica.tokensLeft(id) - hit))
        return [isDeferred ? 1 : 0, work, Double(replica.turn(of: id))]
      case .responseRatio:
        return [isDeferred ? .infinity : -aging.ratio(of: id, hit: hit, replica)]
      default: return [isDeferred ? .infinity : -Double(hit)]
      }
    }
  }

  /// Puts those first whose `rank` is least; equal ones keep their order, or under the response
  /// ratio go by their names, for which their rows stand here.
  private func order(
    _ replica: inout Replica, by rank: (SequenceID, borrowing Replica) -> [Double]
  ) {
    let waiting = replica.waiting.all
    let isByName = policy == .responseRatio
    let ranks = waiting.enumerated().map { place, id in
      (
        id: id, rank: rank(id, replica), place: place,
        name: isByName ? "\(replica.request(of: id).index)" : ""
      )
    }
    let sorted = ranks.sorted { a, b in
      if a.rank != b.rank { return a.rank.lexicographicallyPrecedes(b.rank) }
      return a.name != b.name ? a.name < b.name : a.place < b.place
    }
    replica.orderWaiting(sorted.map(\.id))
  }

  /// What a chunk of a prompt of which `left` tokens are left may take of `budget` tokens, so that
  /// shorter requests that wait find room; nil for all.
  func shorterWork(
    than left: Int, in budget: Int, _ replica: borrowing Replica
  ) -> Int? {
    let page = replica.rules.memory.blockSize
    if budget < 2 * page { return nil }
    var reserved = 0
    for id in replica.waiting.all {
      let work = max(1, replica.tokensLeft(id) - (hits[id] ?? 0))
      let charge = (work + page - 1) / page * page
      if work >= left || reserved + charge > budget - page { break }
      reserved += charge
    }
    return reserved == 0 ? nil : (budget - reserved) / page * page
  }
}

/// Tokens computed so far, by which requests that wait grow older.
///
/// SGLang 0.5.23, `_sort_by_hrrn`: a batch of decodes counts the prompts once more of the batch
/// that its requests were merged into.
struct TokenAging: Sendable {
  private var processed = 0
  private var merged = 0
  /// What was processed when requests joined the queue, by their turn.
  private var before: [Int] = []

  /// Notes those who have joined the queue.
  mutating func note(_ replica: borrowing Replica) {
    while before.count < replica.queued { before.append(processed) }
  }

  /// Books the batch that was planned; its requests become those that decode where nobody did.
  mutating func book(_ replica: borrowing Replica, mergesIntoEmpty: Bool) {
    note(replica)
    let batch = replica.batch
    let decodes = replica.plannedDecodes
    if batch.chunks.isEmpty {
      if decodes > 0 { processed += merged }
      return
    }
    let tokens = batch.chunkTokens + decodes
    processed += tokens
    let isWhole = batch.chunks.contains { replica.tokensLeft($0.sequence) == $0.tokens }
    if mergesIntoEmpty && (isWhole || decodes > 0) { merged = tokens }
  }

  /// How much longer `id`, of which `hit` tokens are in the cache, has waited than it will take.
  func ratio(of id: SequenceID, hit: Int, _ replica: borrowing Replica) -> Double {
    let uncached = replica.promptTokens(of: id) - hit
    if uncached <= 0 { return .infinity }
    return Double(max(0, processed - before[replica.turn(of: id)])) / Double(uncached)
  }
}
