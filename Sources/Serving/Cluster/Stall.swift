/// A replica that has work and never gets on with it.
public struct Stall: Equatable, Sendable, CustomStringConvertible {
  public var replica: Int
  public var time: Nanoseconds
  public var waiting: Int
  public var running: Int
  public var freeBlocks: Int
  public var totalBlocks: Int
  public var reason: Reason

  /// Why it does not get on.
  public enum Reason: Equatable, Sendable {
    /// It is idle, and the plan left its batch empty and changed nothing.
    case plansNothing
    /// As above, because the engine preempts nobody when memory is short.
    case takesNoCache
    /// As above, because this request, which generates its answer anew whenever it loses its cache,
    /// needs so many blocks by now.
    case outgrows(RequestID, blocks: Int)
    /// Caches are taken and computed again for ever, and no token comes out.
    case goesInCircles
    /// It holds blocks for requests of which another pool has none left for the next part, which
    /// holds them for requests that this one has none left for.
    case waitsForPools
  }

  init(
    _ replica: borrowing Replica, index: Int, at time: Nanoseconds, reason: Reason? = nil
  ) {
    self.replica = index
    self.time = time
    waiting = replica.waiting.count
    running = replica.running.count
    freeBlocks = replica.cache.freeBlocks
    totalBlocks = replica.cache.totalBlocks
    self.reason = replica.outgrown ?? reason ?? .plansNothing
    if self.reason == .plansNothing && replica.rules.memory.reset == .none {
      self.reason = .takesNoCache
    }
  }

  public var description: String {
    """
    replica \(replica) stalled at \(time.seconds) s: \(running) running, \(waiting) waiting, \
    \(freeBlocks) of \(totalBlocks) KV blocks free, and \(clause)
    """
  }

  private var clause: String {
    switch reason {
    case .plansNothing: "the scheduler plans nothing"
    case .takesNoCache:
      "nobody loses its cache for the others (reset=none), so that the original hangs here too"
    case .outgrows(let request, let blocks):
      "request \(request.index), whose answer starts anew at every preemption "
        + "(restarts-answers=true), needs \(blocks) by now, so that the original hangs here too; "
        + "give more blocks, or leave that defect out"
    case .goesInCircles:
      "the scheduler takes the same caches again and again before a token comes out, so that the "
        + "original hangs here too; give more blocks, or a larger token budget"
    case .waitsForPools:
      "the pools hold blocks for requests that the other has none left for (transfer=push), so "
        + "that the original waits for leases to end; give more blocks, or transfer pull or reserve"
    }
  }
}

extension Replica {
  /// Whether the head of the queue restarts its answer and can never be admitted again.
  fileprivate var outgrown: Stall.Reason? {
    guard rules.outputs.restartsAnswers, let head = waiting.first else { return nil }
    let blocks = rules.blocks(for: sequences[head].target) + rules.memory.spareBlocks
    return blocks > cache.totalBlocks
      ? .outgrows(sequences[head].request, blocks: blocks) : nil
  }
}
