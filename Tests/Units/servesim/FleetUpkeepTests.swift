import Serving
import Testing

@testable import Formats
@testable import Studies
@testable import servesim

private func fleet(_ words: String...) throws -> Fleet {
  try ReplayOptions(Parser.parse(["a.csv"] + words, for: .replay())).scenario.deployment.fleet
}

@Suite struct `Options of replicas that come and go` {
  @Test func `arrive`() throws {
    let upkeep = try fleet(
      "--replicas=2", "--on-failure=resumed", "--scaler=keda:threshold=3", "--min-replicas=2",
      "--max-replicas=9", "--start-up=node=90,weights=20", "--admission=token-bucket:refill=5",
      "--faults=down:replica=1,at=60,for=120;slow:replica=0,at=30,factor=2;random:mtbf=9,mttr=3"
    ).upkeep
    #expect(
      upkeep.spans == [
        Faults.Span(.down, of: 1, from: 60_000_000_000, to: 180_000_000_000),
        Faults.Span(.slow(2), of: 0, from: 30_000_000_000, to: nil),
      ])
    #expect(upkeep.meanTimes == FaultTimes(toFailure: 9, toRepair: 3) && upkeep.resumes == true)
    #expect(upkeep.scaler?.name == "keda:threshold=3" && upkeep.fewest == 2 && upkeep.most == 9)
    #expect(upkeep.startUp?.total == 110_000_000_000)
    #expect(upkeep.startUp?.words == "110.0 (node 90.0, weights 20.0)")
    #expect(upkeep.admission?.name == "token-bucket:refill=5")
    #expect(try fleet("--start-up=3.5").upkeep.startUp?.words == "3.5")
    #expect(try fleet().upkeep.isSteady)
  }

  @Test(arguments: [
    "--faults=up:replica=1", "--faults=down:replica=1", "--faults=slow:replica=1,at=3",
    "--faults=down:replica=1,at=3,factor=2", "--faults=random:mtbf=3", "--faults=",
    "--faults=down:replica=0,at=3,for=9;down:replica=0,at=5", "--start-up=disk=3", "--start-up=-1",
    "--scaler=hpa:targets=3", "--scaler=vpa", "--admission=token-bucket:refill=x",
    "--on-failure=kept", "--router-refresh=-1", "--router=llm-d:queues=1",
  ])
  func `that cannot be are refused under their own name`(word: String) {
    let error = #expect(throws: InputError.self) { try fleet(word) }
    #expect(error?.source == word.split(separator: "=").first.map(String.init))
  }

  @Test(arguments: [
    ["--on-failure=lost"], ["--max-replicas=3"], ["--start-up=3"], ["--scaler=hpa"],
    ["--router-refresh=1"], ["--faults=down:replica=2,at=3", "--replicas=2"],
    ["--max-replicas=3", "--scaler=hpa", "--replicas=4"],
    ["--faults=down:replica=0,at=3", "--async-scheduling"],
  ])
  func `that say nothing beside the others are refused before anything is served`(
    words: [String]
  ) throws {
    let scenario = try ReplayOptions(Parser.parse(["a.csv"] + words, for: .replay())).scenario
    let trace = Trace(requests: [Request(arrival: 0, promptTokens: 1, outputTokens: 1)])
    let error = #expect(throws: InputError.self) { try scenario.serving(trace) }
    #expect(error?.source == words[0].split(separator: "=").first.map(String.init))
  }

  @Test func `leave no bounds to be shown`() {
    for word in ["--scaler=hpa", "--faults=random:mtbf=9,mttr=3"] {
      #expect(throws: InputError.self) {
        try ReplayOptions(Parser.parse(["a.csv", "--bounds", word], for: .replay()))
      }
    }
  }

  @Test func `have requests sent again that are lost`() throws {
    let options = try ReplayOptions(
      Parser.parse(
        ["a.csv", "--retries=3", "--faults=random:mtbf=3,mttr=1"], for: .replay()))
    #expect(options.scenario.load.retries == Retries(3))
  }
}
