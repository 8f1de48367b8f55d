/// A trace being served: the clock, the replicas and what was seen so far.
///
/// Three things can happen at an instant, and happen in this order: batches end, requests arrive,
/// idle replicas plan. Where replicas do the same thing at one instant, the lower goes first.
public struct Simulation: Sendable {
  /// What was seen so far.
  public private(set) var timeline: Timeline
  /// The present.
  public private(set) var now: Nanoseconds = 0
  /// The replicas.
  public private(set) var replicas: [Replica]
  /// Requests that have arrived.
  public private(set) var arrived = 0

  private static let never = Nanoseconds.max
  private let requests: [Request]
  private let cost: any CostModel
  private var schedulers: [any Scheduler]
  private var router: any Router
  /// When each replica's batch began and ends; `never` where it has none.
  private var starts: [Nanoseconds]
  private var ends: [Nanoseconds]
  private let recordsIterations: Bool

  /// - Parameters:
  ///   - replicas: how many copies of the model serve the trace, each with its own `scheduler`.
  ///   - recordsIterations: whether the timeline keeps every iteration.
  public init(
    _ trace: Trace, rules: EngineRules, scheduler: any Scheduler, cost: any CostModel,
    replicas: Int = 1, router: any Router = RoundRobin(), recordsIterations: Bool = false
  ) {
    precondition(replicas > 0, "a service has at least one replica")
    requests = trace.requests
    timeline = Timeline(count: trace.count)
    self.cost = cost
    self.router = router
    self.recordsIterations = recordsIterations
    self.replicas = Array(repeating: Replica(rules: rules), count: replicas)
    schedulers = Array(repeating: scheduler, count: replicas)
    starts = Array(repeating: Self.never, count: replicas)
    ends = starts
  }

  /// Serves the trace to its end and returns what was seen.
  ///
  /// - Parameter progress: told now and then how many requests have arrived.
  public mutating func run(progress: ((Int) -> Void)? = nil) throws(Stall) -> Timeline {
    var steps = 0
    while try step() {
      steps += 1
      if steps & 0xFFFF == 0 { progress?(arrived) }
    }
    return timeline
  }

  /// Advances to the next instant at which anything happens; false if nothing is left to happen.
  public mutating func step() throws(Stall) -> Bool {
    let arrival = arrived < requests.count ? requests[arrived].arrival : Self.never
    var next = arrival
    for end in ends where end < next { next = end }
    guard next != Self.never else { return false }
    now = next
    for index in ends.indices where ends[index] == now { finishBatch(of: index) }
    while arrived < requests.count && requests[arrived].arrival <= now { hand() }
    for index in ends.indices where ends[index] == Self.never && replicas[index].hasWork {
      try startBatch(of: index)
    }
    return true
  }

  /// Hands the next request over to a replica.
  private mutating func hand() {
    let id = RequestID(arrived)
    let index = replicas.count == 1 ? 0 : router.route(id, among: replicas)
    if !replicas[index].hasWork && ends[index] == Self.never { replicas[index].cache.settle() }
    replicas[index].enqueue(id, requests[arrived])
    arrived += 1
  }

  private mutating func startBatch(of index: Int) throws(Stall) {
    var progressed = true
    repeat {
      guard progressed else {
        throw Stall(replicas[index], index: index, at: now)
      }
      replicas[index].beginPlan()
      schedulers[index].plan(&replicas[index])
      replicas[index].endPlan(at: now)
      progressed = replicas[index].preempted > 0 || replicas[index].cache.allReleasing > 0
    } while replicas[index].batch.isEmpty
    let seconds = cost.seconds(for: replicas[index].batch)
    precondition(seconds > 0, "a batch takes time")
    starts[index] = now
    ends[index] = now + max(1, Nanoseconds(seconds: seconds))
    book(index)
  }

  private mutating func book(_ index: Int) {
    let cap = replicas[index].running.count == replicas[index].rules.maxNumSeqs
    timeline.occupancy.record(
      replicas[index].batch, for: ends[index] - starts[index],
      usedBlocks: replicas[index].cache.usedBlocks, of: replicas[index].cache.totalBlocks,
      atSequenceCap: cap)
    if recordsIterations {
      timeline.iterations.append(
        IterationRecord(replicas[index], index: index, start: starts[index], end: ends[index]))
    }
  }

  private mutating func finishBatch(of index: Int) {
    replicas[index].finish(at: now, &timeline)
    ends[index] = Self.never
    timeline.end = now
  }
}

/// An idle replica with work and a plan that left its batch empty and changed nothing.
public struct Stall: Error, Equatable, Sendable, CustomStringConvertible {
  public var replica: Int
  public var time: Nanoseconds
  public var waiting: Int
  public var running: Int
  public var freeBlocks: Int
  public var totalBlocks: Int

  init(_ replica: borrowing Replica, index: Int, at time: Nanoseconds) {
    self.replica = index
    self.time = time
    waiting = replica.waiting.count
    running = replica.running.count
    freeBlocks = replica.cache.freeBlocks
    totalBlocks = replica.cache.totalBlocks
  }

  public var description: String {
    """
    replica \(replica) stalled at \(time.seconds) s: \(running) running, \(waiting) waiting, \
    \(freeBlocks) of \(totalBlocks) KV blocks free, and the scheduler plans nothing
    """
  }
}

extension IterationRecord {
  /// The iteration that `replica` has just planned.
  init(_ replica: borrowing Replica, index: Int, start: Nanoseconds, end: Nanoseconds) {
    self.init(
      replica: index, start: start, end: end, decodes: replica.batch.decodes,
      chunks: replica.batch.chunks.count, chunkTokens: replica.batch.chunkTokens,
      decodeContext: replica.batch.decodeContext, running: replica.running.count,
      waiting: replica.waiting.count, usedBlocks: replica.cache.usedBlocks,
      preempted: replica.preempted)
  }
}
