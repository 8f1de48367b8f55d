import Formats
import Support
import Testing

@Suite struct `A comparison over several seeds` {
  /// With so few blocks, who lets nobody go hangs under seed 4 and not under seed 3.
  @Test func `has no figures of a scheduler that stops under a later one`() throws {
    let run = try Run(
      "servesim compare '\(Repository.path("Traces/chat.csv"))' --limit 60 --max-model-len 4096 "
        + "--schedulers splitfuse,splitfuse:reset=none --num-gpu-blocks-override 140 "
        + "--arrivals poisson --request-rate 2 --seed 3 --seeds 2 --json -")
    #expect(run.code == 1)
    guard case .array(let runs)? = try JSONValue(Array(run.output.utf8))["runs"] else {
      Issue.record("there are no runs")
      return
    }
    #expect(
      runs.map { $0["scheduler"] } == [.string("splitfuse"), .string("splitfuse:reset=none")])
    #expect(runs.map { $0["stopped"] == nil } == [true, false])
    #expect(runs[1]["seconds"] == nil)
  }
}
