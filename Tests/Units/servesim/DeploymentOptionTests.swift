import Formats
import Support
import Testing

@testable import servesim

private let text = """
  {"pools": [{"name": "p", "role": "prefill"}, {"name": "d", "role": "decode"}],
   "links": [{"bandwidth-gb-s": 100}]}
  """

/// What `replay` is asked for by `words` and a deployment file of `text`.
private func options(_ words: [String], _ text: String = text) throws -> ReplayOptions {
  let folder = try TemporaryFolder()
  try folder.put(text, in: "fleet.json")
  let given = try ReplayOptions(
    Parser.parse(["a.csv", "--deployment=\(folder.path)/fleet.json"] + words, for: .replay()))
  _ = folder.path
  return given
}

@Suite struct `A deployment file on the command line` {
  @Test func `says what serves, beside what is asked of it`() throws {
    let given = try options(["--request-rate=3", "--slo=ttft<2s", "--attribution"])
    #expect(given.scenario.pools?.pools.map(\.name) == ["p", "d"])
    #expect(given.scenario.load.requestRate != nil && given.scenario.objectives == "ttft<2s")
    let one = try options([], "{\"pools\": [{\"name\": \"all\", \"replicas\": 3}]}")
    #expect(one.scenario.pools == nil && one.scenario.deployment.fleet.replicas == 3)
  }

  @Test(arguments: [
    "--replicas=2", "--scheduler=orca", "--router=least-tokens", "--async-scheduling",
    "--report=r", "--bounds",
  ])
  func `goes with no option that it takes the place of`(word: String) throws {
    let error = try #require(throws: InputError.self) { try options([word]) }
    #expect(word.hasPrefix(error.source))
  }

  @Test func `is told with its own place where it is wrong`() throws {
    let error = try #require(throws: InputError.self) {
      try options([], "{\"pools\": [{\"name\": \"all\", \"replicas\": 5000}]}")
    }
    #expect(error.source.hasSuffix("fleet.json:pools[0].replicas"))
  }
}
