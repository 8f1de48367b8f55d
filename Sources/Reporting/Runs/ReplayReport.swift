import Formats
import Metrics

/// One run as text for a person.
public enum ReplayReport {
  /// The sections, with an empty line between them.
  public static func text(_ run: Run) -> String {
    var sections = [head(run), requests(run.metrics.requests), latencies(run.metrics)]
    if let drafts = run.metrics.drafts { sections.append(speculation(drafts)) }
    sections += [
      throughput(run.metrics), memory(run.metrics),
      batches(run.metrics.batches, run.metrics.prefixes),
    ]
    if let tiers = run.metrics.tiers { sections.append(TierReport.text(tiers)) }
    if let times = run.metrics.sessions { sections.append(sessions(times)) }
    if let fairness = run.metrics.clients { sections.append(clients(fairness)) }
    if let energy = run.energy { sections.append(EnergyReport.text(energy)) }
    if let pools = run.metrics.pools {
      sections.append(PoolReport.text(pools))
    } else if let balance = run.metrics.balance {
      sections.append(replicas(balance))
    }
    if let fleet = run.metrics.fleet {
      sections.append(FleetReport.text(fleet, spanSeconds: run.metrics.throughput.spanSeconds))
    }
    if let verdict = run.verdict { sections.append(objective(verdict)) }
    return sections.joined(separator: "\n")
  }

  private static func head(_ run: Run) -> String {
    var lines = [run.scheduler]
    for setting in run.settings {
      let item = "\(setting.name) \(setting.value)"
      if lines[lines.count - 1].count + 2 + item.count < 100 {
        lines[lines.count - 1] += ", " + item
      } else {
        lines[lines.count - 1] += ","
        lines.append("  " + item)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func requests(_ counts: RequestCounts) -> String {
    let times = counts.preemptions == 1 ? "once" : "\(Numbers.grouped(counts.preemptions)) times"
    return "Requests\n"
      + TextTable.lines(
        [
          ("in the trace", Numbers.grouped(counts.total)),
          ("completed", Numbers.grouped(counts.completed)),
          ("truncated", "\(Numbers.grouped(counts.truncated)) of the completed"),
          ("refused", Numbers.grouped(counts.refused)),
        ]
          + (counts.timedOut.map {
            [("timed out", Numbers.grouped($0) + ", left out of the latencies")]
          } ?? [])
          + (counts.retries.map {
            [
              (
                "sent again",
                Numbers.grouped($0) + " times, after "
                  + (counts.timedOut == nil ? "losses" : "time-outs")
              )
            ]
          } ?? []) + FleetReport.lines(counts) + [
            (
              "preempted",
              Numbers.grouped(counts.preempted)
                + (counts.preemptions > 0 ? ", \(times) in total" : "")
            )
          ])
  }

  private static func latencies(_ metrics: RunMetrics) -> String {
    var table = Table(
      [Table.Column("Latency", isNumeric: false)]
        + Statistic.standard.map { Table.Column($0.name) })
    for metric in LatencyMetric.ofRuns {
      let cells = Statistic.standard.map { statistic in
        metrics[metric].flatMap { $0[statistic] }.map(Numbers.duration) ?? "-"
      }
      table.append(([metric.title] + cells).map { Table.Cell($0) })
    }
    return TextTable.text(table)
  }

  private static func speculation(_ drafts: DraftUse) -> String {
    let rates = drafts.ratesByPosition.map { Numbers.percent($0) }.joined(separator: ", ")
    let gaps = drafts.emissionGaps.map {
      "\(Numbers.duration($0.mean)) mean, \(Numbers.duration($0.p99)) p99"
    }
    return "Speculation\n"
      + TextTable.lines([
        (
          "acceptance length",
          "\(Numbers.fixed(drafts.meanAcceptanceLength, decimals: 2)) tokens a verification"
        ),
        (
          "accepted",
          "\(Numbers.percent(drafts.acceptanceRate)) of "
            + "\(Numbers.grouped(drafts.counts.drafted)) drafts"
        ),
        ("by position", rates),
        ("TBT by emission", gaps ?? "-"),
      ])
  }

  private static func throughput(_ metrics: RunMetrics) -> String {
    let throughput = metrics.throughput
    return "Throughput, over \(Numbers.duration(throughput.spanSeconds))\n"
      + TextTable.lines(
        [
          ("requests", "\(Numbers.rate(throughput.requestsPerSecond)) /s"),
          ("output tokens", "\(Numbers.rate(throughput.outputTokensPerSecond)) /s"),
          ("prompt and output", "\(Numbers.rate(throughput.totalTokensPerSecond)) /s"),
        ]
          + (throughput.closedLoopRequestsPerSecond.map {
            [("clients over latency", "\(Numbers.rate($0)) requests/s")]
          } ?? []))
  }

  private static func memory(_ metrics: RunMetrics) -> String {
    let memory = metrics.memory
    let busy = metrics.batches.busySeconds
    return "KV cache usage, while batches ran\n"
      + TextTable.lines([
        ("mean", Numbers.percent(memory.meanShare)),
        ("peak", Numbers.percent(memory.peakShare)),
        ("at 90 % or more", part(memory.atLeast90PercentSeconds, of: busy)),
        ("at 99 % or more", part(memory.atLeast99PercentSeconds, of: busy)),
      ])
  }

  private static func batches(_ batches: BatchUse, _ prefixes: PrefixUse?) -> String {
    let share =
      prefixes.map {
        ", \(Numbers.percent($0.hitRate)) of all; in \(Numbers.percent($0.requestHitRate)) of "
          + "admissions"
      } ?? ""
    return "Batches\n"
      + TextTable.lines(
        [
          ("iterations", Numbers.grouped(batches.iterations)),
          (
            "busy",
            "\(Numbers.duration(batches.busySeconds)), "
              + "\(Numbers.percent(batches.busyShare)) of the time"
          ),
          (
            "sequences",
            "\(Numbers.significant(batches.meanSequences)) mean, "
              + "\(Numbers.grouped(batches.peakSequences)) max"
          ),
          (
            "tokens",
            "\(Numbers.significant(batches.meanTokens)) mean, "
              + "\(Numbers.grouped(batches.peakTokens)) max"
          ),
          ("at max-num-seqs", part(batches.atSequenceCapSeconds, of: batches.busySeconds)),
          (
            "prefix cache hits",
            "\(Numbers.grouped(batches.cachedPromptTokens)) prompt tokens\(share)"
          ),
          (
            "recomputed",
            "\(Numbers.grouped(batches.recomputedPromptTokens)) prompt tokens, after preemption"
          ),
        ]
          + (batches.bubbleSeconds > 0
            ? [("bubbles", part(batches.bubbleSeconds, of: batches.spanSeconds, "span"))] : [])
          + (batches.deadlockedSteps > 0
            ? [
              (
                "deadlocked steps",
                "\(Numbers.grouped(batches.deadlockedSteps)), where the original hangs"
              )
            ]
            : []))
  }

  private static func sessions(_ sessions: SessionTimes) -> String {
    let times = Statistic.standard.compactMap { statistic in
      sessions.completion.flatMap { $0[statistic] }.map {
        "\(statistic.name) \(Numbers.duration($0))"
      }
    }
    return "Sessions, from the first request to the last answer\n"
      + TextTable.lines([
        ("in the trace", Numbers.grouped(sessions.count)),
        ("completed", Numbers.grouped(sessions.completed)),
        ("time of each", times.isEmpty ? "-" : times.joined(separator: ", ")),
        ("answers under way", Numbers.percent(sessions.answeringShare) + " of it"),
      ])
  }

  private static func clients(_ fairness: ClientFairness) -> String {
    func rate(_ value: Double) -> String { Numbers.grouped(Int(value.rounded())) }
    return "Clients, \(Numbers.grouped(fairness.clients))\n"
      + TextTable.lines([
        (
          "rates of service",
          "\(rate(fairness.leastRate)) to \(rate(fairness.greatestRate)) tokens/s, an output token "
            + "as two"
        ),
        ("Jain's index", Numbers.fixed(fairness.jainIndex, decimals: 3)),
      ])
  }

  private static func replicas(_ balance: ReplicaBalance) -> String {
    func span(_ fewest: Int, _ most: Int) -> String {
      "\(Numbers.grouped(fewest)) to \(Numbers.grouped(most)) each"
    }
    return "Replicas, \(balance.replicas)\n"
      + TextTable.lines([
        ("requests", span(balance.fewestRequests, balance.mostRequests)),
        ("prompt and output", "\(span(balance.fewestTokens, balance.mostTokens)), in tokens"),
      ])
  }

  private static func objective(_ verdict: Verdict) -> String {
    let title = verdict.isMet.map { ", \($0 ? "met" : "NOT met") (percentiles of the run)" } ?? ""
    let clauses = verdict.clauses.map { clause in
      let value = clause.valueSeconds.map(Numbers.duration) ?? "-"
      let judgement = clause.isMet.map { $0 ? " pass" : " FAIL" } ?? " requests only"
      return (clause.clause.description, value + judgement)
    }
    let attainment = verdict.attainment.map { ", \(Numbers.percent($0))" } ?? ""
    return "Service level objective\(title)\n"
      + TextTable.lines(
        clauses + [
          (
            "attainment",
            "\(Numbers.grouped(verdict.attaining))\(attainment) of all requests (each by itself)"
          )
        ]
          + verdict.classes.map { own in
            (
              own.name,
              "\(Numbers.grouped(own.attaining)), \(Numbers.percent(own.attainment)) of its "
                + Numbers.grouped(own.requests)
            )
          } + [
            ("goodput", "\(Numbers.rate(verdict.goodputPerSecond)) requests/s")
          ])
  }

  private static func part(
    _ seconds: Double, of busySeconds: Double, _ whole: String = "busy time"
  ) -> String {
    let share = busySeconds > 0 ? seconds / busySeconds : 0
    return "\(Numbers.duration(seconds)), \(Numbers.percent(share)) of the \(whole)"
  }
}
