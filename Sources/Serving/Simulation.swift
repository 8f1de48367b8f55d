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

  static let never = Nanoseconds.max
  private let requests: [Request]
  private let priorities: [Int]?
  private let cost: any CostModel
  private var schedulers: [any Scheduler]
  private var router: any Router

  /// - Parameters:
  ///   - replicas: how many copies of the model serve the trace, each with its own `scheduler`.
  ///   - recordsIterations: whether the timeline keeps every iteration.
  public init(
    _ trace: Trace, rules: EngineRules, scheduler: any Scheduler, cost: any CostModel,
    replicas: Int = 1, router: any Router = RoundRobin(), recordsIterations: Bool = false
  ) {
    precondition(replicas > 0, "a service has at least one replica")
    requests = trace.requests
    priorities = trace.priorities
    timeline = Timeline(count: trace.count, keepsIterations: recordsIterations)
    self.cost = cost
    self.router = router
    self.replicas = Array(
      repeating: Replica(rules: rules.knowing(requests), prefixes: PrefixBlocks.Source(trace)),
      count: replicas)
    schedulers = Array(repeating: scheduler, count: replicas)
  }

  /// Serves the trace to its end and returns what was seen.
  ///
  /// - Parameter progress: told now and then how many requests are completed or refused.
  public mutating func run(progress: ((Int) -> Void)? = nil) throws(Stall) -> Timeline {
    var steps = 0
    while try step() {
      steps += 1
      if steps & 0xFFFF == 0 { progress?(timeline.settled) }
    }
    return timeline
  }

  /// Advances to the next instant at which anything happens; false if nothing is left to happen.
  public mutating func step() throws(Stall) -> Bool {
    let arrival = arrived < requests.count ? requests[arrived].arrival : Self.never
    var next = arrival
    for index in replicas.indices { next = min(next, replicas[index].nextEvent) }
    guard next != Self.never else { return false }
    now = next
    for index in replicas.indices where replicas[index].batchEnd == now {
      replicas[index].finish(at: now, &timeline)
    }
    while arrived < requests.count && requests[arrived].arrival <= now { handOver() }
    for index in replicas.indices where replicas[index].canPlan(at: now) {
      try replicas[index].start(at: now, index, &schedulers[index], cost, &timeline)
    }
    return true
  }

  /// Hands the next request over to a replica.
  private mutating func handOver() {
    let id = RequestID(arrived)
    let index = replicas.count == 1 ? 0 : router.route(id, among: replicas)
    let taken = replicas[index].enqueue(
      id, requests[arrived], priority: priorities?[arrived] ?? 0)
    if !taken { timeline.settled += 1 }
    arrived += 1
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
