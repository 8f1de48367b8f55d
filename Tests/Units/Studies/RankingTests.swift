import Metrics
import Studies
import Testing
import Workloads

@testable import Serving

/// Ranks one value each, as points.
private func ranking(
  _ values: [Double?], isLowBest: Bool = false, isShare: Bool = false
) -> Ranking? {
  Ranking(values.indices, isLowBest: isLowBest, isShare: isShare) { place in
    values[place].map { [$0...$0] }
  }
}

private func ranking(_ ranges: [[ClosedRange<Double>]]) -> Ranking? {
  Ranking(ranges.indices, isLowBest: false) { ranges[$0] }
}

@Suite struct `A ranking` {
  @Test func `tells apart what differs by more than a hundredth, and names all equals`() throws {
    let found = try #require(ranking([8, 10, 9.95, 8.02, 5, nil]))
    #expect(found.best == 1 && found.peers == [2])
    #expect(found.next == [3, 0] && found.rest == [4, 5])
    let times = try #require(ranking([8, 10, 8.01], isLowBest: true))
    #expect(times.best == 0 && times.peers == [2] && times.next == [1])
  }

  @Test func `of shares goes by a hundredth of the whole`() throws {
    #expect(try !#require(ranking([0.253, 0.25], isShare: true)).decides)
    #expect(try #require(ranking([0.27, 0.25], isShare: true)).decides)
  }

  @Test func `has nobody where all fail or none has a value`() {
    #expect(ranking([0, 0]) == nil)
    #expect(ranking([nil, nil]) == nil && ranking([]) == nil)
    #expect(ranking([nil, 3])?.next == [0])
  }

  /// A search ends with a bracket: two that overlap may hold the same capacity.
  @Test func `tells brackets apart where they do not overlap`() throws {
    #expect(try !#require(ranking([[10...10.2], [9.9...10.1]])).decides)
    #expect(try #require(ranking([[10...10.2], [9.7...9.9]])).next == [1])
    #expect(
      try #require(ranking([[10...10.2], [9.8...10]])).next == [1], "one keeps what one misses")
    let open = [10...Double.infinity]
    let bounded = [8...8.1]
    #expect(try #require(ranking([open, bounded])).next == [1])
    #expect(try !#require(ranking([open, [8...Double.infinity]])).decides)
    #expect(try !#require(ranking([[12...12.1], open])).decides, "it may reach more")
  }

  /// Over several seeds the brackets widen the interval of the differences.
  @Test func `over several seeds asks for more than chance and than the brackets leave open`() {
    func brackets(_ values: [Double], _ width: Double) -> [ClosedRange<Double>] {
      values.map { $0...($0 + width) }
    }
    let (a, b) = ([10.0, 11, 12], [9.9, 10.9, 11.9])
    #expect(ranking([brackets(a, 0), brackets(b, 0)])?.decides == true)
    #expect(ranking([brackets(a, 0.2), brackets(b, 0.2)])?.decides == false)
    #expect(ranking([brackets([10, 13, 11], 0), brackets([11, 11, 11], 0)])?.decides == false)
    let lead = Lead(of: brackets(a, 0.2), over: brackets(b, 0.2), isLowBest: false)
    #expect(lead.low < 0 && lead.high > 0.2 && abs(lead.mean - 0.1) < 1e-9)
  }

  @Test func `names everyone once, nobody better than the best, and no unit matters`() throws {
    var random = RandomStream(seed: 4, named: "rankings")
    for _ in 0..<300 {
      let values = (0..<Int.random(in: 1...7, using: &random)).map { _ -> Double? in
        Int.random(in: 0..<6, using: &random) == 0
          ? nil : Double(Int.random(in: 1...40, using: &random)) / 8
      }
      for isLowBest in [false, true] {
        guard let found = ranking(values, isLowBest: isLowBest) else {
          #expect(values.allSatisfy { $0 == nil })
          continue
        }
        let all = found.leaders + found.next + found.rest
        #expect(all.sorted() == Array(values.indices), "\(values)")
        let best = try #require(values[found.best])
        #expect(values.compactMap { $0 }.allSatisfy { isLowBest ? best <= $0 : best >= $0 })
        #expect(ranking(values.map { $0.map { $0 * 1024 } }, isLowBest: isLowBest) == found)
      }
    }
  }
}

@Suite struct `A contest` {
  /// By name: whether the run meets the objective, attainment, answered, room, E2E p99.
  private static func contest(_ rows: [[Double?]]) -> Contest {
    Contest(rows.indices.map { "\($0)" }) { figure, place in
      let column = Contest.figures.firstIndex(of: figure)
      return [column.flatMap { rows[place][$0] }]
    }
  }

  @Test func `goes by the objective before the share of requests that keep it`() throws {
    let found = Self.contest([[0, 0.99, 1, nil, 1], [1, 0.6, 1, nil, 5], [1, 0.8, 1, nil, 9]])
    #expect(found.meeting == [1, 2] && found.pool == [1, 2])
    let decision = try #require(found.decision)
    #expect(decision.figure == .attainment && decision.ranking.best == 2)
    let alone = try #require(Self.contest([[0, 0.99, 1, nil, 1], [1, 0.6, 1, nil, 5]]).decision)
    #expect(alone.figure == .met && alone.ranking.best == 1 && alone.ranking.next == [0])
  }

  @Test func `goes by what comes next where a figure tells nobody apart`() throws {
    #expect(Self.contest([[1, 1, 1, nil, 4], [1, 1, 1, nil, 3]]).decision?.figure == .e2e99)
    #expect(Self.contest([[0, 0, 1, nil, 4], [0, 0, 1, nil, 3]]).decision?.figure == .e2e99)
    #expect(
      Self.contest([[nil, 0.3, 1, nil, 4], [nil, 0.5, 1, nil, 3]]).decision?.figure == .attainment)
    #expect(Self.contest([[1, 1, 1, nil, 4], [1, 1, 1, nil, 4.01]]).decision == nil)
    #expect(Self.contest([[0, 0, 1, 3, 4], [0, 0, 1, 9, 3]]).decision?.figure == .load)
    // One that answers a part of the requests is no quicker for it.
    let part = try #require(
      Self.contest([[nil, nil, 0.5, nil, 1], [nil, nil, 1, nil, 3]]).decision)
    #expect(part.figure == .answered && part.ranking.best == 1)
  }

  @Test func `leaves out who has no figures`() {
    let found = Self.contest([[nil, nil, nil, nil, nil], [nil, nil, 1, nil, 3]])
    #expect(found.places == [1] && found.decision == nil)
  }
}
