import Serving
import Testing

@testable import Formats
@testable import Workloads

private func process(_ text: String) throws -> ArrivalProcess {
  try ArrivalProcess(GivenValue(source: "--arrivals", text: text))
}

/// A trace of `count` arrivals of the process `text`.
private func drawn(_ text: String, count: Int = 200_000, rate: Double = 5) throws -> Trace {
  try Trace(
    requests: process(text).times(count: count, rate: rate, seed: 1).map {
      Request(arrival: $0, promptTokens: 1, outputTokens: 1)
    })
}

/// How many arrivals of `trace` lie in `seconds`, counted from those of every `period` on.
private func share(_ trace: Trace, of seconds: Range<Double>, every period: Double) -> Double {
  let count = trace.requests.count {
    seconds.contains($0.arrival.seconds.truncatingRemainder(dividingBy: period))
  }
  return Double(count) / Double(trace.count)
}

@Suite struct `A process of arrivals` {
  /// The variation of Gamma gaps is one over the root of their shape; that of Weibull ones of shape
  /// 1/2 is sqrt(24 / 2² - 1). Four standard errors of either are some 2 and 6 %.
  @Test(arguments: [
    ("constant", 0.0), ("poisson", 1), ("gamma:shape=4", 0.5), ("gamma:shape=0.25", 2),
    ("weibull:shape=1", 1), ("weibull:shape=0.5", 5.0.squareRoot()),
  ])
  func `has gaps of its law, at the rate that is asked for`(text: String, expected: Double) throws {
    let trace = try drawn(text)
    #expect(abs((trace.meanRate ?? 0) / 5 - 1) < 0.03)
    #expect(abs(variation(trace.gaps) - expected) < 0.06 * expected + 1e-6)
  }

  /// Between 1 and 3 times the rate, within 1,000 s: of 2,000 mean arrivals, the first half of the
  /// time has (1 + 2) / 2 of 2 x 2 halves, 3/8.
  @Test func `goes up a ramp and stays there`() throws {
    let trace = try drawn("poisson+ramp:from=1,to=3,seconds=1000", rate: 20)
    let times = trace.requests.map(\.arrival.seconds)
    let whole = Double(times.count { $0 < 1000 })
    #expect(abs(whole / (20 * 2 * 1000) - 1) < 0.02)
    #expect(abs(Double(times.count { $0 < 500 }) / whole - 3.0 / 8) < 0.01)
    let later = Double(times.count { (1000..<3000).contains($0) })
    #expect(abs(later / (20 * 3 * 2000) - 1) < 0.02)
    let growing = try drawn("constant+ramp:from=1,to=4,seconds=100,growth=exponential", rate: 100)
    // The mean of 4^x for x from 0 to 1 is 3 / ln 4, and up to 1/2 a third of its integral.
    let early = growing.requests.count { $0.arrival.seconds < 100 }
    #expect(abs(Double(early) / (100 * 100 * 3 / naturalLogarithm(4)) - 1) < 0.001)
    let half = growing.requests.count { $0.arrival.seconds < 50 }
    #expect(abs(Double(half) / Double(early) - 1.0 / 3) < 0.001)
  }

  /// A sine of amplitude 1/2 has a third less than 1 in the half around its least: 1/2 - 1/(2 pi).
  @Test func `rises and falls with the day`() throws {
    let trace = try drawn("poisson+diurnal:period=1000,peak-to-trough=3")
    #expect(abs((trace.meanRate ?? 0) / 5 - 1) < 0.02)
    let low = share(trace, of: 0..<250, every: 1000) + share(trace, of: 750..<1000, every: 1000)
    #expect(abs(low - (0.5 - 0.15915)) < 0.006)
  }

  /// 20 s of every 100 at five times the rate of the others have 100 of 180 arrivals.
  @Test func `has spikes`() throws {
    let trace = try drawn("poisson+spikes:every=100,seconds=20,times=5")
    #expect(abs((trace.meanRate ?? 0) / 5 - 1) < 0.02)
    #expect(abs(share(trace, of: 80..<100, every: 100) - 100.0 / 180) < 0.006)
  }

  /// Rates of 25/9 and 125/9 for 4 s and 1 s on average: variance 0.16 x (100/9)² = 19.75, memory
  /// 0.8 s. Counts in 10 s have 1 + 2 x 19.75 x 0.8 / 5 x (1 - 0.08) = 6.82 times the variance of
  /// a Poisson process (the correction is 0.8 / 10).
  @Test func `jumps between two rates`() throws {
    let trace = try drawn("poisson+markov:times=5,share=0.2,seconds=1")
    #expect(abs((trace.meanRate ?? 0) / 5 - 1) < 0.03)
    #expect(abs(trace.dispersion(over: 10) / 6.82 - 1) < 0.1)
  }

  /// Over times far longer than its memory, counts of a Hawkes process vary 1 / (1 - n)² times as
  /// much as those of a Poisson process.
  @Test(arguments: [(0.0, 1.0), (0.5, 4), (0.75, 16)])
  func `brings about more of itself`(branching: Double, dispersion: Double) throws {
    let trace = try drawn("poisson+hawkes:branching=\(branching),seconds=0.2", rate: 10)
    #expect(abs((trace.meanRate ?? 0) / 10 - 1) < 0.05)
    #expect(abs(trace.dispersion(over: 20) / dispersion - 1) < 0.2)
  }

  @Test func `is shown by a coarse clock, and may end where the rate says`() throws {
    let coarse = try drawn("poisson+grid:seconds=3", count: 1000)
    #expect(coarse.requests.allSatisfy { $0.arrival.isMultiple(of: 3_000_000_000) })
    #expect(Set(coarse.requests.map(\.arrival)).count > 50)
    let exact = try drawn("gamma:shape=0.5+exact", count: 1000, rate: 4)
    #expect(exact.requests[999].arrival == 250_000_000_000)
  }

  /// vLLM draws Gamma gaps of shape B and scale 1 / (B rate), and stretches them so that the last
  /// request leaves at their number over the rate (`benchmarks/serve.py`, get_request).
  @Test(arguments: [(0.25, 2.0), (1, 1), (4, 0.5), (.infinity, 0)])
  func `of a burstiness is vLLM's`(burstiness: Double, expected: Double) throws {
    let times = try ArrivalProcess.burstiness(burstiness).times(count: 20_000, rate: 8, seed: 3)
    #expect(times[19_999] == 2_500_000_000_000)
    let gaps = zip(times.dropFirst(), times).map { ($0 - $1).seconds }
    #expect(abs(variation(gaps) - expected) < 0.08 * expected + 1e-6)
  }

  @Test func `of the trace keeps its times, stretched to a rate`() throws {
    #expect(try process("trace") == .trace && !ArrivalProcess.trace.isDrawn)
    #expect(try process("poisson") == .poisson && ArrivalProcess.poisson.isDrawn)
  }

  @Test(arguments: [
    ("gaussian", "no process of arrivals"), ("gamma", "needs shape"),
    ("gamma:shape=0", "too small"),
    ("gamma:shape=x", "not a number"), ("gamma:shape=1,shape=2", "twice"),
    ("gamma:form=1", "needs shape"), ("poisson:rate=1", "no option"),
    ("poisson+gamma:shape=1", "two"),
    ("poisson+markov+hawkes", "two courses"), ("poisson+", "no process"), ("gamma:", "no option"),
    ("poisson+spikes:every=10,seconds=20", "too large"), ("poisson+ramp:to=2", "needs seconds"),
    ("poisson+ramp:to=2,seconds=1,growth=cubic", "there is no"), ("", "empty"),
  ])
  func `is refused where it is none`(text: String, words: String) {
    #expect {
      try process(text)
    } throws: { error in
      let error = error as? InputError
      return error?.source == "--arrivals" && error?.problem.contains(words) == true
        && error?.remedy.isEmpty == false
    }
  }

  @Test(arguments: ["poisson", "wandering:slot=0.001", "poisson+markov:seconds=0.001"])
  func `at a rate that the clock cannot show is refused, and soon`(text: String) {
    for rate in [0, -1, .nan, .infinity, 1e-300, 1e-10] {
      #expect(throws: InputError.self) {
        try process(text).times(count: 2, rate: rate, seed: 1)
      }
    }
  }
}

@Suite struct `Functions of chance` {
  @Test func `are those of the books`() {
    // Abramowitz and Stegun, tables 26.1, 6.1 and 4.6.
    #expect(abs(normalShare(1) - 0.841344746068543) < 1e-15)
    #expect(abs(normalShare(-2) - 0.022750131948179) < 1e-15)
    #expect(normalShare(-40) == 0 && normalShare(40) < 1)
    for share in stride(from: 0.001, to: 1, by: 0.013) {
      #expect(abs(normalShare(normalQuantile(share)) - share) < 1e-14)
    }
    #expect(abs(logarithmOfGamma(5) - naturalLogarithm(24)) < 1e-13)
    #expect(abs(logarithmOfGamma(1.5) + 0.120782237635245) < 1e-13)
    #expect(abs(cosine(ofTurn: 1.0 / 6) - 0.5) < 1e-15 && cosine(ofTurn: 0.5) == -cosine(ofTurn: 0))
    #expect(abs(cosine(ofTurn: 0) - 1) < 1e-14 && cosine(ofTurn: 0.25) == 0)
  }
}
