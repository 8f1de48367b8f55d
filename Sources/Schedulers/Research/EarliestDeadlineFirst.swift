import Formats
import Serving

/// Whose next token is due first goes first: decodes that are ahead of their time make way for
/// prompts that are late.
///
/// The first token is due `ttft-target` after the arrival, and each further one `tpot-target`
/// later: the expected delivery of Liu et al., "Andes", 2024, by the rule of Liu and Layland, 1973.
/// It knows arrivals and the tokens that have come out, and no lengths of answers.
struct EarliestDeadlineFirst: Scheduler {
  static let entry = SchedulerEntry.ranking(
    "edf", "Whose next token is due first goes first (earliest deadline first).",
    after: "Liu et al. 2024", knows: "the tokens that it has emitted",
    options: [
      .time("ttft-target", \.deadlines.first, "from arrival to first token; 1 unless given"),
      .time("tpot-target", \.deadlines.each, "from each token to the next; 0.05 unless given"),
    ]
  ) { _ in
  } scheduler: {
    EarliestDeadlineFirst()
  }

  var first: Nanoseconds = 1_000_000_000
  var each: Nanoseconds = 50_000_000

  mutating func plan(_ replica: inout Replica) {
    let (first, each) = (first, each)
    replica.fill(
      in: replica.ranked {
        replica.arrival(of: $0) + first + replica.emittedTokens(of: $0) * each
      })
  }
}

extension Engine {
  /// Its scheduler, which goes by deadlines.
  fileprivate var deadlines: EarliestDeadlineFirst {
    get { scheduler as! EarliestDeadlineFirst }
    set { scheduler = newValue }
  }
}
