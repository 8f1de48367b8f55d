import Serving
import Testing

@testable import Formats
@testable import servesim

private func options(_ words: String...) throws -> ReplayOptions {
  try ReplayOptions(Parser.parse(["a.csv"] + words, for: .replay()))
}

@Suite struct `Options of fleets and clients` {
  @Test func `arrive`() throws {
    let given = try options(
      "--replicas=256", "--router=least-tokens", "--clients=3", "--think-time=0.5",
      "--stagger=0.01")
    #expect(
      given.scenario.deployment.fleet.replicas == 256
        && given.scenario.deployment.fleet.router.name == "least-tokens"
    )
    #expect(
      given.scenario.load.clients == Clients(3, thinkTime: 500_000_000, stagger: 10_000_000))
  }

  @Test func `bound how many requests run where those come at a rate`() throws {
    var bound = Clients(3)
    bound.keepsArrivals = true
    for words in [["--request-rate=2"], ["--burstiness=1"], ["--sessions=closed"]] {
      let given = try ReplayOptions(
        Parser.parse(["a.csv", "--max-concurrency=3"] + words, for: .replay()))
      #expect(given.scenario.load.clients == bound)
    }
  }

  @Test func `send again what they gave up where that is asked for`() throws {
    let load = try options("--client-timeout=2", "--retries=3", "--retry-delay=0.5").scenario.load
    #expect(load.retries == Retries(3, delay: 500_000_000))
    #expect(try options("--client-timeout=2").scenario.load.retries == nil)
  }

  @Test func `that are left out mean one replica and the trace's arrivals`() throws {
    let given = try options()
    #expect(
      given.scenario.deployment.fleet.replicas == 1
        && given.scenario.deployment.fleet.router.name == "round-robin")
    #expect(given.scenario.load.clients == nil)
  }

  @Test(arguments: [
    ["--replicas=0"], ["--replicas=4097"], ["--router=random"], ["--clients=0"],
    ["--think-time=1"], ["--stagger=1"], ["--think-time=-1", "--clients=1"],
    ["--stagger=1", "--request-rate=1", "--clients=1"],
    ["--think-time=1", "--arrivals=poisson", "--clients=1"],
    ["--client-timeout=0"], ["--bounds", "--client-timeout=3"], ["--sessions=open"],
    ["--bounds", "--sessions=closed"], ["--bounds", "--samples=2"], ["--samples=0"],
    ["--turn-prompts=none"], ["--retries=1"], ["--retries=0", "--client-timeout=3"],
    ["--retry-delay=1", "--client-timeout=3"],
  ])
  func `that cannot be are refused under their own name`(words: [String]) {
    let error = #expect(throws: InputError.self) {
      try ReplayOptions(
        Parser.parse(["a.csv"] + words, for: .replay()))
    }
    #expect(error?.source == words[0].split(separator: "=").first.map(String.init))
  }
}
