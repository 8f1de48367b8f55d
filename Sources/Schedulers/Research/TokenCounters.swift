import Serving

/// What clients have been served, in tokens at their prices, by the number of the client.
struct TokenCounters: Sendable {
  private var served: [Double] = []
  private var weights: [Double] = []
  /// How many clients had sent a request before the first of each; `Int.max` for one that has sent
  /// none that can be served.
  private var ranks: [Int] = []
  private var known = 0
  /// Turns of requests that were seen, and sequences that had left.
  private var (seen, departures) = (0, 0)
  /// The clients of those in the last batch.
  private var clients: [Int] = []

  /// Charges those of the last batch once more if one of them is done, and takes on whoever has
  /// come since, lifted to the least of the others that wait where that is asked for.
  mutating func begin(
    _ replica: borrowing Replica, price: Double, _ named: [String: Double], lifting: Bool
  ) {
    if replica.departures != departures {
      for client in clients { served[client] += price / weights[client] }
    }
    departures = replica.departures
    var waiting: [Int: Int] = [:]
    let here = replica.waiting.all
    for id in here where replica.turn(of: id) < seen {
      waiting[replica.client(of: id), default: 0] += 1
    }
    for id in here where replica.turn(of: id) >= seen {
      let client = replica.client(of: id)
      while served.count <= client {
        weights.append(named[replica.clientName(served.count)] ?? 1)
        served.append(0)
        ranks.append(.max)
      }
      if ranks[client] == .max {
        ranks[client] = known
        known += 1
      }
      let others = served.indices.filter { $0 != client && waiting[$0, default: 0] > 0 }
      if lifting, waiting[client, default: 0] == 0, let least = others.map({ served[$0] }).min() {
        served[client] = max(served[client], least)
      }
      waiting[client, default: 0] += 1
    }
    seen = replica.queued
  }

  /// The first of the requests in `left` whose client has been served the least; of such clients,
  /// whose first request came first.
  func next(of left: [SequenceID], in replica: borrowing Replica) -> SequenceID? {
    left.min {
      let (a, b) = (replica.client(of: $0), replica.client(of: $1))
      return (served[a], ranks[a]) < (served[b], ranks[b])
    }
  }

  /// Charges `price` to the client of `id`.
  mutating func charge(_ id: SequenceID, in replica: borrowing Replica, _ price: Double) {
    let client = replica.client(of: id)
    served[client] += price / weights[client]
  }

  /// Charges `price` for each of `ids`.
  mutating func charge(_ ids: [SequenceID], in replica: borrowing Replica, _ price: Double) {
    for id in ids { charge(id, in: replica, price) }
  }

  /// Keeps who is in the batch that `replica` has planned.
  mutating func end(_ replica: borrowing Replica) {
    let prompts = replica.batch.chunks.map(\.sequence)
    clients = (prompts.isEmpty ? replica.running.all : prompts).map { replica.client(of: $0) }
  }
}

/// The most tokens that requests will have in memory together, if each gets as many as it may.
struct TokenPeak {
  private var requests: [(held: Int, left: Int)]

  /// Those that run on `replica`.
  init(_ replica: borrowing Replica) {
    requests = []
    for id in replica.running.all {
      let emitted = replica.emittedTokens(of: id)
      requests.append(
        (replica.promptTokens(of: id) + emitted, replica.requestedTokens(of: id) - emitted - 1))
    }
  }

  /// Adds a request with `held` tokens that may get `left` more.
  mutating func add(held: Int, left: Int) { requests.append((held, left)) }

  /// Whether they stay below `tokens`: those with the least left end first, and make room.
  func isBelow(_ tokens: Int) -> Bool {
    var held = 0
    for (place, request) in requests.sorted(by: { $0.left > $1.left }).enumerated() {
      held += request.held
      if request.left * (place + 1) + held >= tokens { return false }
    }
    return true
  }
}
