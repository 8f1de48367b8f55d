import Serving
import Testing

@testable import Formats
@testable import Workloads

private func trace(_ arrivals: [Nanoseconds]) -> Trace {
  Trace(
    requests: arrivals.enumerated().map {
      Request(arrival: $1, promptTokens: $0 + 1, outputTokens: 1)
    })
}

@Test func `stretching scales the gaps, keeps the first arrival and rounds to nanoseconds`() throws
{
  let stretched = try trace([100, 101, 103, 110]).stretched(toMeanRate: 3e9 / 25)
  #expect(stretched.requests.map(\.arrival) == [100, 103, 108, 125])
  #expect(stretched.requests.map(\.promptTokens) == [1, 2, 3, 4])
  #expect(trace([100, 101, 103, 110]).meanRate == 3e8)
}

@Test func `a long trace is stretched to its rate exactly`() throws {
  let stretched = try trace([0, 1, 4_000_000_000_000_000_000]).stretched(toMeanRate: 4)
  #expect(stretched.requests.map(\.arrival) == [0, 0, 500_000_000])
  #expect(stretched.meanRate == 4)
}

@Test(arguments: [[5], [5, 5, 5]])
func `requests that arrive at one instant cannot be stretched`(arrivals: [Int]) {
  #expect {
    try trace(arrivals).stretched(toMeanRate: 1)
  } throws: {
    ($0 as? InputError)?.problem.contains("one instant") == true
  }
  #expect(trace(arrivals).meanRate == nil)
}

@Test(arguments: [0, -1, .nan, .infinity, 1e-300, 1e-10])
func `a rate that is none, or too low for the clock, is refused`(rate: Double) {
  #expect(throws: InputError.self) { try trace([0, 1]).stretched(toMeanRate: rate) }
  #expect(throws: InputError.self) { try trace([0, 1]).poisson(rate: rate, seed: 1) }
}

@Test func `a stretched trace that would pass the clock's end is refused`() {
  #expect(throws: InputError.self) {
    try trace([EngineRange.time.upperBound - 1, EngineRange.time.upperBound]).stretched(
      toMeanRate: 1)
  }
}

/// Over 100,000 gaps the standard error of their mean is 0.3 % and that of their variation 0.3 %.
@Test func `Poisson arrivals have exponential gaps and leave the lengths in order`() throws {
  let drawn = try trace(Array(repeating: 0, count: 100_001)).poisson(rate: 8, seed: 1)
  #expect(drawn.requests.map(\.promptTokens) == Array(1...100_001))
  #expect(abs(mean(drawn.gaps) * 8 - 1) < 0.012)
  #expect(abs(variation(drawn.gaps) - 1) < 0.012)
  #expect(abs(drawn.dispersion(over: 10) - 1) < 0.06)
  #expect(drawn.requests[0].arrival > 0)
}

@Test func `the first Poisson arrival comes after one gap`() throws {
  let firsts = try (0..<10_000).map {
    try trace([0]).poisson(rate: 2, seed: UInt64($0)).requests[0].arrival.seconds
  }
  #expect(abs(mean(firsts) - 0.5) < 0.02 && abs(variation(firsts) - 1) < 0.04)
}

@Test func `Poisson arrivals of twice the rate come in half the time`() throws {
  let slow = try trace([0, 0, 0]).poisson(rate: 1, seed: 5).requests.map(\.arrival)
  let fast = try trace([0, 0, 0]).poisson(rate: 2, seed: 5).requests.map(\.arrival)
  #expect(zip(slow, fast).allSatisfy { abs($0 - 2 * $1) <= 1 })
}

@Test func `processes keep the trace's own rate where none is asked for`() throws {
  let own = trace([0, 1_000_000_000, 4_000_000_000])
  #expect(try ArrivalProcess.trace.arrivals(of: own, rate: nil, seed: 1) == own)
  #expect(
    try ArrivalProcess.trace.arrivals(of: own, rate: 1, seed: 1) == own.stretched(toMeanRate: 1))
  #expect(
    try ArrivalProcess.poisson.arrivals(of: own, rate: nil, seed: 1)
      == own.poisson(rate: 0.5, seed: 1))
  #expect(throws: InputError.self) {
    try ArrivalProcess.poisson.arrivals(of: trace([3]), rate: nil, seed: 1)
  }
}
