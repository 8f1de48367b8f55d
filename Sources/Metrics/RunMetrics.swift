import Serving

/// What a run amounts to.
public struct RunMetrics: Sendable, Equatable {
  public var requests: RequestCounts
  /// In the order of `LatencyMetric.ofRuns`; nil where no request has the latency.
  private var distributions: [Distribution?]
  public var throughput: Throughput
  public var memory: MemoryUse
  public var batches: BatchUse
  /// Nil where nothing says what prompts share.
  public var prefixes: PrefixUse?
  /// Nil where there are no tiers below the memory of the GPUs.
  public var tiers: TieredUse?
  /// Nil where nothing was drafted.
  public var drafts: DraftUse?
  /// Nil where no request waits for another.
  public var sessions: SessionTimes?
  /// Nil where the trace tells of no two clients that were served.
  public var clients: ClientFairness?
  /// Nil where there is one replica.
  public var balance: ReplicaBalance?
  /// Nil where all replicas are alike.
  public var pools: PoolUse?
  /// Nil where all replicas serve all the time.
  public var fleet: FleetUse?

  /// The metrics of `trace` as `timeline` saw it served.
  ///
  /// - Parameters:
  ///   - replicas: how many copies of the model served it.
  ///   - clients: who sent the requests, each after its answer before, if that was so.
  public init(trace: Trace, timeline: Timeline, replicas: Int = 1, clients: Clients? = nil) {
    precondition(trace.count == timeline.records.count, "a record for every request")
    precondition(replicas > 0, "a replica served the trace")
    requests = RequestCounts(trace: trace, timeline: timeline)
    throughput = Throughput(requests, trace: trace, timeline: timeline)
    memory = MemoryUse(timeline.occupancy)
    batches = BatchUse(
      timeline.occupancy, requests, cachedTokens: timeline.cachedTokens,
      abandonedTokens: timeline.abandonedPromptTokens + (timeline.transfers?.heldTokens ?? 0),
      deadlockedSteps: timeline.deadlockedSteps,
      spanSeconds: throughput.spanSeconds, replicas: replicas)
    prefixes = PrefixUse(trace: trace, timeline: timeline)
    tiers = TieredUse(timeline: timeline)
    drafts = DraftUse(timeline: timeline)
    sessions = SessionTimes(trace: trace, timeline: timeline)
    self.clients = ClientFairness(trace: trace, timeline: timeline)
    balance = ReplicaBalance(trace: trace, timeline: timeline, replicas: replicas)
    fleet = FleetUse(timeline: timeline)
    if let fleet, fleet.replicaSeconds > 0 {
      batches.busyShare = batches.busySeconds / fleet.replicaSeconds
    }
    distributions = LatencyMetric.ofRuns.map {
      Distribution(of: $0, trace: trace, timeline: timeline)
    }
    if let clients, !clients.keepsArrivals, let latency = self[.e2e]?.mean {
      throughput.closedLoopRequestsPerSecond =
        Double(clients.count) / (latency + clients.thinkTime.seconds)
    }
  }

  /// The distribution of `metric`, or nil where no request has it.
  public subscript(_ metric: LatencyMetric) -> Distribution? {
    LatencyMetric.ofRuns.firstIndex(of: metric).flatMap { distributions[$0] }
  }

  /// All figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    requests.values + LatencyMetric.ofRuns.flatMap(latencies) + throughput.values + memory.values
      + batches.values + (prefixes?.values ?? []) + (tiers?.values ?? []) + (drafts?.values ?? [])
      + (sessions?.values ?? []) + (clients?.values ?? []) + (balance?.values ?? [])
      + (pools?.values ?? []) + (fleet?.values ?? [])
  }

  private func latencies(_ metric: LatencyMetric) -> [NamedValue] {
    Statistic.standard.map { statistic in
      NamedValue(
        metric.key, "\(statistic.name)_seconds", unit: "s",
        NamedValue.Value(self[metric].flatMap { $0[statistic] }))
    }
  }
}
