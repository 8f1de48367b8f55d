import Support
import Testing

@testable import Metrics
@testable import Serving

private func requirement(_ slo: String, _ attainment: Double? = nil) throws -> Requirement {
  Requirement(try ServiceLevelObjective(parsing: slo), attainment: attainment)
}

@Suite struct `A requirement` {
  @Test func `asks for 99 per cent of the requests where no limit judges runs`() throws {
    #expect(try requirement("ttft<2s,tbt<1s").attainment == 0.99)
    #expect(try requirement("ttft.p99<2s,tbt<1s").attainment == nil)
    #expect(try requirement("ttft.p99<2s", 0.5).attainment == 0.5)
  }

  @Test(arguments: [0.01, 0.5, 0.9, 0.99, 0.999, 1])
  func `lets as many requests miss as leave its share, and not one more`(share: Double) throws {
    let requirement = try requirement("ttft<1s", share)
    for count in Array(1...300) + [19_366, 1_000_000] {
      let most = try #require(requirement.mostMisses(of: count))
      #expect(Double(count - most) / Double(count) >= share, "\(count)")
      #expect(most == count || Double(count - most - 1) / Double(count) < share, "\(count)")
    }
  }

  /// Of four requests one has to wait for 3 s.
  private func judged(_ requirement: Requirement) -> Judgement {
    var handmade = HandmadeRun()
    for wait in [100, 200, 300, 3000] {
      handmade.complete(arrival: 0, scheduled: 0, firstToken: wait, gaps: [20, 20])
    }
    let (trace, timeline) = (handmade.trace, handmade.timeline)
    let metrics = RunMetrics(trace: trace, timeline: timeline)
    return Judgement(
      requirement, Run(scheduler: "any", metrics: metrics), on: trace, timeline)
  }

  @Test func `is kept by statistics, by requests, or by both where both are asked for`() throws {
    #expect(try judged(requirement("ttft.p50<1s")).isKept)
    #expect(try !judged(requirement("ttft.p50<1s", 0.8)).isKept)
    #expect(try judged(requirement("ttft<1s,tbt<1s", 0.75)).isKept)
    #expect(try !judged(requirement("ttft.max<1s", 0.75)).isKept)
  }

  @Test func `says which limit is in the way and how near it was`() throws {
    let broken = try judged(requirement("tbt<1s,ttft<1s"))
    #expect(broken.broken?.description == "ttft<1s" && broken.attainment == 0.75)
    // All four have to keep it, and the slowest takes thrice its limit; three of them 300 ms.
    #expect(broken.load == 3)
    #expect(try judged(requirement("tbt<1s,ttft<1s", 0.75)).load == 0.3)
    #expect(try judged(requirement("ttft.max<1s")).load == 3)
    #expect(try judged(requirement("ttft.max<4s")).broken == nil)
  }
}
