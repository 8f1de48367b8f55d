import Testing

@testable import Control
@testable import Formats
@testable import Serving

/// Replicas of which each says the same.
private func view(
  at seconds: Double, _ count: Int, waiting: Int = 0, running: Int = 0, cache: Double = 0,
  starting: Int = 0
) -> FleetView {
  FleetView(
    at: Nanoseconds(seconds: seconds),
    serving: Array(
      repeating: ReplicaReport(waiting: waiting, running: running, cacheUsage: cache),
      count: count), starting: starting)
}

/// The checks of `reference/cluster.md`, A and B.
@Suite struct `Autoscalers` {
  /// Kubernetes' own example, 50 * 90 / 75 = 60; and a series of eight, with the target at 10: to
  /// twice at once, a tenth off is left alone, 48 are 5, 200 are 20 of which twice 5 may come; then
  /// down only when five minutes have passed without more being asked for.
  @Test func `of Kubernetes follow a written series`() {
    var one = HorizontalPods(.running, target: 75)
    #expect(one.replicas(for: view(at: 0, 50, running: 90)) == 60)
    var pods = HorizontalPods(.running, target: 10)
    let series: [(seconds: Double, replicas: Int, running: Int, wanted: Int)] = [
      (0, 2, 20, 4), (15, 4, 9, 4), (30, 4, 12, 5), (45, 5, 40, 10), (60, 10, 9, 10),
      (75, 10, 3, 10), (361, 10, 3, 3), (376, 3, 0, 3),
    ]
    for sample in series {
      let wanted = pods.replicas(
        for: view(at: sample.seconds, sample.replicas, running: sample.running))
      #expect(wanted == sample.wanted, "at \(sample.seconds) s")
    }
  }

  /// Three at 20 are 6 of 10 each; with three more on the way that have nothing to do, all is well.
  @Test func `of Kubernetes count what starts as idle on the way up`() {
    var pods = HorizontalPods(.running, target: 10)
    #expect(pods.replicas(for: view(at: 0, 3, running: 20)) == 6)
    #expect(pods.replicas(for: view(at: 15, 3, running: 20, starting: 3)) == 6)
    #expect(pods.replicas(for: view(at: 30, 3, running: 30, starting: 3)) == 9)
  }

  /// Check 2: at 0.65 and 0.72 of 0.8 there are 0.115 to spare, at 0.65 and 0.76 0.095.
  @Test func `of llm-d order when there is too little to spare`() {
    var scaler = SaturationScaler()
    func view(_ caches: [Double], waiting: Int = 0, starting: Int = 0) -> FleetView {
      FleetView(
        at: 0,
        serving: caches.map {
          ReplicaReport(waiting: waiting, running: 1, cacheUsage: $0)
        }, starting: starting)
    }
    #expect(scaler.replicas(for: view([0.65, 0.72])) == 2)
    #expect(scaler.replicas(for: view([0.65, 0.76])) == 3)
    #expect(scaler.replicas(for: view([0.65, 0.76], starting: 1)) == 3, "none while one starts")
    #expect(scaler.replicas(for: view([0.1, 0.1], waiting: 3)) == 3)
    #expect(scaler.replicas(for: view([0.9, 0.9])) == 3, "all are saturated")
    #expect(scaler.replicas(for: view([0.35, 0.35])) == 1, "0.7 alone leaves 0.1")
    #expect(scaler.replicas(for: view([0.36, 0.36])) == 2)
  }

  /// Check 3: a load of 1.4 caches for an hour, at first on two replicas.
  @Test(arguments: [(0.8, true), (nil, false)])
  func `of Dynamo do not swing where they look at consolidation`(
    sensitivity: Double?, isCalm: Bool
  ) {
    var scaler = ConsolidatingScaler(up: 1, down: 0.8, sensitivity: sensitivity)
    var (count, changes) = (2, 0)
    for step in 0..<720 {
      let cache = min(1, 1.4 / Double(count))
      let wanted = scaler.replicas(for: view(at: 5 * Double(step), count, cache: cache))
      changes += wanted == count ? 0 : 1
      count = wanted
    }
    #expect(isCalm ? changes <= 1 : changes > 100, "\(changes)")
  }

  /// AIBrix's target is a half: two full replicas are a panic, after which nothing is given back
  /// for a stable window.
  @Test func `of AIBrix give nothing back in a panic`() {
    var scaler = PanicScaler()
    #expect(scaler.replicas(for: view(at: 0, 2, cache: 0.45)) == 2)
    #expect(scaler.replicas(for: view(at: 70, 2, cache: 1)) == 4)
    for seconds in stride(from: 80.0, through: 240, by: 10) {
      #expect(scaler.replicas(for: view(at: seconds, 4)) == 4, "at \(seconds) s")
    }
    #expect(scaler.replicas(for: view(at: 250, 4)) < 4)
  }

  /// Check 4 (dynamo#6985): idle replicas are given back, down to one.
  @Test(arguments: Scalers.all.map(\.name))
  func `give back what has nothing to do`(name: String) throws {
    var scaler = try Scalers.all.named(GivenValue(source: "--scaler", text: name), "scaler").policy
    var count = 7
    for step in 0..<Int(3600 / scaler.period.seconds) {
      let seconds = Double(step) * scaler.period.seconds
      count = max(1, scaler.replicas(for: view(at: seconds, count)))
    }
    #expect(count == 1)
  }

  @Test(arguments: Scalers.all.map(\.name))
  func `order more where all is full`(name: String) throws {
    var scaler = try Scalers.all.named(GivenValue(source: "--scaler", text: name), "scaler").policy
    var wanted = 2
    for step in 0..<40 where wanted == 2 {
      let seconds = Double(step) * scaler.period.seconds
      wanted = scaler.replicas(for: view(at: seconds, 2, waiting: 50, running: 50, cache: 1))
    }
    #expect(wanted > 2)
  }
}

@Suite struct `At the door` {
  private func request(_ tokens: Int, at seconds: Double) -> RoutedRequest {
    RoutedRequest(RequestID(0), promptTokens: tokens, at: Nanoseconds(seconds: seconds))
  }

  /// Check 8: 5,000 tokens a second for 5 s, of which the bucket holds 10,000 and gets 1,000 a
  /// second.
  @Test func `a bucket lets in what it has`() {
    var bucket = TokenBucket()
    #expect(bucket.admits(request(12_000, at: 0), priority: 0, []) == false)
    let admitted = (0...250).count {
      bucket.admits(request(100, at: 0.02 * Double($0)), priority: 0, [])
    }
    #expect(admitted == 150)
    #expect(bucket.admits(request(12_000, at: 1e6), priority: 0, []) == false, "never larger")
  }

  /// Check 9: whoever is let in at an instant, the more urgent are too.
  @Test func `the more urgent are never shed while the less urgent are let in`() {
    let reports = [0, 3, 0, 9].map {
      ReplicaReport(waiting: $0, running: 1, cacheUsage: Double($0) / 9)
    }
    for count in 1...4 {
      for priorities in [-1...2, 0...3] {
        var (tier, saturation) = (TierShed(), SaturationShed())
        let let1 = priorities.map {
          tier.admits(request(1, at: 0), priority: $0, Array(reports[..<count]))
        }
        let let2 = priorities.map {
          saturation.admits(request(1, at: 0), priority: $0, Array(reports[..<count]))
        }
        for admitted in [let1, let2] {
          #expect(zip(admitted, admitted.dropFirst()).allSatisfy { $0 || !$1 })
        }
      }
    }
    var tier = TierShed()
    #expect(tier.admits(request(1, at: 0), priority: 5, [reports[0]]) == true)
    #expect(tier.admits(request(1, at: 0), priority: 1, Array(reports[..<2])) == false)
  }

  /// Example 4 of `router_rules.md`: 0.8 and 1.2 are 1 on average.
  @Test func `replicas are saturated by their queues or caches`() {
    var door = SaturationShed()
    let reports = [(4, 0.5), (6, 0.9)].map {
      ReplicaReport(waiting: $0, running: 0, cacheUsage: $1)
    }
    #expect(abs(door.saturation(reports) - 1) < 1e-12)
    #expect(door.admits(request(1, at: 0), priority: 1, reports) == false)
    #expect(door.admits(request(1, at: 0), priority: 0, reports) == true)
    #expect(door.admits(request(1, at: 0), priority: 1, [reports[0]]) == true)
  }
}
