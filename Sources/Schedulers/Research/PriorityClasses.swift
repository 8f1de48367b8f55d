import Serving

/// Classes of requests: one of a more urgent class goes before all of the others, and takes their
/// places in the batch and their caches; within a class, who came first.
///
/// Preemptive priorities, Kleinrock, "Queueing Systems", volume 2, 1976. It knows the trace's
/// priorities, the smaller the more urgent, and arrivals.
struct PriorityClasses: Scheduler {
  static let entry = SchedulerEntry.ranking(
    "priority-classes", "A more urgent class takes places and caches from the others.",
    after: "Kleinrock 1976", knows: "its priority"
  ) { _ in
  } scheduler: {
    PriorityClasses()
  }

  mutating func plan(_ replica: inout Replica) {
    replica.fill(in: replica.ranked { replica.priority(of: $0) })
  }
}
