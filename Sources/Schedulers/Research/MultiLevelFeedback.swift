import Formats
import Serving

/// Queues by how long requests have run: each begins in the first, and falls to the next when it
/// has had its quantum there, which grows from queue to queue; who waits too long comes back.
///
/// Wu et al., "Fast Distributed Inference Serving for Large Language Models" (FastServe), 2023, as
/// in vllm-ltr 13bbf6f, `mlfq_scheduler.py`. It knows how long each has run, and no lengths.
struct MultiLevelFeedback: Scheduler {
  static let entry = SchedulerEntry.ranking(
    "mlfq", "Who has run the shortest goes first, by queues of growing quanta (FastServe).",
    after: "Wu et al. 2023",
    options: [
      .time("quantum", \.feedback.quantum, "in the first queue; 0.01 unless given"),
      .number("quantum-growth", \.feedback.growth, "how much longer the next quantum is", most: 64),
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
  private var served: [SequenceID] = []
  private var (plans, planned): (Int, Nanoseconds) = (0, 0)

  mutating func plan(_ replica: inout Replica) {
    let now = replica.now
    let here = replica.ranked { replica.turn(of: $0) }.map { replica.request(of: $0) }
    queues.keep(here, at: now)
    for id in served {
      queues.book(
        replica.request(of: id), now - planned, until: now, quantum: quantum, growth: growth)
    }
    plans += 1
    if plans % 100 == 0 { queues.promote(here, waitingSince: now - starvation) }
    let order = replica.ranked { queues.standing(of: replica.request(of: $0)) }
    replica.fill(in: order)
    served = order.filter { replica.isPlanned($0) }
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
