import Formats
import Serving

/// Queues by how long requests have run: each begins in the first, and falls when it has had its
/// quantum there, which grows from queue to queue; who waits too long comes back.
///
/// Wu et al., "Fast Distributed Inference Serving for Large Language Models" (FastServe), 2023, as
/// in vllm-ltr 13bbf6f, `mlfq_scheduler.py`. It knows how long each has run, and no lengths. As in
/// the paper, nobody falls or makes way while its prompt is computed, and then it skips the queues
/// whose quanta are less than the time that took: whoever is served gets a token, so that a run
/// ends even where quanta are shorter than prompts.
struct MultiLevelFeedback: Scheduler {
  static let entry = SchedulerEntry.ranking(
    "mlfq", "Who has run the shortest goes first, by queues of growing quanta (FastServe).",
    after: "Wu et al. 2023", knows: "how long it has run",
    options: [
      .time("quantum", \.feedback.quantum, "in the first queue; 0.01 unless given"),
      .number(
        "quantum-growth", \.feedback.growth, "how much longer the next quantum is", least: 2,
        most: 64),
      .time("starvation", \.feedback.starvation, "without a turn, to come back; 3 unless given"),
    ]
  ) { _ in
  } scheduler: {
    MultiLevelFeedback()
  }

  var quantum: Nanoseconds = 10_000_000
  var growth = 2
  var starvation: Nanoseconds = 3_000_000_000
  private var queues = FeedbackQueues()
  private var served: (sequences: [SequenceID], requests: [RequestID]) = ([], [])
  private var (plans, planned): (Int, Nanoseconds) = (0, 0)

  mutating func plan(_ replica: inout Replica) {
    let now = replica.now
    queues.keep(replica, served: served.sequences, served.requests)
    for id in served.requests {
      queues.book(id, now - planned, until: now, quantum: quantum, growth: growth)
    }
    plans += 1
    if plans % 100 == 0 {
      let here = replica.ranked { replica.turn(of: $0) }.map { replica.request(of: $0) }
      queues.promote(here, waitingSince: now - starvation)
    }
    let order = replica.ranked { queues.place(of: replica.request(of: $0)) }
    replica.fill(in: order)
    served.sequences = order.filter { replica.isPlanned($0) }
    served.requests = served.sequences.map { replica.request(of: $0) }
    planned = now
  }
}

extension Engine {
  /// Its scheduler, which has queues with feedback.
  fileprivate var feedback: MultiLevelFeedback {
    get { scheduler as! MultiLevelFeedback }
    set { scheduler = newValue }
  }
}
