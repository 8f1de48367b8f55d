import Formats
import Schedulers
import Serving

/// Whether our scheduler decides what a logged one decided.
public struct Conformance: Sendable {
  /// The log's file, the scheduler that the log names, and ours.
  public var source: String
  public var logged: String
  public var ours: String
  /// Iterations that agree, from the first.
  public var iterations: Int
  /// The first iteration that differs, if one does.
  public var difference: Difference?

  /// An iteration in which the two disagree.
  public struct Difference: Sendable {
    /// Its number in the log, counted from 0 over iterations with a batch.
    public var iteration: Int
    /// What each side has, a line for each thing that was compared.
    public var rows: [Row]
    /// Our replica before it.
    public var before: String

    /// One thing that was compared.
    public struct Row: Sendable, Equatable {
      public var name: String
      public var logged: String
      public var ours: String
    }
  }

  /// Serves the requests of `log` under its clock and compares every iteration.
  public init(_ log: DecisionLog) throws(InputError) {
    let engine = try log.engine()
    source = log.source
    logged = log.header.scheduler
    ours = engine.name
    iterations = 0
    var simulation = Simulation(
      log.trace, rules: engine.rules, scheduler: engine.scheduler,
      cost: StageClock(clock: log.clock, stages: log.stages),
      remotes: log.remotes, observing: [.iterations, .decisions])
    var before = "nothing running, nothing waiting"
    do {
      while difference == nil, try simulation.step() {
        guard simulation.timeline.iterations.count > iterations else { continue }
        compare(simulation, log, before)
        before = log.state(simulation.replicas[0])
      }
    } catch {
      note(Difference.Row(name: "outcome", logged: "goes on", ours: "\(error)"), before)
    }
    if iterations < log.steps.count {
      note(Difference.Row(name: "outcome", logged: "goes on", ours: "is done"), before)
    }
    for row in log.outcomeRows(simulation.timeline) where row.logged != row.ours {
      note(row, "all iterations agree")
    }
  }

  private mutating func note(_ row: Difference.Row, _ before: String) {
    if difference == nil {
      difference = Difference(iteration: iterations, rows: [row], before: before)
    }
  }

  private mutating func compare(_ simulation: Simulation, _ log: DecisionLog, _ before: String) {
    guard iterations < log.steps.count else {
      note(Difference.Row(name: "outcome", logged: "is done", ours: "goes on"), before)
      return
    }
    let next = iterations + 1 < log.steps.count ? log.steps[iterations + 1] : nil
    let rows = log.rows(log.steps[iterations], before: next, simulation)
    if rows.contains(where: { $0.logged != $0.ours }) {
      difference = Difference(iteration: iterations, rows: rows, before: before)
    } else {
      iterations += 1
    }
  }
}

extension DecisionLog {
  /// The iteration that `simulation` has just planned beside the logged one; what the log does not
  /// give is left out.
  fileprivate func rows(
    _ theirs: Line, before next: Line?, _ simulation: Simulation
  ) -> [Conformance.Difference.Row] {
    let iteration = simulation.timeline.iterations[simulation.timeline.iterations.count - 1]
    guard let ours = simulation.replicas[0].decisions else { return [] }
    var rows: [Conformance.Difference.Row] = []
    func compare(_ name: String, _ logged: String?, _ ours: String) {
      if let logged { rows.append(.init(name: name, logged: logged, ours: ours)) }
    }
    compare(
      "start (us)", (theirs.startUs ?? theirs.tUs).map(String.init),
      String(iteration.start / 1000))
    compare("end (us)", theirs.endUs.map(String.init), String(iteration.end / 1000))
    let work = ours.work.map {
      IterationWork(
        request: label($0.request), isDecode: $0.isDecode, tokens: $0.tokens, context: $0.context)
    }
    compare("batch", theirs.batch.map(Self.text), Self.text(work))
    compare(
      "preempted", theirs.preempted?.joined(separator: " "),
      ours.preempted.map(label).joined(separator: " "))
    compare("loading", theirs.loading.map(Self.text), Self.text(ours.loading.map(label)))
    if config.asyncScheduling != true {
      compare("transferred", theirs.told.map(Self.text), Self.text(ours.told.map(label)))
    }
    compare("free blocks", theirs.freeBlocksAfterSchedule.map(String.init), "\(ours.freeBlocks)")
    let page = config.blockSize
    compare(
      "free tokens", theirs.freeTokensAfterSchedule.map(String.init),
      "\((ours.freeBlocks - ours.evictableBlocks) * page)")
    compare(
      "evictable tokens", theirs.evictableAfterSchedule.map(String.init),
      "\(ours.evictableBlocks * page)")
    compare(
      "encoder's free tokens", theirs.encoderFree.map(String.init),
      "\(ours.freeImageTokens ?? 0)")
    compare(
      "encoder's reclaimable tokens", theirs.encoderReclaimable.map(String.init),
      "\(ours.reclaimableImageTokens ?? 0)")
    // In a pipeline others are planned and done in between, so the later lines tell of these.
    if isPipelined { return rows }
    let dropped = config.overlap == true ? next?.preempted ?? [] : []
    compare(
      "emitted", theirs.emitted.map(Self.text),
      Self.text(ours.emitted.map(label).filter { !dropped.contains($0) }))
    rows += theirs.drafts.rows(ours, label)
    compare("finished", theirs.finished.map(Self.text), Self.text(ours.finished.map(label)))
    // Where engines schedule ahead, the next batch has taken its blocks by then.
    if config.asyncScheduling == true || config.overlap == true { return rows }
    if theirs.isRead != true {
      compare("free at its end", theirs.freeBlocksEnd.map(String.init), "\(ours.freeBlocksAtEnd)")
    }
    compare(
      "free tokens at its end", theirs.freeTokensEnd.map(String.init),
      "\((ours.freeBlocksAtEnd - ours.evictableBlocksAtEnd) * page)")
    compare(
      "evictable at its end", theirs.evictableEnd.map(String.init),
      "\(ours.evictableBlocksAtEnd * page)")
    return rows
  }

  /// What became of each request: tokens, preemptions, and the times of its first and last token.
  fileprivate func outcomeRows(_ timeline: Timeline) -> [Conformance.Difference.Row] {
    zip(requests, timeline.records).compactMap { request, record in
      guard let theirs = outcomes[request.id] else { return nil }
      // One that was dropped in the queue there is refused at arrival here.
      let dropped = theirs.emitted == 0
      let logged =
        dropped
        ? "0 tokens"
        : "\(theirs.emitted) tokens, \(theirs.preemptions) preemptions, "
          + "\(theirs.firstTokenUs ?? -1) to \(theirs.finishUs ?? -1) us"
      let ours =
        !record.isCompleted
        ? "0 tokens"
        : "\(record.emittedTokens) tokens, \(record.preemptions) preemptions, "
          + "\(record.firstToken / 1000) to \(record.finish / 1000) us"
      return Conformance.Difference.Row(name: request.id, logged: logged, ours: ours)
    }
  }

  /// The queues of `replica`, by the names of the requests.
  fileprivate func state(_ replica: Replica) -> String {
    let queues = replica.queues
    return "running \(queues.running.map(label).joined(separator: " ")); waiting "
      + queues.waiting.map(label).joined(separator: " ")
  }

  private func label(_ request: RequestID) -> String { requests[request.index].id }

  private static func text(_ names: [String]) -> String { names.sorted().joined(separator: " ") }

  private static func text(_ work: [IterationWork]) -> String {
    work.sorted().map { "\($0.request):\($0.isDecode ? "D" : "P")\($0.tokens)@\($0.context)" }
      .joined(separator: " ")
  }
}
