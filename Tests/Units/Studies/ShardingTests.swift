import Costs
import Metrics
import Reporting
import Serving
import Studies
import Support
import Synchronization
import Testing
import Workloads

@testable import Formats

/// Rows as they come from several threads.
private struct Notes<Row: LedgerRow>: ~Copyable, Sendable {
  private let rows = Mutex<[Row]>([])

  func add(_ row: Row) { rows.withLock { $0.append(row) } }

  /// The rows as they are read from the files of several processes.
  func read() throws -> [Row] {
    let text = Row.text(rows.withLock { $0 })
    return try Row.rows(Array(text.utf8), source: "shards")
  }
}

private func search(_ slo: String) throws -> PlanSearch {
  let given = ["gpu": "h100-sxm,l40s", Deployment.degree.name: "1,2"]
  let space = try PlanSpace(
    schedulers: ["vllm:max-num-batched-tokens=512", "sarathi:chunk=512", "orca"],
    prices: GPUPrice.known, replicas: [1, 2, 3], mostGPUs: 6
  ) { name in given[name].map { GivenValue(source: name, text: $0) } }
  var load = Load()
  (load.requestRate, load.arrivals) = (40, .poisson)
  return try PlanSearch(
    space, Requirement(try ServiceLevelObjective(parsing: slo)), goal: .money, load: load,
    of: LoadedTrace(trace: try chat(90, rate: 5), formatName: "made", notes: []), seeds: 2)
}

@Suite struct `Shares of work` {
  @Test(arguments: [1, 2, 7, 30])
  func `have each piece once`(count: Int) {
    let shares = (1...count).map { Share($0, of: count) }
    for piece in 0..<50 { #expect(shares.count { $0.has(piece) } == 1) }
  }

  @Test(arguments: ["ttft<300ms,tbt<60ms", "ttft.p99<1s,tbt.p99<40ms", "ttft<1ms"], [1, 3, 7, 20])
  func `of a plan come to the same plan`(slo: String, count: Int) throws {
    let search = try search(slo)
    let whole = search.run(jobs: 2)
    let notes = Notes<PlanRow>()
    for place in 1...count {
      _ = try search.run(jobs: 2, known: Ledger(), of: Share(place, of: count)) { _ in
      } note: {
        notes.add($0)
      }
    }
    let ledger = Ledger(try notes.read(), isClosed: true)
    let merged = try search.run(jobs: 1, known: ledger)
    #expect(merged.candidates == whole.candidates)
    #expect(merged.best == whole.best && merged.counts == whole.counts)
  }

  @Test(arguments: [1, 2, 5]) func `of a search for capacity come to the same`(
    count: Int
  ) throws {
    let study = CapacityStudy(
      try chat(60, rate: 1), try ["vllm-0.6", "sarathi"].map { try deployment().service($0) },
      objective: try ServiceLevelObjective(parsing: "tbt.p99<60ms,ttft.p99<2s"),
      arrivals: .poisson, seeds: [3, 4])
    let whole = try study.run(jobs: 2)
    let notes = Notes<CapacityRow>()
    for place in 1...count {
      _ = try study.searches(jobs: 1, of: Share(place, of: count), note: { notes.add($0) })
    }
    let rows = try notes.read()
    #expect(rows.count == 4)
    #expect(try study.run(jobs: 1, known: Ledger(rows, isClosed: true)) == whole)
  }

  @Test(arguments: ["4,9", "auto"], [1, 3, 5])
  func `of a sweep come to the same`(rates: String, count: Int) throws {
    let trace = LoadedTrace(trace: try chat(40, rate: 1), formatName: "made", notes: [])
    let grid = try SweepGrid(schedulers: ["vllm", "orca"]) { name in
      name == SweepGrid.rate ? GivenValue(source: name, text: rates) : nil
    }
    let sweep = try SweepRun(grid, trace, jobs: 2, tool: "tests")
    let whole = try sweep.points().map(\.row)
    let notes = Notes<SweepRow>()
    for place in 1...count {
      _ = try sweep.points(of: Share(place, of: count), note: { notes.add($0) })
    }
    let rows = try notes.read()
    #expect(rows.count == whole.count)
    #expect(try sweep.points(known: Ledger(rows, isClosed: true)).map(\.row) == whole)
  }

  @Test func `are no shares of what has changed since`() throws {
    var search = try search("ttft<1s")
    let notes = Notes<PlanRow>()
    _ = try search.run(jobs: 1, known: Ledger(), note: { notes.add($0) })
    search.fingerprint.add("another version")
    let ledger = Ledger(try notes.read(), isClosed: true)
    let error = #expect(throws: InputError.self) { try search.run(jobs: 1, known: ledger) }
    #expect(error?.source == "the shards")
  }
}

@Suite struct `A row of a shard` {
  @Test func `is none where anything in it was changed`() throws {
    let row = CapacityRow(
      key: "k",
      .found(
        CapacitySearch.Bracket(kept: 0.1, missed: nil, tries: 2),
        tries: [.init(rate: 1.0 / 3, load: 0.7)], backlogRate: 1e-7, servedRate: 0.05,
        energy: Energy(
          activeJoules: 0.1, idleJoules: nil, outputTokens: 3, watts: 1.0 / 7, basis: "a \"b\"")))
    #expect(CapacityRow(line: row.line) == row)
    for index in row.line.indices where row.line[index] != "9" {
      var line = row.line
      line.replaceSubrange(index...index, with: "9")
      #expect(CapacityRow(line: line) == nil, "\(line)")
    }
    let stopped = CapacityRow(key: "k", .stopped("a \"stall\""))
    #expect(CapacityRow(line: stopped.line) == stopped)
  }

  @Test func `tells all that a plan says of a combination`() throws {
    let plan = try search("ttft.p99<1s,tbt<40ms").run(jobs: 2)
    for candidate in plan.candidates {
      let row = PlanRow(key: "k", candidate.outcome)
      #expect(PlanRow(line: row.line) == row)
    }
    #expect(plan.candidates.contains { $0.isKept } && plan.candidates.contains { !$0.isKept })
    let impossible = PlanRow(key: "k", .impossible("it does not fit"))
    #expect(PlanRow(line: impossible.line) == impossible)
    #expect(CapacityRow(line: impossible.line) == nil)
  }
}
