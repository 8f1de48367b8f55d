import Serving

/// Virtual token counters: of those that wait, the client goes first that has been served the
/// least, tokens counted at their prices; one that comes back is lifted to the least of those that
/// wait.
///
/// Sheng et al., "Fairness in Serving Large Language Models", OSDI 2024; VTC-artifact 192c2e2, the
/// router of S-LoRA without adapters: prompts stay whole, in batches of their own, which are formed
/// when nothing runs and after every so many iterations of decodes. It knows whose requests they
/// are, and admits by what answers may take: clients are taken to ask for as many tokens as the
/// trace says that they get. In each iteration in which one is done, all are charged twice.
struct VTC: Scheduler {
  enum Queue: Sendable { case lifted, counted, arrival }

  var queue = Queue.lifted
  var maxWaitTokens = 10
  var (inputPrice, outputPrice) = (1.0, 2.0)
  /// By the names of clients; 1 for the others.
  var weights: [String: Double] = [:]
  private var counters = TokenCounters()
  private var waited = 0

  mutating func plan(_ replica: inout Replica) {
    counters.begin(replica, price: outputPrice, weights, lifting: queue == .lifted)
    if replica.running.isEmpty || waited == maxWaitTokens {
      admit(&replica)
    } else {
      waited += 1
    }
    if replica.batch.chunks.isEmpty {
      counters.charge(replica.running.all, in: replica, outputPrice)
      replica.decodeAll()
    } else {
      waited = 0
    }
    counters.end(replica)
  }

  /// Admits whole prompts, until one does not fit.
  private mutating func admit(_ replica: inout Replica) {
    var peak = TokenPeak(replica)
    var left = replica.waiting.all
    while let id = queue == .arrival ? left.first : counters.next(of: left, in: replica) {
      let tokens = replica.promptTokens(of: id)
      peak.add(held: tokens + 1, left: replica.requestedTokens(of: id) - 1)
      guard peak.isBelow(replica.rules.memory.blocks), tokens <= replica.tokensLeftInBudget,
        replica.admit(id, computing: tokens)
      else { return }
      counters.charge(id, in: replica, Double(tokens) * inputPrice)
      left.removeAll { $0 == id }
    }
  }
}
