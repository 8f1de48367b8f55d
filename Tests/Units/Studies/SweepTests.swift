import Reporting
import Serving
import Studies
import Synchronization
import Testing

@testable import Formats

@Suite struct `A sweep` {
  private static let loads: [Sweep.Loads] = [.rates([3, 1, 2]), .given, .auto, .auto]

  /// A queue's latency, 1 / (capacity - rate), and much beyond its capacity.
  private static func latency(_ rate: Double, capacity: Double) -> Double {
    rate < capacity ? 1 / (capacity - rate) : 100 * rate
  }

  private static func run(jobs: Int) throws -> [Sweep.Point] {
    let sweep = Sweep(loads)
    let capacities = [0, 0, 10.0, 25.0]
    let points = try sweep.run(
      jobs: jobs, capacity: { capacities[$0] },
      measure: { point in
        point.rate.map { latency($0, capacity: capacities[point.curve]) }
      }, latency: { $0 })
    #expect(points.count <= sweep.mostPoints)
    return points.map(\.point)
  }

  @Test func `measures what is asked for, by curve and rate, on any number of threads`() throws {
    let points = try Self.run(jobs: 1)
    #expect(points.prefix(4).map(\.rate) == [3, 1, 2, nil])
    #expect(points.map(\.curve) == points.map(\.curve).sorted())
    #expect(try Self.run(jobs: 5) == points)
  }

  @Test func `puts its own points where the curve bends`() throws {
    for (curve, capacity) in [(2, 10.0), (3, 25.0)] {
      let rates = try Self.run(jobs: 2).filter { $0.curve == curve }.map { $0.rate! }
      #expect(rates == rates.sorted() && Set(rates).count == rates.count)
      #expect((9...16).contains(rates.count))
      let near = rates.filter { $0 > 0.8 * capacity && $0 <= 1.2 * capacity }
      #expect(near.count >= rates.count / 2, "\(rates)")
      let points = rates.map {
        KneeSearch.Point(rate: $0, latency: Self.latency($0, capacity: capacity))
      }
      let knee = rates[try #require(KneeSearch.knee(points))]
      #expect(knee > 0.8 * capacity && knee < capacity)
    }
  }

  @Test func `looks for no knee where latency does not rise`() {
    let flat = (1...5).map { KneeSearch.Point(rate: Double($0), latency: 1) }
    #expect(KneeSearch.knee(flat) == nil && KneeSearch.next(flat) == [])
    #expect(KneeSearch.knee([]) == nil && KneeSearch.next([]) == [])
  }

  /// Halfway from the knee at 500 to its neighbour is 2 % of the rate there, or not quite.
  @Test func `looks no closer than a fiftieth of the rate`() {
    func next(to neighbour: Double) -> [Double] {
      KneeSearch.next([
        KneeSearch.Point(rate: 500, latency: 1), KneeSearch.Point(rate: neighbour, latency: 10),
      ])
    }
    #expect(next(to: 520) == [])
    #expect(next(to: 522) == [511])
    #expect(next(to: 600) == [550])
  }

  @Test func `stops at the first point that fails, in order`() {
    struct Failed: Error, Equatable { var rate: Double }
    #expect(throws: Failed(rate: 2)) {
      _ = try Sweep([.rates([1, 2, 3])]).run(
        jobs: 3, capacity: { _ in 0 },
        measure: { if $0.rate! >= 2 { throw Failed(rate: $0.rate!) } }, latency: { nil })
    }
  }
}

@Suite struct `A fingerprint` {
  private static func name(_ change: (inout Fingerprint) throws -> Void) rethrows -> String {
    var fingerprint = Fingerprint()
    try change(&fingerprint)
    return fingerprint.text
  }

  @Test func `is that of the content, and of where texts end`() throws {
    let trace = try chat(20, rate: 2)
    let names = try [
      Self.name { _ in }, Self.name { $0.add("ab") },
      Self.name {
        $0.add("a")
        $0.add("b")
      }, Self.name { $0.add(trace) }, Self.name { $0.add(trace.prefix(19)) },
      Self.name { $0.add(try chat(20, rate: 3)) }, Self.name { $0.add(try deployment()) },
      Self.name { $0.add(try deployment("llama-3-8b", "a100-sxm-80gb")) },
      Self.name { $0.add(try deployment("llama-2-7b")) },
    ]
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.count == 32 })
    #expect(Self.name { $0.add(trace) } == names[3])
    let labelled = Trace(
      requests: trace.requests, columns: Columns(labels: trace.requests.map { _ in "x" }))
    #expect(Self.name { $0.add(labelled) } == names[3])
  }
}
