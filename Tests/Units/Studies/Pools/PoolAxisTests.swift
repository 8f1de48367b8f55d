import Formats
import Metrics
import Serving
import Support
import Testing
import Workloads

@testable import Studies

private func given(_ text: String) -> GivenValue { GivenValue(source: "--pools", text: text) }

private let flags = ["link-bandwidth-gb-s": "50", "max-model-len": "4096"]

private func axisOf(
  _ text: String, gpus: Int? = nil, file: PooledDeployment? = nil
) throws -> PoolAxis {
  try PoolAxis(given(text), gpus: gpus, file: file) { name in
    flags[name].map { GivenValue(source: "--\(name)", text: $0) }
  }
}

/// Two pools on one GPU and on two, each replica.
private func uneven() throws -> PooledDeployment {
  let text = """
    {"pools": [{"name": "p", "role": "prefill"},
               {"name": "d", "role": "decode", "tensor-parallel-size": 2}],
     "links": [{"bandwidth-gb-s": 100}]}
    """
  return try PooledDeployment(Array(text.utf8), source: "fleet.json")
}

@Suite struct `How many replicas pools have` {
  @Test func `has fleets that do all whatever is said of handing over`() throws {
    func given(_ name: String) -> GivenValue? {
      let words = [
        "link-bandwidth-gb-s": "50", "max-local-prefill-length": "9", "transfer": "push",
        "first-token": "prefill",
      ]
      return words[name].map { GivenValue(source: "--\(name)", text: $0) }
    }
    let pools = GivenValue(source: "--pools", text: "prefill=1,decode=1")
    let axis = try PoolAxis(pools, given)
    let fleets = try axis.values.map { try axis.fleet($0, DescribedFiles(), given) }
    #expect(fleets.map(\.isDisaggregated) == [true, false])
    #expect(fleets.map(\.transfer) == [.push, .pull])
  }

  @Test func `is every combination, and beside each sum of GPUs the same together`() throws {
    let values = try axisOf("prefill=1..2,decode=1..3").values.map(\.text)
    let apart = values.prefix(6)
    #expect(
      apart == [
        "prefill=1,decode=1", "prefill=1,decode=2", "prefill=1,decode=3", "prefill=2,decode=1",
        "prefill=2,decode=2", "prefill=2,decode=3",
      ])
    #expect(values.dropFirst(6) == ["both=2", "both=3", "both=4", "both=5"])
    #expect(
      try axisOf("prefill=1..3,decode=1..3", gpus: 4).values.map(\.text) == [
        "prefill=1,decode=3", "prefill=2,decode=2", "prefill=3,decode=1", "both=4",
      ])
  }

  /// Three GPUs hold no whole number of replicas of two.
  @Test func `counts GPUs by replica, and takes each engine together that fills them`() throws {
    #expect(
      try axisOf("p=1..2,d=1", file: uneven()).values.map(\.text) == [
        "p=1,d=1", "p=2,d=1", "both as p=3", "both as p=4", "both as d=2",
      ])
    let four = try axisOf("p=1..4,d=1..2", gpus: 4, file: uneven())
    #expect(four.values.map(\.text) == ["p=2,d=1", "both as p=4", "both as d=2"])
    let fleet = try four.fleet(four.values[2], DescribedFiles()) { _ in nil }
    #expect(fleet.onlyPool?.deployment.tensorParallelSize == 2 && fleet.gpus == 4)
  }

  @Test func `is of two like pools and one link where flags say what serves`() throws {
    let axis = try axisOf("prefill=2,decode=3")
    let fleet = try axis.fleet(axis.values[0], DescribedFiles()) { name in
      flags[name].map { GivenValue(source: name, text: $0) }
    }
    #expect(fleet.pools.map(\.role) == [.prefill, .decode])
    #expect(fleet.pools.map(\.deployment.fleet.replicas) == [2, 3] && fleet.gpus == 5)
    #expect(fleet.pools.map(\.deployment.maxModelLen) == [4096, 4096])
    #expect(fleet.links.map(\.link) == [Link(bandwidth: 50e9)])
  }

  @Test(arguments: [
    "prefill", "prefill=", "prefill=0", "prefill=3..1", "prefill=1..", "=1", "prefill=1...2",
    "prefill=1,prefill=2", "front=1", "prefill=-1", "prefill=1..200,decode=1..200",
  ])
  func `that cannot be is told with its remedy`(text: String) throws {
    let error = try #require(throws: InputError.self) { try axisOf(text) }
    #expect(error.source == "--pools" && !error.remedy.isEmpty)
  }

  @Test func `that no fleet has is told, and a link that nobody gives`() throws {
    #expect(throws: InputError.self) { try axisOf("prefill=1,decode=1", gpus: 7) }
    let error = try #require(throws: InputError.self) {
      try PoolAxis(given("prefill=1")) { _ in nil }
    }
    #expect(error.source == "--link-bandwidth-gb-s")
  }
}

@Suite struct `Whether disaggregation pays` {
  private func verdict(
    _ apart: [Double], _ together: [Double], _ figure: SteadyFigures.Figure = .e2e99
  ) -> PoolVerdict {
    var verdict = PoolVerdict(
      gpus: 2, others: "", apart: PoolCounts([.init("prefill", 1), .init("decode", 1)]), ratios: 1,
      together: PoolCounts([.init("both", 2)]), seeds: apart.count)
    verdict.judge { asked, isApart -> [Double?] in
      let values: [Double?] = isApart ? apart : together
      return asked == figure ? values : values.map { _ in nil }
    }
    return verdict
  }

  /// Differences 1, 2 and 3 lie 2 off on average; Student's bound for two degrees of freedom is
  /// 4.303, and their error 1 / sqrt(3).
  @Test func `is judged by pairs, with the interval of their differences`() throws {
    let pays = verdict([9, 8, 7], [10, 10, 10])
    #expect(pays.outcome == .open)
    let lead = try #require(pays.differences.first).lead
    #expect(lead.mean == 2 && abs(lead.low - (2 - 4.303 / 3.0.squareRoot())) < 1e-3)
    #expect(verdict([9, 8.9, 8.8], [10, 10, 10]).outcome == .pays)
    #expect(verdict([10, 10, 10], [9, 8.9, 8.8]).outcome == .loses)
    let shares = verdict([0.5, 0.51, 0.5], [0.9, 0.91, 0.92], .attainment)
    #expect(shares.outcome == .loses && shares.decisive?.measure == .figure(.attainment))
  }

  @Test func `is judged under one seed by what differs by more than a hundredth`() {
    #expect(verdict([9.95], [10]).outcome == .open)
    #expect(verdict([9.5], [10]).outcome == .pays)
  }

  /// The first seed chooses the ratio, and only the others count.
  @Test func `in capacity is judged by seeds that did not choose the ratio`() throws {
    func capacity(_ kept: [Double]) -> ServiceCapacity {
      ServiceCapacity(
        scheduler: "s", settings: [],
        brackets: kept.map { CapacitySearch.Bracket(kept: $0, missed: $0, tries: 1) })
    }
    let axis = try axisOf("prefill=1..2,decode=1..2", gpus: 3)
    let fleets = try axis.fleets(try Scenario { _ in nil }) { name in
      flags[name].map { GivenValue(source: name, text: $0) }
    }
    #expect(fleets.map(\.counts.text) == ["prefill=1,decode=2", "prefill=2,decode=1", "both=3"])
    let found = PoolVerdict.verdicts(
      [capacity([5, 2, 2.1]), capacity([4, 9, 9]), capacity([3, 3, 3.1])], of: fleets)
    let verdict = try #require(found.first)
    #expect(found.count == 1 && verdict.apart.text == "prefill=1,decode=2")
    #expect(verdict.outcome == .loses && verdict.seeds == 2 && verdict.ratios == 2)
    #expect(abs(verdict.differences[0].apart - 2.05) < 1e-9)
  }
}

@Suite struct `A sweep over pools` {
  private static func run(_ extra: [String: String]) throws -> SweepRun {
    let axis = try axisOf("prefill=1..2,decode=1..2", gpus: 3)
    let names = SweepGrid.standardNames + PooledDeployment.flags.map(\.name)
    let grid = try SweepGrid(of: names, schedulers: ["vllm"], pools: axis) { name in
      (flags[name] ?? extra[name]).map { GivenValue(source: name, text: $0) }
    }
    let loaded = try TraceFile.read(Repository.path("Traces/chat.csv"))
    return try SweepRun(grid, loaded, jobs: 2, tool: "tests")
  }

  @Test func `serves each fleet at each rate, and tells its pools by name`() throws {
    let sweep = try Self.run(["request-rate": "6,30", "limit": "60", "arrivals": "poisson"])
    let points = try sweep.points()
    #expect(
      points.map(\.row.pools?.text).prefix(2) == ["prefill=1,decode=2", "prefill=1,decode=2"])
    #expect(points.count == 6 && sweep.curves.map(\.gpus) == [3, 3, 3])
    let line = try #require(points.first?.row.line)
    #expect(line.contains("\"pools\": {\"prefill\": 1, \"decode\": 2}"))
    #expect(SweepRow(line: line) == points[0].row)
    let verdicts = try sweep.poolVerdicts(points, seeds: 2)
    #expect(verdicts.map(\.load) == [6, 30] && verdicts.allSatisfy { $0.gpus == 3 })
    #expect(verdicts.allSatisfy { $0.ratios == 2 && $0.seeds == 2 && $0.together.text == "both=3" })
    for verdict in verdicts {
      let names = verdict.differences.map(\.measure)
      #expect(names.contains(.figure(.ttft99)) && names.contains(.figure(.e2e99)))
    }
  }

  /// As one pool that does all is what the flags of a command line are.
  @Test func `has the one pool be what replicas are without pools`() throws {
    let sweep = try Self.run(["limit": "40"])
    let row = try #require(try sweep.points().last?.row)
    var given = flags
    given["replicas"] = "3"
    let scenario = try Scenario { name in given[name].map { GivenValue(source: name, text: $0) } }
    var limited = scenario
    limited.load.transforms.limit = 40
    let replay = try limited.replay(TraceFile.read(Repository.path("Traces/chat.csv")))
    let metrics = replay.run.metrics.values
    #expect(row.figures.map(\.value) == metrics.map(\.value))
  }
}
