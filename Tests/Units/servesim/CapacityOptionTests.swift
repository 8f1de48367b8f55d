import Serving
import Testing

@testable import Formats
@testable import servesim

private func options(_ words: [String]) throws -> CapacityOptions {
  try CapacityOptions(
    Parser.parse(["a.csv"] + words, for: .capacity()))
}

@Suite struct `Options of a capacity search` {
  @Test func `arrive, and have defaults`() throws {
    let plain = try options(["--slo=mlperf-server"])
    #expect(plain.scenario.load.arrivals == nil, "as the trace has them")
    #expect(try plain.drawn(.poisson) == [0, 1, 2, 3, 4] && plain.drawn(.trace) == [0])
    #expect(plain.precision == 0.02 && plain.scenario.load.limit == nil)
    let given = try options([
      "--slo=a", "--seed=7", "--seeds=2", "--precision=0.1", "--limit=9", "--schedulers=orca",
    ])
    #expect(try given.drawn(.poisson) == [7, 8])
    #expect(given.precision == 0.1 && given.scenario.load.limit == 9)
    #expect(given.schedulers == ["orca"])
    #expect(try options(["--slo=ttft<1s", "--attainment=95%"]).attainment == 0.95)
  }

  @Test(arguments: [
    ["--slo="], ["--seeds=0", "--slo=a"], ["--seeds=31", "--slo=a"],
    ["--seeds=2", "--arrivals=trace", "--slo=a"], ["--precision=0", "--slo=a"],
    ["--precision=1", "--slo=a"], ["--attainment=0", "--slo=a"], ["--arrivals=gamma", "--slo=a"],
    ["--limit=0", "--slo=a"],
  ])
  func `that cannot be are refused under their own name`(words: [String]) {
    let error = #expect(throws: InputError.self) { try options(words) }
    #expect(error?.source == words[0].split(separator: "=").first.map(String.init))
  }

  @Test func `need something to keep`() {
    let error = #expect(throws: InputError.self) { try options([]) }
    #expect(error?.source == "--slo")
  }
}
